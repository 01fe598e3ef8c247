"""What happens by itself when several processes share the work: sweeps and deliveries as Procrastinate's tasks.

Needs the extra `cluster`; nothing but the roots of `work` and `migrate` imports this. A sweep runs once a tick over the
whole cluster, a sender's delivery in one process at a time. What a dead process had in hand, another takes up.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import procrastinate
import psycopg
import structlog
from procrastinate import exceptions, jobs

from models.database import SERVER_OPTIONS

log = structlog.get_logger()

#: How often a process says that it lives, and after how long without a word it counts as dead, in seconds.
HEARTBEAT, DEAD_AFTER = 2.0, 10.0
#: How often each process looks for what dead ones left, and that every sender is delivered, in seconds.
TEND = 3.0
#: How often new tasks are looked for when no notice came, in seconds.
POLL = 0.5
#: Tasks of one process at once: every sender's delivery, and sweeps beside them.
AT_ONCE = 20
#: How long what runs may take to end when the process stops, in seconds.
GRACE = 9.0
#: Between two attempts to reach the database, in seconds.
RETRY = 1.0
#: By how much the clock of the machine may leap before its ticks are counted anew, in seconds.
LEAP = 30.0
DELIVER = "deliver"
_FIRST = 10  # a delivery goes before a sweep
#: The database's trouble: it passes.
_TROUBLE = (exceptions.ConnectorException, psycopg.Error, OSError)


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do. The root fills it in."""

    sweeps: Mapping[str, tuple[int, Callable[[], Awaitable[object]]]]  #: by name: every so many seconds, what to call
    senders: Sequence[tuple[str, str]]  #: channel and account of each sender
    deliver: Callable[[str, str], Awaitable[None]]  #: claims and sends for one sender, for a while


class Cluster:
    """This process's part in the work."""

    def __init__(self, url: str, work: Work) -> None:
        """`url` is the database's, as psycopg reads it."""
        self._work, self._stopping = work, asyncio.Event()
        options = {"options": SERVER_OPTIONS}
        connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=6, kwargs=options)
        self._app = procrastinate.App(connector=connector)
        for name, (seconds, sweep) in work.sweeps.items():
            self._add_sweep(name, seconds, sweep)
        self._app.task(name=DELIVER, priority=_FIRST)(work.deliver)

    def stop(self) -> None:
        """Take up nothing more; `run` ends when what is in hand has ended."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped. A database that goes away is waited for."""
        while not self._stopping.is_set():
            try:
                async with self._app.open_async():
                    await self._until_something_changes()
            except _TROUBLE as problem:
                log.warning("cluster not reached", error=type(problem).__name__)
                await asyncio.sleep(RETRY)

    async def _until_something_changes(self) -> None:
        """Work until stopped, until the connection breaks, or until the clock leaps: ticks are counted by it."""
        worker = asyncio.create_task(
            self._app.run_worker_async(
                concurrency=AT_ONCE, fetch_job_polling_interval=POLL, shutdown_graceful_timeout=GRACE,
                delete_jobs="always", install_signal_handlers=False, update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=DEAD_AFTER,
            )
        )  # fmt: skip
        others = [asyncio.create_task(work) for work in (self._tend(), self._stopping.wait(), _leap())]
        await asyncio.wait([worker, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        if not worker.done():
            worker.cancel()  # it ends gracefully
        results = await asyncio.gather(worker, *others, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    def _add_sweep(self, name: str, seconds: int, sweep: Callable[[], Awaitable[object]]) -> None:
        async def run(timestamp: int) -> None:
            try:
                await sweep()
            except Exception as problem:  # the next tick tries again; the error's own words may name a person
                log.error("sweep failed", sweep=name, error=type(problem).__name__)

        lock = f"sweep:{name}"
        task = self._app.task(name=lock, lock=lock, queueing_lock=lock)(run)
        self._app.periodic(cron=cron(seconds), periodic_id=name)(task)

    async def _tend(self) -> None:
        """Take over from the dead, and see that every sender's delivery is running or waiting to."""
        while True:
            for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
                log.warning("taken over", task=job.task_name)
                await self._take_over(job)
            for channel, account in self._work.senders:
                await self._defer(channel, account)
            await asyncio.sleep(TEND)

    async def _take_over(self, job: jobs.Job) -> None:
        try:
            await self._app.job_manager.retry_job(job)
        except exceptions.UniqueViolation:  # the next of its kind waits already
            await self._app.job_manager.finish_job(job, jobs.Status.FAILED, delete_job=True)
        except exceptions.ConnectorException as problem:
            log.info("another was quicker", task=job.task_name, error=type(problem).__name__)

    async def _defer(self, channel: str, account: str) -> None:
        lock = f"delivery:{channel}:{account}"
        task = self._app.configure_task(DELIVER, lock=lock, queueing_lock=lock, priority=_FIRST)
        with contextlib.suppress(exceptions.AlreadyEnqueued):
            await task.defer_async(channel=channel, account=account)


def cron(seconds: int) -> str:
    """«Every so many seconds» for Procrastinate, whose sixth field is seconds. Whole minutes, or a part of one."""
    if seconds < 60:
        return f"* * * * * */{seconds}"
    return f"*/{seconds // 60} * * * *"


async def _leap() -> None:
    """Return when the machine's clock was set, or the machine slept."""
    apart = time.time() - time.monotonic()
    while abs(time.time() - time.monotonic() - apart) < LEAP:  # noqa: ASYNC110  no event tells
        await asyncio.sleep(1)
