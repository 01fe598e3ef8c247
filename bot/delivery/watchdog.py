"""The process ends when one step of it hangs, so that a poisonous message cannot stop everybody else's.

The system's alarm is used, because a thread of ours could not run while a step holds the interpreter. Its signal ends the
process; `bot/supervisor.py` starts it again, and the step is counted as tried.
"""

import itertools
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: How long one step may take, in seconds (`rules.md`, Database and processes).
LONGEST = 20.0


class Watchdog:
    """Watches any number of steps in any number of threads; the oldest decides."""

    def __init__(self, longest: float = LONGEST) -> None:
        """`longest` is in seconds; 0 watches nothing."""
        self._longest, self._lock, self._numbers = longest, threading.Lock(), itertools.count()
        self._deadlines: dict[int, float] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what is done inside."""
        if self._longest <= 0:
            yield
            return
        number = self._begin()
        try:
            yield
        finally:
            self._end(number)

    def _begin(self) -> int:
        with self._lock:
            number = next(self._numbers)
            self._deadlines[number] = time.monotonic() + self._longest
            if len(self._deadlines) == 1:
                signal.setitimer(signal.ITIMER_REAL, self._longest)
            return number

    def _end(self, number: int) -> None:
        with self._lock:
            oldest = next(iter(self._deadlines))
            del self._deadlines[number]
            if not self._deadlines:
                signal.setitimer(signal.ITIMER_REAL, 0)
            elif number == oldest:
                left = next(iter(self._deadlines.values())) - time.monotonic()
                signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))
