"""Walking through a list of participants: rows are read, looked at or taken over a bite at a time, and told.

A bite is one short transaction, so that a program that runs beside it hardly notices.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from types import FrameType
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.commands.people_file import Line, PeopleFile, Seen
from bot.commands.people_report import Report, Sums
from models.database import reading
from models.people_import import Taken, look, take
from models.people_rows import Known, PersonRow, Problem, RefusedRow, read_row

#: How long a bite works on SQLite's only writer, in seconds: `rules.md` allows 20 ms, of which the commit takes its share.
BITE = 0.010
#: Rows in the first bite, and in the largest.
FIRST, LARGEST = 25, 1000
#: Rows in a bite on a server, where only rows are held, and every commit costs a journey.
ON_A_SERVER = 500
#: How often a bite is tried that another's transaction undid.
TRIES = 3


class Step(Protocol):
    """What is done with the rows of a bite."""

    size: int  #: rows wanted next

    def __call__(self, rows: Sequence[PersonRow]) -> list[Taken]:
        """What becomes of each row, in order."""


@dataclass
class Looking:
    """Says what would become of rows; changes nothing."""

    database: sa.Engine
    size: int = 500

    def __call__(self, rows: Sequence[PersonRow]) -> list[Taken]:
        """What would become of each row."""
        with reading(self.database) as session:
            return look(session, rows)


@dataclass
class Taking:
    """Takes rows over. On SQLite, bites grow while they are quick, and shrink when they are not."""

    database: sa.Engine
    now: Callable[[], datetime]
    size: int = field(init=False)
    audit_id: int | None = None

    def __post_init__(self) -> None:
        self._alone = self.database.dialect.name == "sqlite"
        self.size = FIRST if self._alone else ON_A_SERVER

    def __call__(self, rows: Sequence[PersonRow]) -> list[Taken]:
        """What became of each row. Raises OperationalError where the database stays out of reach."""
        taken, worked, held = self._tried(rows)
        if self._alone:
            next_size = wanted(len(rows), worked)
            self.size = next_size if worked > BITE else max(self.size, next_size)
            time.sleep(held)  # SQLite has no queue: whoever else wants to write gets in only while nobody does
        return taken

    def _tried(self, rows: Sequence[PersonRow]) -> tuple[list[Taken], float, float]:
        """Two may write the same address at once: the second then finds it known."""
        for _ in range(TRIES - 1):
            try:
                return self._bite(rows)
            except sa.exc.IntegrityError:
                continue
            except sa.exc.OperationalError as problem:
                if getattr(problem.orig, "sqlstate", None) not in {"40001", "40P01"}:
                    raise
        return self._bite(rows)

    def _bite(self, rows: Sequence[PersonRow]) -> tuple[list[Taken], float, float]:
        with Session(self.database, expire_on_commit=False) as session:
            session.connection()  # from here on SQLite is held
            began = time.perf_counter()
            taken, audit_id = take(session, rows, self.audit_id, self.now())
            worked = time.perf_counter() - began
            session.commit()
        self.audit_id = audit_id
        return taken, worked, time.perf_counter() - began


def wanted(rows: int, worked: float) -> int:
    """How many rows the next bite should have, after one of so many that worked for so many seconds."""
    return max(1, min(int(rows * min(2.0, BITE / worked)), LARGEST))


@dataclass
class Walk:
    """One list, which may be walked through more than once."""

    source: PeopleFile
    known: Known
    now: Callable[[], datetime]

    def go(
        self, step: Step, report: Report, moved: Callable[[int], None], stopped: threading.Event, *, dry: bool
    ) -> Sums:
        """Walk through the list until its end, or until `stopped`. What was done before stays done."""
        sums = Sums()
        with closing(Seen()) as seen:
            rows = (self._row(line, seen) for line in self.source.lines())
            try:
                while not stopped.is_set() and (bite := list(islice(rows, step.size))):
                    self._bite(bite, step, report, sums)
                    moved(len(bite))
            except sa.exc.OperationalError as problem:
                sums.stopped = f"The database could not be written ({problem.orig})."
        if stopped.is_set() and sums.rows < self.source.rows:
            sums.stopped = "Dihentikan. Stopped."
        if sums.stopped:
            sums.stopped += f" {_done(sums, dry)} {self.source.rows - sums.rows:,} rows are left."
        report.end(sums, dry=dry)
        return sums

    def _bite(self, bite: list[PersonRow | RefusedRow], step: Step, report: Report, sums: Sums) -> None:
        good = [row for row in bite if isinstance(row, PersonRow)]
        taken = iter(step(good) if good else ())
        for row in bite:
            end = row if isinstance(row, RefusedRow) else next(taken)
            sums.count(end)
            report.row(end)

    def _row(self, line: Line, seen: Seen) -> PersonRow | RefusedRow:
        row = read_row(line.number, line.cells, self.known, self.now())
        if line.odd:
            return RefusedRow(row.number, row.channel, row.address, (Problem("row", line.odd),))
        if isinstance(row, RefusedRow):
            return row
        first = seen.first(row.channel, row.address, row.number)
        if first != row.number:
            twice = Problem("address", f"stands in row {first} already")
            return RefusedRow(row.number, row.channel, row.address, (twice,))
        return row


def _done(sums: Sums, dry: bool) -> str:
    if dry:
        return "Nothing was changed."
    return f"{sums.touched:,} rows are done and stay; run the same command again, and it goes on."


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Set when somebody presses Ctrl+C or ends the process: the bite under way is finished first."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
