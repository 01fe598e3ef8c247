"""The writer of a PostgreSQL database: one step, one transaction, several at once, each lane with threads of its own.

Rows are guarded by locks, not by there being one writer. Where two steps wait for each other the server ends one of them,
and it is run again from the start, like a member of a group on SQLite: a step has no effect but on its session.
"""

import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery.watchdog import Watchdog
from bot.delivery.writer import Lane, Step, Writer, let_go

#: Steps at once. Most of a step's time is the server's, and those who commit together share one fsync there.
THREADS = {Lane.CONVERSATION: 8, Lane.BACKGROUND: 3}
#: Lanes without threads of their own.
_SHARED = {Lane.SUSPECT: Lane.CONVERSATION, Lane.RIDING: Lane.BACKGROUND}
#: Tries of a step that met another one.
TRIES = 6
#: The longest pause before the second try, in seconds; twice as long before each later one.
PAUSE = 0.02
#: Two steps met: deadlock_detected, serialization_failure.
_MET = frozenset({"40P01", "40001"})
#: The server's trouble that its driver does not call so: read_only_sql_transaction (after a failover),
#: idle_in_transaction_session_timeout, transaction_timeout.
_TROUBLE = frozenset({"25006", "25P03", "25P04"})


class PooledWriter(Writer):
    """Runs steps against a PostgreSQL database. Steps of one lane start in the order they came, and may end in another."""

    def __init__(
        self, engine: sa.Engine, after_commit: Callable[[], None] = lambda: None, watchdog: Watchdog | None = None
    ) -> None:
        """`after_commit` is called in a worker's thread after every step. `watchdog` ends the process if one hangs."""
        super().__init__(engine, after_commit, watchdog)
        self._lanes: dict[Lane, queue.SimpleQueue[tuple[Step, Future[Any]] | None]] = {
            lane: queue.SimpleQueue() for lane in Lane
        }
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads."""
        for lane, number in THREADS.items():
            for index in range(number):
                name = f"writer-{lane.name.lower()}-{index}"
                self._threads.append(threading.Thread(target=self._work_on, args=(lane,), name=name, daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was submitted, then end the threads."""
        for lane, number in THREADS.items():
            for _ in range(number):
                self._lanes[lane].put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _put(self, step: Step, lane: Lane, future: "Future[Any]") -> None:
        """Nobody shares a transaction here: those who commit together share one fsync anyway."""
        self._lanes[_SHARED.get(lane, lane)].put((step, future))

    def _work_on(self, lane: Lane) -> None:
        while (entry := self._lanes[lane].get()) is not None:
            step, future = entry
            if future.set_running_or_notify_cancel():
                self._settle(step, future)

    def _settle(self, step: Step, future: "Future[Any]") -> None:
        try:
            result = self._until_done(step)
        except BaseException as problem:
            let_go(problem)
            future.set_exception(problem)
            return
        self._after_commit()
        future.set_result(result)

    def _until_done(self, step: Step) -> Any:
        """Run a step, again where it met another. Raises what the step does; trouble as OperationalError."""
        for tried in range(TRIES):
            try:
                return self._run_once(step)
            except sa.exc.DBAPIError as problem:
                if _state(problem) not in _MET or tried == TRIES - 1:
                    raise _named(problem) from problem
            except sa.exc.TimeoutError as problem:  # no connection is free
                raise sa.exc.OperationalError(None, None, problem) from problem
            time.sleep(random.uniform(0, PAUSE * 2**tried))
        raise AssertionError("unreachable")

    def _run_once(self, step: Step) -> Any:
        with self._watchdog.watching(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            return step(session)


def _state(problem: sa.exc.DBAPIError) -> str | None:
    return getattr(problem.orig, "sqlstate", None)


def _named(problem: sa.exc.DBAPIError) -> sa.exc.DBAPIError:
    """The same problem; as OperationalError where the server or the way to it is in trouble, and no step is to blame."""
    lost = problem.connection_invalidated or _state(problem) in _TROUBLE
    if not lost or isinstance(problem, sa.exc.OperationalError):
        return problem
    return sa.exc.OperationalError(problem.statement, None, problem.orig or problem)
