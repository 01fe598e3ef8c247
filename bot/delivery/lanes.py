"""One channel's way out: its pace, what waits for its start, and what is on its way to each address."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.channels.base import Channel
from bot.delivery.inbox import Outgoing
from bot.delivery.pacing import Pacer

#: Most messages of one channel on their way at once.
IN_FLIGHT = 200
#: Messages are claimed for so long ahead of their start, in seconds: a claim takes a while.
AHEAD = 0.1


@dataclass(eq=False)
class Lane:
    """One channel with its pace, and the messages on their way to each of its addresses, in order."""

    channel: Channel
    pacer: Pacer
    chains: dict[str, deque[Outgoing]] = field(default_factory=dict)
    waiting: deque[Outgoing] = field(default_factory=deque)  #: claimed, and not yet started for the sake of the pace
    asks_provider: bool = False  #: the provider can say what became of an uncertain send
    people_a_day: int = 0  #: whom Meta allows us to write to outside their window in 24 hours; 0: any number
    down: bool = False
    claims: bool = True  #: this process may claim rows; in a cluster one process at a time
    #: Asked in the claim's own transaction whether it still may.
    fence: Callable[[Session], bool] = lambda session: True
    ready: asyncio.Event = field(default_factory=asyncio.Event)  #: something waits for its start
    behind: Counter[str] = field(default_factory=Counter)  #: addresses with an earlier message that must be tried again
    more: bool = False  #: the last claim found as many as it might
    people_left: int | None = None
    counted_at: float = float("-inf")

    @property
    def busy(self) -> frozenset[str]:
        """Addresses with a message in flight, or about to be."""
        return frozenset(self.chains).union(row.address for row in self.waiting)

    @property
    def room(self) -> int:
        """How many more messages may be on their way."""
        return IN_FLIGHT - len(self.chains) - len(self.waiting)

    def ahead(self, at: float) -> int:
        """How many more messages to have claimed before they may start. `at` is now, in monotonic seconds."""
        rate = self.pacer.rate_at(at)
        return IN_FLIGHT if rate <= 0 else max(0, int(rate * AHEAD) + 1 - len(self.waiting))
