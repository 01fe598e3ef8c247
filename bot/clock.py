"""What time it is: the one place where the program looks at a clock.

The simulator, and tests from outside, move time forward by an offset, in memory or in the file that `BERDAYA_CLOCK_FILE`
names (a number of seconds, read again each second).
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Aware UTC now, plus an offset."""

    def __init__(self, file: Path | None = None) -> None:
        """`file` holds an offset in seconds; a missing or unreadable one means none."""
        self._file, self._offset, self._looked = file, 0.0, float("-inf")

    def __call__(self) -> datetime:
        """Now."""
        if self._file and time.monotonic() - self._looked >= 1.0:
            self._offset, self._looked = _read(self._file), time.monotonic()
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def advance(self, seconds: float) -> None:
        """Move time forward for every process that shares the file, or for this one."""
        self._offset += seconds
        if self._file:
            self._file.write_text(f"{self._offset}\n", "utf-8")


def _read(file: Path) -> float:
    try:
        return float(file.read_text("utf-8").strip() or 0)
    except (OSError, ValueError):
        return 0.0
