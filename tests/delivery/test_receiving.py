"""One message of a person after the other; one that breaks its own step is set aside; the database's trouble is
nobody's fault."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard
from bot.conversation.texts import Texts
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.receiving import Receiver
from models.database import reading
from models.messages import FailedStep, QuarantinedMessage
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


class Recording(Inbox):
    """An inbox that notes what it is handed and answers nothing."""

    handled: list[str]

    def handle(self, session: Session, heard: Heard, now: object) -> list[Outgoing]:
        self.handled.append(heard.message_id)
        return []


def _recording(office: Office) -> tuple[Receiver, list[str]]:
    handled: list[str] = []
    inbox = type("Here", (Recording,), {"handled": handled})(lambda *_: None, Texts.load(ROOT / "texts"), "here")
    return Receiver(inbox, office.writer, office.sender, lambda: office.now), handled


async def test_the_messages_of_one_person_are_handled_in_the_order_they_came(office: Office) -> None:
    receiver, handled = _recording(office)
    numbers = [str(number) for number in range(40)]
    await asyncio.gather(*(receiver.receive(replace(HEARD, message_id=number)) for number in numbers))
    assert handled == numbers


async def test_a_message_whose_caller_has_gone_does_not_hold_up_the_next(office: Office) -> None:
    receiver, handled = _recording(office)
    first = asyncio.ensure_future(receiver.receive(replace(HEARD, message_id="1")))
    second = asyncio.ensure_future(receiver.receive(replace(HEARD, message_id="2")))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert handled[-1] == "2"


async def test_after_a_run_that_ended_badly_a_message_tried_twice_is_set_aside_before_it_runs(office: Office) -> None:
    receiver, handled = _recording(office)
    receiver.be_cautious()
    key = {"channel": HEARD.channel, "account": HEARD.account, "message_id": HEARD.message_id}
    office.changes(lambda session: session.add(FailedStep(**key, attempts=2, at=office.now)))
    await receiver.receive(HEARD)
    assert handled == []
    await office.until(lambda: [parcel.reply.key for parcel in office.channel.sent] == ["other.apology"])
    with reading(office.database) as session:
        assert session.scalars(sa.select(QuarantinedMessage.error)).all() == ["ended_the_process"]


async def test_without_a_bad_end_its_count_alone_sets_nothing_aside(office: Office) -> None:
    receiver, handled = _recording(office)
    key = {"channel": HEARD.channel, "account": HEARD.account, "message_id": HEARD.message_id}
    office.changes(lambda session: session.add(FailedStep(**key, attempts=2, at=office.now)))
    await receiver.receive(HEARD)
    assert handled == [HEARD.message_id]


async def test_a_cautious_step_that_goes_well_leaves_no_count(office: Office) -> None:
    receiver, handled = _recording(office)
    receiver.be_cautious()
    await receiver.receive(HEARD)
    with reading(office.database) as session:
        assert session.scalars(sa.select(FailedStep)).all() == []
    assert handled == [HEARD.message_id]
