"""What an import of participants says while it runs: a bar that moves, a line for a row, and the sums at the end."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from models.people_import import RowEnd, Taken
from models.people_rows import RefusedRow

#: Rows told one by one in a terminal; the rest is counted there, and told in full by `--json` or into a file.
TOLD = 40


@dataclass
class Sums:
    """How many rows ended how."""

    added: int = 0
    joined: int = 0
    changed: int = 0  #: of the joined, those to whom the list added something
    refused: int = 0
    stopped: str = ""  #: why there is a rest; empty where all were done

    def count(self, row: Taken | RefusedRow) -> None:
        """One more row."""
        if isinstance(row, RefusedRow):
            self.refused += 1
        elif row.end is RowEnd.ADDED:
            self.added += 1
        else:
            self.joined += 1
            self.changed += row.changed

    @property
    def rows(self) -> int:
        """All of them."""
        return self.added + self.joined + self.refused

    @property
    def touched(self) -> int:
        """Those that change something."""
        return self.added + self.changed


class Report(Protocol):
    """Takes the rows as they come, and the end."""

    def row(self, row: Taken | RefusedRow) -> None:
        """One row has an end."""

    def end(self, sums: Sums, *, dry: bool) -> None:
        """That was all."""


@dataclass
class Lines:
    """A line for each row."""

    say: Callable[[str], object]
    most: int | None = None  #: lines told; None: all
    told: int = field(default=0, init=False)
    untold: int = field(default=0, init=False)

    def row(self, row: Taken | RefusedRow) -> None:
        """Tell it. Where only some are told, those that went as expected are not."""
        if self.most is not None and isinstance(row, Taken) and not (row.changes or row.kept):
            return
        if self.most is not None and self.told >= self.most:
            self.untold += 1
            return
        self.told += 1
        self.say(_line(row))

    def end(self, sums: Sums, *, dry: bool) -> None:
        """The sums."""
        if self.untold:
            self.say(f"… and {self.untold:,} more rows; `--json > report.json` tells them all.")
        OnlySums(self.say).end(sums, dry=dry)


@dataclass(frozen=True, slots=True)
class OnlySums:
    """The sums alone, where the rows were told before."""

    say: Callable[[str], object]

    def row(self, row: Taken | RefusedRow) -> None:
        """It was told."""

    def end(self, sums: Sums, *, dry: bool) -> None:
        """The sums, and why there is a rest."""
        for line in (_sums(sums, dry), sums.stopped):
            if line:
                self.say(line)


class Silent:
    """Says nothing."""

    def row(self, row: Taken | RefusedRow) -> None:
        """Say nothing of it."""

    def end(self, sums: Sums, *, dry: bool) -> None:
        """Nor of the end."""


class Json:
    """One JSON object, written as the rows come."""

    def __init__(self) -> None:
        self._before = '{"rows": ['

    def row(self, row: Taken | RefusedRow) -> None:
        """Write it."""
        sys.stdout.write(self._before + json.dumps(_plain(row), ensure_ascii=False))
        self._before = ",\n"

    def end(self, sums: Sums, *, dry: bool) -> None:
        """The sums, beside the rows."""
        start = "" if self._before == ",\n" else self._before
        ends = json.dumps({**asdict(sums), "dry_run": dry}, ensure_ascii=False)
        print(f"{start}], {ends[1:]}", flush=True)


def _line(row: Taken | RefusedRow) -> str:
    if isinstance(row, RefusedRow):
        why = "; ".join(f"{problem.column}: {problem.problem}" for problem in row.problems)
        return f"row {row.number}\t{RowEnd.REFUSED}\t{why}"
    parts = [f"now {change}" for change in row.changes] + [f"stays as it was, {kept}" for kept in row.kept]
    nothing = "nothing to change" if row.end is RowEnd.JOINED else row.row.name
    return f"row {row.row.number}\t{row.end}\t{'; '.join(parts) or nothing}"


def _sums(sums: Sums, dry: bool) -> str:
    would = "would be " if dry else ""
    changed = f" ({sums.changed:,} of them with something new)" if sums.joined else ""
    return f"{sums.rows:,} rows: {sums.added:,} {would}added, {sums.joined:,} {would}joined{changed}, {sums.refused:,} refused."


def _plain(row: Taken | RefusedRow) -> dict[str, Any]:
    if isinstance(row, RefusedRow):
        end, problems = RowEnd.REFUSED, [asdict(problem) for problem in row.problems]
        where: Any = row
        more: dict[str, Any] = {"problems": problems}
    else:
        end, where, more = row.end, row.row, {"changes": row.changes, "kept": row.kept}
    return {"row": where.number, "channel": where.channel, "address": where.address, "result": end.value, **more}


class _Speed(TextColumn):
    """Rows in a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        """«1,234 rows/s»."""
        return Text(f"{task.speed or 0:,.0f} rows/s")


@contextmanager
def bar(console: Console, what: str, rows: int) -> Iterator[Any]:
    """A bar that moves with each call of what is given; silent where nobody sits."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Speed(), TimeRemainingColumn()
    here = sys.stdout.isatty()  # a report that goes into a file must not be drawn above the bar instead
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True, redirect_stdout=here
    ) as progress:
        task: TaskID = progress.add_task(what, total=rows)
        yield lambda many: progress.advance(task, many)
