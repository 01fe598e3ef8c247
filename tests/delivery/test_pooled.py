"""Several steps at once on PostgreSQL: each its own transaction, met ones tried again, conversations never held up."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery import pooled
from bot.delivery.pooled import THREADS, PooledWriter
from bot.delivery.writer import TROUBLE, Lane
from models import hot_path
from models.database import connect, reading, writing
from models.people import Contact, Conversation, Person
from tests.delivery.conftest import NOON
from tests.postgres import Postgres

pytestmark = pytest.mark.only("postgresql")


@pytest.fixture
def writer(database: sa.Engine) -> Iterator[PooledWriter]:
    writer = PooledWriter(database)
    writer.start()
    yield writer
    writer.stop()


def adds(name: str, session: Session) -> str:
    session.add(Person(name=name, language="id", interests=[], created_at=NOON))
    session.flush()
    return name


def names(database: sa.Engine) -> list[str]:
    with reading(database) as session:
        return sorted(session.scalars(sa.select(Person.name)))


def renames(first: int, then: int, met: threading.Barrier, tries: list[int], session: Session) -> None:
    """Write two rows, and wait in between until the other has written its first: each then waits for the other."""
    tries.append(first)
    for number, person_id in enumerate((first, then)):
        session.execute(sa.update(Person).where(Person.id == person_id).values(name=f"by {first}"))
        if number == 0 and len(tries) <= 2:
            met.wait(10)


def two_women(database: sa.Engine) -> None:
    with writing(database) as session:
        for name in ("Ani", "Siti"):
            adds(name, session)


def met_each_other(writer: PooledWriter) -> tuple[list[Future[None]], list[int]]:
    met, tries = threading.Barrier(2), list[int]()
    return [writer.submit(partial(renames, a, b, met, tries), Lane.CONVERSATION) for a, b in ((1, 2), (2, 1))], tries


def test_a_step_that_met_another_is_run_again(writer: PooledWriter, database: sa.Engine) -> None:
    two_women(database)
    futures, tries = met_each_other(writer)
    assert [future.result(20) for future in futures] == [None, None]
    assert len(tries) > 2
    assert names(database) in (["by 1", "by 1"], ["by 2", "by 2"])


def test_control_without_trying_again_one_fails(
    writer: PooledWriter, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled, "TRIES", 1)
    two_women(database)
    problems = [future.exception(20) for future in met_each_other(writer)[0]]
    assert sorted(problem is None for problem in problems) == [False, True]
    assert next(problem for problem in problems if isinstance(problem, TROUBLE))


def test_a_failing_step_is_undone_alone(writer: PooledWriter, database: sa.Engine) -> None:
    def fails(session: Session) -> None:
        adds("never", session)
        raise RuntimeError("poison")

    good, bad = writer.submit(partial(adds, "Ani")), writer.submit(fails)
    assert good.result(20) == "Ani"
    assert isinstance(bad.exception(20), RuntimeError)
    assert names(database) == ["Ani"]


def test_what_runs_by_itself_never_holds_up_a_conversation(writer: PooledWriter, database: sa.Engine) -> None:
    enough, held = threading.Event(), threading.Semaphore(0)

    def waits(session: Session) -> None:
        held.release()
        enough.wait(20)

    background = [writer.submit(waits) for _ in range(THREADS[Lane.BACKGROUND] + 2)]
    assert all(held.acquire(timeout=20) for _ in range(THREADS[Lane.BACKGROUND]))
    assert writer.submit(partial(adds, "Ani"), Lane.CONVERSATION).result(20) == "Ani"
    assert not any(future.done() for future in background)
    enough.set()


def test_stopping_finishes_what_was_submitted(database: sa.Engine) -> None:
    commits: list[int] = []
    writer = PooledWriter(database, after_commit=lambda: commits.append(1))
    futures = [writer.submit(partial(adds, f"Ibu {number}"), Lane(number % len(Lane))) for number in range(40)]
    given_up = writer.submit(partial(adds, "nobody waits for"))
    given_up.cancel()
    writer.start()
    writer.stop()
    assert (len(names(database)), len(commits)) == (40, 40)
    assert all(future.done() for future in futures)


def test_a_database_that_goes_away_is_trouble_and_nobodys_fault() -> None:
    with Postgres(durable=False) as server:
        engine = connect(server.url)
        Person.metadata.create_all(engine)
        writer = PooledWriter(engine)
        writer.start()
        writer.submit(partial(adds, "Ani")).result(20)

        def loses(session: Session) -> None:
            server.stop_immediate()
            adds("never", session)

        assert isinstance(writer.submit(loses).exception(60), TROUBLE)
        assert isinstance(writer.submit(partial(adds, "not yet")).exception(60), TROUBLE)
        server.start()
        assert writer.submit(partial(adds, "Siti")).result(60) == "Siti"
        assert names(engine) == ["Ani", "Siti"]
        writer.stop()
        engine.dispose()


def test_a_server_that_only_reads_is_trouble_and_nobodys_fault(writer: PooledWriter, database: sa.Engine) -> None:
    def after_a_failover(session: Session) -> None:
        session.execute(sa.text("SET TRANSACTION READ ONLY"))
        adds("never", session)

    assert isinstance(writer.submit(after_a_failover).exception(20), TROUBLE)


def _until_somebody_waits(database: sa.Engine) -> None:
    until = time.monotonic() + 10
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while time.monotonic() < until:
        with database.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited")


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_two_processes_that_hear_one_woman_go_one_after_the_other(
    writer: PooledWriter, database: sa.Engine, known: bool
) -> None:
    if known:
        with writing(database) as session:
            hot_path.state_of(session, "telegram", "siti", None, "id", NOON)
    holds = threading.Event()

    def says(number: str, session: Session) -> int:
        """A message of Siti's in one of two processes: what she said before, and this."""
        state = hot_path.state_of(session, "telegram", "siti", None, "id", NOON)
        hot_path.heard_from(session, state.contact_id, NOON)
        if not holds.is_set():
            holds.set()
            _until_somebody_waits(database)
        hot_path.save_talk(session, state.contact_id, "register", {**(state.said or {}), number: True}, [], NOON)
        return state.contact_id

    one = writer.submit(partial(says, "1"), Lane.CONVERSATION)
    assert holds.wait(20)
    two = writer.submit(partial(says, "2"), Lane.CONVERSATION)
    assert one.result(20) == two.result(20)
    with reading(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1
        assert session.scalars(sa.select(Conversation.said)).all() == [{"1": True, "2": True}]
