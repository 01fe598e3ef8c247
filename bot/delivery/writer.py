"""The single writer of an SQLite database: one thread, one transaction for all who wait, conversations first.

Whoever waits at the same moment shares one commit, and so one fsync. A step that fails inside a group is undone by
rolling the whole group back and running its members one by one, each in its own transaction.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
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


class Lane(IntEnum):
    """Who goes first."""

    CONVERSATION = 0
    BACKGROUND = 1  #: sweeps, results of sends, freezing


class Writer:
    """Runs steps against the database, in the order they came within a lane."""

    def __init__(
        self, engine: sa.Engine, after_commit: Callable[[], None] = lambda: None, watchdog: Watchdog | None = None
    ) -> None:
        """`after_commit` is called in the writer's thread after every group. `watchdog` ends the process if one hangs."""
        self._engine, self._watchdog = engine, watchdog or Watchdog(0)
        self._after_commit = after_commit
        self._queue: queue.PriorityQueue[tuple[int, int, Step | None, Future[Any]]] = queue.PriorityQueue()
        self._count = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what was submitted, then end the thread."""
        self._put(None, Lane.BACKGROUND + 1, Future())
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

    def _put(self, step: Step | None, lane: int, future: "Future[Any]") -> None:
        with self._lock:
            self._count += 1
            self._queue.put((lane, self._count, step, future))

    def _work(self) -> None:
        while True:
            group, last = self._group()
            if group:
                self._run_group(group)
            if last:
                return

    def _group(self) -> tuple[list[tuple[Step, "Future[Any]"]], bool]:
        """Everything that waits now, up to `GROUP`. A background step never shares with a conversation.

        Whoever has stopped waiting (a closed connection) is left out: nothing was promised.
        """
        lane, _, step, future = self._queue.get()
        if step is None:
            return [], True
        waiting = [(step, future)]
        while lane == Lane.CONVERSATION and len(waiting) < GROUP:
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                break
            if entry[0] != lane or entry[2] is None:
                self._queue.put(entry)
                break
            waiting.append((entry[2], entry[3]))
        return [(step, future) for step, future in waiting if future.set_running_or_notify_cancel()], False

    def _run_group(self, group: list[tuple[Step, "Future[Any]"]]) -> None:
        try:
            with (
                self._watchdog.watching(),
                Session(self._engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                results = [step(session) for step, _ in group]
        except BaseException as problem:
            if len(group) == 1:
                group[0][1].set_exception(problem)
            else:
                for member in group:
                    self._run_group([member])
            return
        self._after_commit()
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
