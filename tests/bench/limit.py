"""What a provider allows in a second, and the record of what it was sent: a broadcast's referee."""

from array import array
from collections import deque
from typing import Any

#: Seconds by which a send may come early before it counts as too fast.
JITTER = 0.05


class Sends:
    """Sends of a broadcast: when each came, to whom, and how many were refused."""

    def __init__(self, per_second: int = 0) -> None:
        """`per_second` is what is allowed; 0 is no limit."""
        self.per_second = per_second
        self.times = array("d")
        self.addresses: set[int] = set()
        self.text = ""
        self.different = self.refused = 0
        self._window: deque[float] = deque()

    def comes(self, address: int, text: str, now: float) -> bool:
        """One send, at a time in seconds; whether it is within the limit."""
        if self.per_second and not self._fits(now):
            self.refused += 1
            return False
        self.text = self.text or text
        self.different += text != self.text
        self.times.append(now)
        self.addresses.add(address)
        return True

    def _fits(self, now: float) -> bool:
        while self._window and self._window[0] <= now - 1.0 + JITTER:
            self._window.popleft()
        if len(self._window) >= self.per_second:
            return False
        self._window.append(now)
        return True

    @property
    def result(self) -> dict[str, Any]:
        """Counts and times, in seconds."""
        times = self.times
        return {
            "sent": len(times), "people": len(self.addresses), "different": self.different, "refused": self.refused,
            "first": times[0] if times else None, "last": times[-1] if times else None,
            "most_in_a_second": most_within(times, 1.0 - JITTER),
        }  # fmt: skip


def most_within(times: "array[float]", span: float) -> int:
    """The most times in any window of `span` seconds; times are in order."""
    most = start = 0
    for end, at in enumerate(times):
        while times[start] <= at - span:
            start += 1
        most = max(most, end - start + 1)
    return most
