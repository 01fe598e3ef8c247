"""How fast one sender may start messages by itself: never more than its rate in any one-second window.

Replies are never held back here, but they use up the rate (`design.md`, section 5, promise 5). Times are monotonic
seconds, handed in.
"""

from collections import deque
from dataclasses import dataclass, field

#: A provider that says «slow down» without saying how long is given this many seconds.
DEFAULT_PAUSE = 5.0


@dataclass(slots=True)
class Pacer:
    """The starts of the last second of one sender. `rate` and `chat_rate` are messages a second; 0 is unlimited."""

    rate: float
    chat_rate: float = 1.0
    paused_until: float = 0.0
    _starts: deque[float] = field(default_factory=deque)
    _chats: dict[str, float] = field(default_factory=dict)

    def started(self, at: float) -> None:
        """A message of any class started."""
        self._starts.append(at)

    def started_by_us(self, address: str, at: float) -> None:
        """A message the program started by itself, to this chat."""
        self.started(at)
        self._chats[address] = at

    def pause(self, until: float) -> None:
        """The provider asks the whole sender to wait."""
        self.paused_until = max(self.paused_until, until)

    def free(self, at: float) -> int:
        """How many messages the program may start now."""
        self._forget(at)
        if at < self.paused_until:
            return 0
        if self.rate <= 0:
            return 1_000_000
        return max(0, int(self.rate) - len(self._starts))

    def next_free(self, at: float) -> float:
        """In how many seconds at least one may start."""
        if at < self.paused_until:
            return self.paused_until - at
        if self.free(at):
            return 0.0
        return max(0.0, self._starts[len(self._starts) - int(self.rate)] + 1.0 - at) if self.rate >= 1 else 1.0

    def chat_wait(self, address: str, at: float) -> float:
        """In how many seconds this chat may be written to by the program itself."""
        last = self._chats.get(address)
        if last is None or self.chat_rate <= 0:
            return 0.0
        return max(0.0, last + 1.0 / self.chat_rate - at)

    def _forget(self, at: float) -> None:
        while self._starts and self._starts[0] <= at - 1.0:
            self._starts.popleft()
        if len(self._chats) > 10_000:
            horizon = at - (1.0 / self.chat_rate if self.chat_rate > 0 else 0)
            self._chats = {chat: last for chat, last in self._chats.items() if last > horizon}
