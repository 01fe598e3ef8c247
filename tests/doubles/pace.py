"""How many sends a second a provider takes. Sliding windows; 50 ms of jitter are forgiven."""

from collections import deque
from collections.abc import Hashable

#: Seconds by which a send may come early before it counts as too fast.
JITTER = 0.05


class Pace:
    """Admits or refuses, and remembers a pause that a 429 has announced. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._admitted: dict[Hashable, deque[float]] = {}
        self._paused_until = 0.0

    def pause(self, seconds: float, now: float) -> None:
        """Refuse everything for so long, as a provider does after its 429."""
        self._paused_until = max(self._paused_until, now + seconds)

    def seconds_left(self, now: float) -> float:
        """How much of an announced pause is left; within the jitter it is over."""
        left = self._paused_until - now
        return left if left > JITTER else 0.0

    def admit(self, key: Hashable, per_second: float, now: float) -> bool:
        """Whether one more send fits; 0 per second means no limit. What is refused does not count."""
        if not per_second:
            return True
        span, most = (1.0, int(per_second)) if per_second >= 1 else (1 / per_second, 1)
        times = self._admitted.setdefault(key, deque())
        while times and times[0] <= now - span + JITTER:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True
