"""The single writer of an SQLite database: one thread, one transaction for all who wait, conversations first.

Whoever waits at the same moment shares one commit, and so one fsync; what is in no hurry rides along with the next. A step
that fails inside a group is undone by rolling the whole group back and running its members one by one, each in its own
transaction.
"""

import asyncio
import inspect
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery.watchdog import Watchdog
from models.database import truncate_log

T = TypeVar("T")
Step = Callable[[Session], Any]

#: The database's own trouble, such as a lock or a full disk: it passes, and no step is to blame. A broken rule of the
#: tables (IntegrityError and its like) is the step's own mistake.
TROUBLE = (sa.exc.OperationalError, sa.exc.InterfaceError)
#: Most steps in one transaction: a longer group would make the first in it wait for the last.
GROUP = 64
#: Code whose frames may be waiting for something, and would be ended by being emptied.
_SUSPENDABLE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
#: How long a step in no hurry waits for a transaction it can ride along with, in seconds.
RIDES_WITHIN = 0.02


class Lane(IntEnum):
    """Who goes first."""

    SUSPECT = 0  #: has failed, or may have ended the last run: a transaction with nobody else in it
    CONVERSATION = 1
    BACKGROUND = 2  #: sweeps, claims, freezing
    RIDING = 3  #: results of sends: with whatever comes next, alone after `RIDES_WITHIN`


def let_go(problem: BaseException | None) -> None:
    """Empty the frames that an exception remembers, and those it came from: they may hold what ate the memory, and would hold
    it for as long as somebody keeps the exception. Where it was raised stays known. What a generator holds stays too.
    """
    while problem is not None:
        entry = problem.__traceback__
        while entry is not None:
            if not entry.tb_frame.f_code.co_flags & _SUSPENDABLE:
                try:  # noqa: SIM105  a `suppress` would need memory
                    entry.tb_frame.clear()
                except (RuntimeError, MemoryError):  # it is running still; or there is no memory even for saying so
                    pass
            entry = entry.tb_next
        problem = problem.__context__


@dataclass(frozen=True, slots=True)
class _Waiting:
    step: Step
    future: "Future[Any]"
    since: float  #: monotonic seconds


class Writer:
    """Runs steps against the database, in the order they came within a lane."""

    def __init__(
        self, engine: sa.Engine, after_commit: Callable[[], None] = lambda: None, watchdog: Watchdog | None = None
    ) -> None:
        """`after_commit` is called in the writer's thread after every group. `watchdog` ends the process if one hangs."""
        self._engine, self._watchdog = engine, watchdog or Watchdog(0)
        self._after_commit = after_commit
        self._waiting: dict[Lane, deque[_Waiting]] = {lane: deque() for lane in Lane}
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what was submitted, then end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def submit(self, step: Callable[[Session], T], lane: Lane = Lane.BACKGROUND) -> "Future[T]":
        """Queue a step; its result comes after the commit, its exception after the rollback."""
        future: Future[T] = Future()
        self._put(step, lane, future)
        return future

    async def run(self, step: Callable[[Session], T], lane: Lane = Lane.BACKGROUND) -> T:
        """Queue a step and wait for its commit."""
        return await asyncio.wrap_future(self.submit(step, lane))

    def truncate_log(self) -> None:
        """After an erasure: no copy of what is gone stays in a log file. Called outside the writer's thread."""
        truncate_log(self._engine)

    def _put(self, step: Step, lane: Lane, future: "Future[Any]") -> None:
        with self._changed:
            self._waiting[lane].append(_Waiting(step, future, time.monotonic()))
            if lane is not Lane.RIDING or len(self._waiting[lane]) == 1:
                self._changed.notify()

    def _work(self) -> None:
        while (group := self._group()) is not None:
            # Whoever has stopped waiting (a closed connection) is left out: nothing was promised.
            wanted = [(w.step, w.future) for w in group if w.future.set_running_or_notify_cancel()]
            if wanted:
                self._run_group(wanted)

    def _group(self) -> "list[_Waiting] | None":
        """Who shares the next transaction; None when all is done. A background step shares with riders only, a suspect with
        nobody.
        """
        suspects, talks, background, riders = (self._waiting[lane] for lane in Lane)
        with self._changed:
            while True:
                if suspects:
                    return [suspects.popleft()]
                if talks or background:
                    group = [talks.popleft() for _ in range(min(len(talks), GROUP))] or [background.popleft()]
                    break
                wait = riders[0].since + RIDES_WITHIN - time.monotonic() if riders else None
                if self._stopping or (wait is not None and wait <= 0):
                    group = []
                    break
                self._changed.wait(wait)
            group += riders
            riders.clear()
        return group or None

    def _run_group(self, group: list[tuple[Step, "Future[Any]"]]) -> None:
        try:
            with (
                self._watchdog.watching(),
                Session(self._engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                results = [step(session) for step, _ in group]
        except BaseException as problem:
            let_go(problem)
            if len(group) == 1:
                group[0][1].set_exception(problem)
            else:
                for member in group:
                    self._run_group([member])
            return
        self._after_commit()
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
