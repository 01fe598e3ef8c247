"""A message that breaks its own step is set aside after three tries; the database's trouble is nobody's fault."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard
from bot.conversation.texts import Texts
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.receiving import Receiver
from models.database import reading
from models.messages import QuarantinedMessage
from tests.delivery.conftest import NOON, Office
from tests.dialogue import ROOT


class Failing(Inbox):
    """An inbox whose step fails as a test says."""

    problem: Exception
    tries = 0

    def handle(self, session: Session, heard: Heard, now: object) -> list[Outgoing]:
        type(self).tries += 1
        raise self.problem


def _receiver(office: Office, problem: Exception) -> Receiver:
    inbox = type("Here", (Failing,), {"problem": problem, "tries": 0})(
        lambda *_: None, Texts.load(ROOT / "texts"), "here"
    )
    return Receiver(inbox, office.writer, office.sender, lambda: office.now)


HEARD = Heard("telegram", "test", "siti", "7", NOON, text="halo")


@pytest.mark.parametrize("problem", [RuntimeError("poison"), sa.exc.IntegrityError("insert", {}, Exception())])
async def test_a_poisonous_message_is_set_aside_with_an_apology(office: Office, problem: Exception) -> None:
    receiver = _receiver(office, problem)
    await receiver.receive(HEARD)
    with reading(office.database) as session:
        assert session.scalars(sa.select(QuarantinedMessage.error)).all() == [type(problem).__name__]
    await office.until(lambda: [parcel.reply.key for parcel in office.channel.sent] == ["other.apology"])


async def test_a_locked_database_is_the_provider_s_to_try_again(office: Office) -> None:
    receiver = _receiver(office, sa.exc.OperationalError("begin", {}, Exception("database is locked")))
    with pytest.raises(sa.exc.OperationalError):
        await receiver.receive(HEARD)
    with reading(office.database) as session:
        assert session.scalars(sa.select(QuarantinedMessage)).all() == []
