"""Results on their way into the database: collected as they come back, written many at a time, kept through trouble."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot.delivery import crash_points
from bot.delivery.results import Ledger, Result
from bot.delivery.writer import TROUBLE, Lane, Writer

log = structlog.get_logger()

#: Most results written in one commit.
BATCH = 100
#: A commit costs the same for one result as for many: with fewer than `COMPANY` it waits for others for so many seconds.
COMPANY, WAITS = 16, 0.02
#: Pause before results are tried again that the database could not take, in seconds.
AGAIN = 0.5


class Recorder:
    """Takes results in at once, and writes them down as fast as the database takes them."""

    def __init__(self, writer: Writer, ledger: Ledger, written: Callable[[Sequence[Result]], None]) -> None:
        """`written` is called in the event loop with every batch that stands in the database."""
        self._writer, self._ledger, self._written = writer, ledger, written
        self._waiting: list[Result] = []
        self._come, self._in_company = asyncio.Event(), asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many results are not written yet: a crash now would leave as many rows uncertain."""
        return len(self._waiting)

    def take(self, result: Result) -> None:
        """One more result."""
        self._waiting.append(result)
        self._come.set()
        if len(self._waiting) >= COMPANY:
            self._in_company.set()

    async def run(self) -> None:
        """Write until cancelled: each time what came back while the last batch was being committed, or in a short while."""
        while True:
            await self._come.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAITS):
                    await self._in_company.wait()
            self._come.clear()
            self._in_company.clear()
            await self.finish()

    async def finish(self) -> None:
        """Write down all there is."""
        while self._waiting:
            batch = self._waiting[:BATCH]
            try:
                await self._writer.run(partial(self._record, batch), Lane.RIDING)
            except TROUBLE as problem:  # a locked or full disk: the results are kept and written when it heals
                log.warning("results not written yet", count=len(batch), error=type(problem).__name__)
                await asyncio.sleep(AGAIN)
                continue
            except Exception:  # one of them cannot be written: it alone, so that it does not hold back the others
                for result in batch:
                    await self._alone(result)
            crash_points.at("result.after_commit")
            del self._waiting[: len(batch)]
            self._written(batch)

    async def _alone(self, result: Result) -> None:
        """Write one result; one that cannot be written leaves its row uncertain at the next start."""
        try:
            await self._writer.run(partial(self._record, [result]))
        except Exception as problem:
            log.error("result not written", row=result.outgoing.id, error=type(problem).__name__)

    def _record(self, batch: Sequence[Result], session: Session) -> None:
        self._ledger.record(session, batch)
