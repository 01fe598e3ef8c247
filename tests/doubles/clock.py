"""The doubles' own time: real time plus an offset that a test moves. Nothing here waits."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Now, in aware UTC. With a file, the offset in seconds lives there, for the program to read too."""

    def __init__(self, file: Path | None = None) -> None:
        """`file` holds one number, seconds to add to real time; it may be absent until the first move."""
        self._file = file
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The time the provider believes it is."""
        return datetime.now(UTC) + self.offset

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of real time."""
        if self._file is None or not self._file.exists():
            return self._offset
        return timedelta(seconds=float(self._file.read_text() or 0))

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move on (or, with negative values, back)."""
        self._offset = self.offset + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if self._file is not None:
            beside = self._file.with_suffix(".new")
            beside.write_text(str(self._offset.total_seconds()))
            beside.replace(self._file)
