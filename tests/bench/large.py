"""The large database: made once in a run, and copied for whoever needs it."""

import shutil
from pathlib import Path

from tests.bench.crowded import recipients


def large(folder: Path, wanted_at: Path, people: int) -> int:
    """A database with so many who can be written to on Telegram; how many exactly."""
    made, count = folder / "large.db", folder / "large.count"
    if not made.exists():
        count.write_text(str(recipients(made, people, "telegram")))
    wanted_at.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made, wanted_at)
    return int(count.read_text())
