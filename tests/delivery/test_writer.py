"""One writer, its lanes, one commit for all who wait; a failing step hurts nobody else."""

import threading
import traceback
import weakref
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery.writer import Lane, Step, Writer
from models.database import reading
from models.people import Person
from tests.delivery.conftest import NOON


def _adds(name: str) -> Step:
    def step(session: Session) -> str:
        session.add(Person(name=name, language="id", interests=[], created_at=NOON))
        session.flush()
        return name

    return step


def _fails(session: Session) -> None:
    _adds("never")(session)
    raise RuntimeError("poison")


def _waits(held: threading.Event) -> None:
    held.wait(5)


def _names(database: sa.Engine) -> list[str]:
    with reading(database) as session:
        return list(session.scalars(sa.select(Person.name).order_by(Person.id)))


def test_those_who_wait_share_a_commit(database: sa.Engine) -> None:
    commits: list[int] = []
    writer = Writer(database, after_commit=lambda: commits.append(1))
    futures = [writer.submit(_adds(name), Lane.CONVERSATION) for name in ("a", "b", "c")]
    writer.start()
    writer.stop()
    assert [future.result() for future in futures] == ["a", "b", "c"]
    assert (_names(database), len(commits)) == (["a", "b", "c"], 1)


def test_a_failing_step_is_undone_alone(database: sa.Engine) -> None:
    writer = Writer(database)
    good, bad, other = (writer.submit(step, Lane.CONVERSATION) for step in (_adds("a"), _fails, _adds("b")))
    writer.start()
    writer.stop()
    assert (good.result(), other.result()) == ("a", "b")
    with pytest.raises(RuntimeError):
        bad.result()
    assert _names(database) == ["a", "b"]


def test_conversations_go_before_what_runs_by_itself(database: sa.Engine) -> None:
    writer = Writer(database)
    writer.submit(_adds("sweep"), Lane.BACKGROUND)
    writer.submit(_adds("siti"), Lane.CONVERSATION)
    writer.start()
    writer.stop()
    assert _names(database) == ["siti", "sweep"]


def test_what_is_in_no_hurry_rides_along_with_the_next_transaction(database: sa.Engine) -> None:
    commits: list[int] = []
    writer = Writer(database, after_commit=lambda: commits.append(1))
    writer.submit(_adds("result"), Lane.RIDING)
    writer.submit(_adds("siti"), Lane.CONVERSATION)
    writer.start()
    writer.stop()
    assert (_names(database), len(commits)) == (["siti", "result"], 1)


def test_alone_it_does_not_wait_for_long(database: sa.Engine) -> None:
    writer = Writer(database)
    writer.start()
    assert writer.submit(_adds("result"), Lane.RIDING).result(timeout=10) == "result"
    writer.stop()


def test_a_rider_that_fails_hurts_nobody_it_rides_with(database: sa.Engine) -> None:
    writer = Writer(database)
    bad, good = writer.submit(_fails, Lane.RIDING), writer.submit(_adds("siti"), Lane.CONVERSATION)
    writer.start()
    writer.stop()
    assert (good.result(), _names(database)) == ("siti", ["siti"])
    with pytest.raises(RuntimeError):
        bad.result()


def test_a_result_comes_only_after_the_commit(database: sa.Engine) -> None:
    held = threading.Event()
    writer = Writer(database, after_commit=partial(_waits, held))
    future = writer.submit(_adds("a"), Lane.CONVERSATION)
    writer.start()
    while _names(database) != ["a"]:
        pass
    assert not future.done()
    held.set()
    writer.stop()
    assert future.done()


def test_who_has_stopped_waiting_is_left_out_and_stops_nobody(database: sa.Engine) -> None:
    writer = Writer(database)
    gone, stays = writer.submit(_adds("gone"), Lane.CONVERSATION), writer.submit(_adds("stays"), Lane.CONVERSATION)
    assert gone.cancel()
    writer.start()
    writer.stop()
    assert (stays.result(), _names(database)) == ("stays", ["stays"])


def test_a_suspect_shares_its_transaction_with_nobody_and_is_run_once(database: sa.Engine) -> None:
    commits: list[int] = []
    tries: list[int] = []

    def poisonous(_: Session) -> None:
        tries.append(1)
        raise RuntimeError("poison")

    writer = Writer(database, after_commit=lambda: commits.append(1))
    rider, suspect = writer.submit(_adds("result"), Lane.RIDING), writer.submit(poisonous, Lane.SUSPECT)
    writer.start()
    writer.stop()
    assert isinstance(suspect.exception(), RuntimeError)
    assert (rider.result(), len(tries), len(commits)) == ("result", 1, 1)


class Hoard:
    """Much memory, held by a local name of a step that fails."""


def _eats(seen: list[weakref.ref[Hoard]], _: Session) -> None:
    hoard = Hoard()
    seen.append(weakref.ref(hoard))
    try:
        raise MemoryError
    except MemoryError as first:
        raise RuntimeError("the rollback fails too") from first


def test_what_a_failed_step_held_is_free_before_the_next_one_runs(database: sa.Engine) -> None:
    seen: list[weakref.ref[Hoard]] = []
    writer = Writer(database)
    failed, after = (
        writer.submit(partial(_eats, seen), Lane.CONVERSATION),
        writer.submit(lambda _: seen[-1](), Lane.CONVERSATION),
    )
    writer.start()
    writer.stop()
    assert isinstance(failed.exception(), RuntimeError)  # whoever waits still keeps it
    assert after.result() is None
    frames = list(traceback.walk_tb(failed.exception().__traceback__))  # type: ignore[union-attr]
    assert frames[-1][0].f_code.co_name == "_eats", "where it failed is still known"
