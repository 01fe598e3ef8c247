"""The pace of one sender that several processes share (`rules.md`, Database and processes).

Only the process that holds the delivery starts what the program starts; all of them send replies. Replies are never held
back here. Each process tells the database how many it has started, and takes a slice in advance for those of the next
moment; the holder goes slower by as many, and keeps a fifth of the rate free for what it has not heard of yet. A
provider's pause and its «slow down» reach every process in the same way.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from bot.delivery.pacing import Pacer
from bot.delivery.writer import TROUBLE
from models import senders
from models.senders import News, Seen, SenderKey

log = structlog.get_logger()

#: The share of the rate that is always left to replies other processes have not told of yet.
RESERVE = 0.2
#: How often a process tells and looks, in seconds.
EVERY = 0.2
#: The rate, in messages a second, while replies alone use up all there is: unlike 0, it is not «unlimited».
_NEXT_TO_NOTHING = 0.1


class Writes(Protocol):
    """Runs a step in a transaction of its own."""

    async def run(self, step: Callable[[Session], Seen]) -> Seen:
        """Its result, after the commit."""


class SharedPacer(Pacer):
    """A pacer that knows of the other processes. `keep_in_step` runs beside it."""

    def __init__(self, rate: float, chat_rate: float, sender: SenderKey) -> None:
        """`rate` and `chat_rate` are messages a second, as configured; 0 is unlimited."""
        super().__init__(rate, chat_rate)
        self.sender = sender
        self.holding = False  #: this process starts what the program starts
        self._others = self._untold = self._leased = 0
        self._lease_ends = 0.0
        self._pause_to_tell, self._slowed, self._whole = 0.0, False, False
        self._heard_of = -math.inf  #: the «slow down» last heard of or told, in monotonic seconds
        self._news = asyncio.Event()

    def started(self, at: float) -> None:
        """A message of any class started."""
        super().started(at)
        self._untold += 1

    def started_by_us(self, address: str, at: float) -> None:
        """A message the program started by itself, to this chat."""
        super().started_by_us(address, at)
        self._untold -= 1  # it is no reply

    def pause(self, until: float) -> None:
        """The provider asks the whole sender to wait: every process hears of it."""
        super().pause(until)
        self._pause_to_tell = max(self._pause_to_tell, until)
        self._news.set()

    def slow_down(self, at: float) -> None:
        """The provider says that this was too fast: every process hears of it."""
        self._whole = True  # lowered is the rate of all, not what is left of it here
        super().slow_down(at)
        self._whole, self._slowed = False, True
        self._news.set()

    def rate_at(self, at: float) -> float:
        """What is left of the present rate for this process: less the reserve, or what others' replies use up."""
        rate = super().rate_at(at)
        if rate <= 0 or self._whole:
            return rate
        return max(rate - max(math.floor(rate * RESERVE), self._others), _NEXT_TO_NOTHING)

    def next_free(self, at: float) -> float:
        """In how many seconds at least one may start; it is worth asking again after the next exchange."""
        wait = super().next_free(at)
        return wait if at < self.paused_until else min(wait, EVERY)

    async def keep_in_step(self, writer: Writes) -> None:
        """Tell and look until cancelled. While the database is away, what is known goes on being true."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), EVERY)
            self._news.clear()
            try:
                await self.exchange(writer)
            except TROUBLE as problem:
                log.warning("sender not in step", channel=self.sender.channel, error=type(problem).__name__)
                await asyncio.sleep(EVERY)

    async def exchange(self, writer: Writes) -> None:
        """Tell the others what happened here, and hear what happened there."""
        at, untold, pause, slowed = time.monotonic(), self._untold, self._pause_to_tell, self._slowed
        told = News(self._slice(at), max(0.0, pause - at), self._lowered if slowed else None)
        seen = await writer.run(partial(_exchange, self.sender, told))
        self._untold -= untold
        if untold:
            self._leased, self._lease_ends = self._leased + told.replies - untold, at + 1.0
        self._pause_to_tell = 0.0 if self._pause_to_tell == pause else self._pause_to_tell
        self._slowed = self._slowed and not slowed
        self._hear(seen, time.monotonic())

    def _slice(self, at: float) -> int:
        """Replies to take from the shared rate: what was used beyond the last slice, and as much again in advance."""
        if at > self._lease_ends:
            self._leased = 0
        if self.holding or self.rate <= 0 or not self._untold:  # the holder's own replies slow it down already
            return 0
        return max(0, self._untold * 2 - self._leased)

    def _hear(self, seen: Seen, at: float) -> None:
        self._others = seen.replies
        if seen.pause > 0:
            super().pause(at + seen.pause)
        since = at - seen.slowed
        if seen.rate is not None and since > self._heard_of + 1.0:
            self._lowered, self._since, self._heard_of = seen.rate, since, since


def _exchange(sender: SenderKey, told: News, session: Session) -> Seen:
    now = senders.clock_of(session)
    return senders.look(session, sender, now) if told == News() else senders.tell(session, sender, told, now)
