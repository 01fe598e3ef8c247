"""One message of a person after the other; one that breaks its own step is set aside; the database's trouble is
nobody's fault."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard
from bot.conversation.texts import Texts
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.receiving import APOLOGY, Receiver
from models.database import reading
from models.messages import FailedStep, QuarantinedMessage, Status
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


class Slow(Inbox):
    """An inbox whose step lasts until a test lets it end, and is then answered."""

    reached: threading.Event
    go_on: threading.Event

    def handle(self, session: Session, heard: Heard, now: datetime) -> list[Outgoing]:
        self.reached.set()
        assert self.go_on.wait(10)
        return self.set_aside(session, heard, APOLOGY, now)


def _slow(office: Office) -> tuple[Receiver, Slow]:
    here = type("Here", (Slow,), {"reached": threading.Event(), "go_on": threading.Event()})
    inbox = here(lambda *_: None, Texts.load(ROOT / "texts"), "here")
    return Receiver(inbox, office.writer, office.sender, lambda: office.now), inbox


async def _ended_in_its_step(inbox: Slow, work: Coroutine[Any, Any, None]) -> None:
    """The caller is ended, as the web server ends requests that last too long when it stops; the step goes on."""
    caller = asyncio.ensure_future(work)
    await asyncio.to_thread(inbox.reached.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    inbox.go_on.set()


async def test_a_message_whose_caller_is_ended_is_answered(office: Office) -> None:
    receiver, inbox = _slow(office)
    await _ended_in_its_step(inbox, receiver.receive(HEARD))
    await receiver.settled()
    await office.until(lambda: [row.status for row in office.rows()] == [Status.ACCEPTED])
    assert [parcel.reply.key for parcel in office.channel.sent] == ["other.apology"]


async def test_control_handled_by_its_caller_alone_it_is_committed_and_not_sent(office: Office) -> None:
    receiver, inbox = _slow(office)
    await _ended_in_its_step(inbox, receiver._receive(HEARD))
    await receiver.settled()
    await office.until(lambda: [row.status for row in office.rows()] == [Status.SENDING])
    assert office.channel.sent == []


async def test_what_was_taken_in_is_settled_in_order_though_nobody_waits_for_it(office: Office) -> None:
    receiver, handled = _recording(office)
    callers = [asyncio.ensure_future(receiver.receive(replace(HEARD, message_id=number))) for number in "123"]
    await asyncio.sleep(0)
    for caller in callers:
        caller.cancel()
    await receiver.settled()
    assert handled == ["1", "2", "3"]


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
