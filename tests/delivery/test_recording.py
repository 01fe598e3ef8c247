"""Results of sends are written down many at a time: each waits a moment for others."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy.orm import Session

from bot.channels.base import Sent
from bot.delivery import recording
from bot.delivery.inbox import Outgoing
from bot.delivery.recording import Recorder
from bot.delivery.results import Ledger, Result
from models.messages import MessageClass
from models.programme import Programme
from tests.delivery.conftest import NOON, Office

BATCHES = list[list[int]]


class Noting(Ledger):
    """Writes nothing down but which results came together."""

    batches: BATCHES

    def record(self, session: Session, results: Sequence[Result]) -> None:
        self.batches.append([result.outgoing.id for result in results])


def _result(number: int) -> Result:
    outgoing = Outgoing(number, None, "telegram", "siti", MessageClass.NOTICE, {}, "id", "token", None, NOON)
    return Result(outgoing, Sent(f"m{number}"), NOON)


@pytest.fixture
async def recorder(office: Office) -> AsyncIterator[tuple[Recorder, BATCHES]]:
    """A recorder at work, and the batches it has written."""
    batches: BATCHES = []
    ledger = type("Here", (Noting,), {"batches": batches})("here", Programme())
    recorder = Recorder(office.writer, ledger, lambda written: None)
    task = asyncio.create_task(recorder.run())
    yield recorder, batches
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_result_waits_for_others(
    office: Office, recorder: tuple[Recorder, BATCHES], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WAITS", 1e6)
    monkeypatch.setattr(recording, "COMPANY", 2)
    recorder[0].take(_result(1))
    await office.writer.run(lambda session: None)  # a transaction later
    recorder[0].take(_result(2))
    await office.until(lambda: not recorder[0].waiting)
    assert recorder[1] == [[1, 2]]


async def test_control_without_waiting_each_has_a_commit_of_its_own(
    office: Office, recorder: tuple[Recorder, BATCHES], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WAITS", 0)
    recorder[0].take(_result(1))
    await office.until(lambda: not recorder[0].waiting)
    recorder[0].take(_result(2))
    await office.until(lambda: not recorder[0].waiting)
    assert recorder[1] == [[1], [2]]


async def test_what_is_left_at_the_end_waits_for_nobody(office: Office) -> None:
    batches: BATCHES = []
    ledger = type("Here", (Noting,), {"batches": batches})("here", Programme())
    recorder = Recorder(office.writer, ledger, lambda written: None)
    recorder.take(_result(1))
    await recorder.finish()
    assert batches == [[1]]
