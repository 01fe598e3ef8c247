"""How fast one sender may start messages by itself: evenly, and never more than its rate in any one-second window.

Replies are never held back here, but they use up the rate (`design.md`, section 5, promise 5). A provider's «slow down»
lowers the rate, and quiet brings it back. Times are monotonic seconds, handed in.
"""

from collections import deque
from dataclasses import dataclass, field

#: A provider that says «slow down» without saying how long is given this many seconds.
DEFAULT_PAUSE = 5.0
#: A window is counted a little longer than a second, since a message arrives a little later than it started.
WINDOW = 1.005
#: How much of a second's messages may start at one moment, after the event loop was busy with something else.
BURST = 0.1
#: After a «slow down» the rate is this part of what it was, at least `LEAST` of the configured one.
LOWERED, LEAST = 0.7, 0.1
#: Without another «slow down», the rate grows by this part every `RECOVERS` seconds.
GROWS, RECOVERS = 1.1, 10.0


@dataclass(slots=True)
class Pacer:
    """The starts of the last second of one sender. `rate` and `chat_rate` are messages a second; 0 is unlimited."""

    rate: float
    chat_rate: float = 1.0
    paused_until: float = 0.0
    _lowered: float | None = None  #: the rate after a «slow down», at `_since`
    _since: float = 0.0
    _starts: deque[float] = field(default_factory=deque)
    _tokens: float = 1.0
    _counted: float = 0.0  #: when tokens were last added
    _chats: dict[str, float] = field(default_factory=dict)

    def started(self, at: float) -> None:
        """A message of any class started."""
        self._starts.append(at)
        self._tokens -= 1

    def started_by_us(self, address: str, at: float) -> None:
        """A message the program started by itself, to this chat."""
        self.started(at)
        self._chats[address] = at

    def pause(self, until: float) -> None:
        """The provider asks the whole sender to wait."""
        self.paused_until = max(self.paused_until, until)

    def slow_down(self, at: float) -> None:
        """The provider found this too fast. Several answers to messages of the same moment lower the rate once."""
        if self._lowered is not None and at - self._since < 1.0:
            return
        now = self.rate_at(at) or float(max(len(self._starts), 1))
        self._lowered, self._since = max(now * LOWERED, self.rate * LEAST, 1.0 if self.rate == 0 else 0.1), at

    def rate_at(self, at: float) -> float:
        """The present rate in messages a second: as configured, or lowered and growing back. 0 is unlimited."""
        if self._lowered is None:
            return self.rate
        grown = self._lowered * GROWS ** int((at - self._since) / RECOVERS)
        if (0 < self.rate <= grown) or (self.rate == 0 and grown > 100 * self._lowered):
            self._lowered = None
            return self.rate
        return grown

    def free(self, at: float) -> int:
        """How many messages the program may start now."""
        self._forget(at)
        if at < self.paused_until:
            return 0
        rate = self.rate_at(at)
        if rate <= 0:
            return 1_000_000
        self._refill(at, rate)
        return max(0, min(int(self._tokens), self._room(rate)))

    def next_free(self, at: float) -> float:
        """In how many seconds at least one may start."""
        if at < self.paused_until:
            return self.paused_until - at
        if self.free(at):
            return 0.0
        rate = self.rate_at(at)
        until_token = (1.0 - self._tokens) / rate
        full = self._room(rate) <= 0
        until_room = self._starts[len(self._starts) - _whole(rate)] + _window(rate) - at if full else 0.0
        return max(until_token, until_room, 0.0)

    def chat_wait(self, address: str, at: float) -> float:
        """In how many seconds this chat may be written to by the program itself."""
        last = self._chats.get(address)
        if last is None or self.chat_rate <= 0:
            return 0.0
        return max(0.0, last + 1.0 / self.chat_rate - at)

    def _refill(self, at: float, rate: float) -> None:
        most = max(1.0, rate * BURST)
        self._tokens = min(most, max(self._tokens, -rate) + max(0.0, at - self._counted) * rate)
        self._counted = at

    def _room(self, rate: float) -> int:
        return _whole(rate) - len(self._starts)

    def _forget(self, at: float) -> None:
        window = _window(self.rate_at(at))
        while self._starts and self._starts[0] <= at - window:
            self._starts.popleft()
        if len(self._chats) > 10_000:
            horizon = at - (1.0 / self.chat_rate if self.chat_rate > 0 else 0)
            self._chats = {chat: last for chat, last in self._chats.items() if last > horizon}


def _whole(rate: float) -> int:
    return max(1, int(rate))


def _window(rate: float) -> float:
    """How long a window is in which `_whole(rate)` may start: a second, or longer where the rate is below one."""
    return WINDOW * (1.0 if rate <= 0 or rate >= 1 else 1.0 / rate)
