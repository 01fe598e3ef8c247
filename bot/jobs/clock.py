"""The clock of one machine: APScheduler, used as a clock and never as a store.

Each job is a sweep over due rows, so a missed tick costs nothing: the next one catches up.
"""

from collections.abc import Awaitable, Callable, Mapping

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

#: How often each sweep looks for due rows, in seconds.
EVERY = {
    "reminders": 20,
    "offers": 20,
    "summaries": 60,
    "broadcasts": 1,
    "leases": 3,
    "held": 2,
    "handovers": 300,
    "events": 300,
    "retention": 600,
}


class Ticker:
    """Calls sweeps at their intervals until stopped."""

    def __init__(self, sweeps: Mapping[str, Callable[[], Awaitable[object]]]) -> None:
        """`sweeps` by the name of their job; each is a coroutine function without arguments."""
        self._sweeps = sweeps
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )

    def start(self) -> None:
        """Start ticking in the running event loop."""
        for name, sweep in self._sweeps.items():
            self._scheduler.add_job(sweep, IntervalTrigger(seconds=EVERY[name]), id=name)
        self._scheduler.start()

    async def all_now(self) -> None:
        """Run every sweep once: at start, and after the simulator's clock was moved."""
        for sweep in self._sweeps.values():
            await sweep()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
