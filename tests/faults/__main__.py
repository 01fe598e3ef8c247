"""`python -m tests.faults`: try every row, many times with `--long`, and write docs/reliability.md from what was seen.

Prints a line for each row as it ends, and a table at last: row, database, runs, lost, duplicates, uncertain, longest recovery in
seconds, and whether every invariant held. Every row is written down in build/faults/ as it ends, so that a run that was ended
goes on with `--continue`; what did not hold is then tried again. The page is written there too, and to docs/ once it is whole.
With `--rows` nothing is written.
Exit code 1 if anything did not hold, or a guard was off and nobody objected.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.faults import report
from tests.faults.catalogue import CONTROLS, ROWS
from tests.faults.control import Control
from tests.faults.court import Referee
from tests.faults.places import POSTGRESQL, SQLITE, Places, opened
from tests.faults.record import FOLDER, Record, code
from tests.faults.table import Row
from tests.faults.trying import Tried, try_control, try_row

#: Of the printed table, in characters.
WIDTH = 150
DATABASES = {"sqlite": (SQLITE,), "postgresql": (POSTGRESQL,), "both": (SQLITE, POSTGRESQL)}
Work = tuple[Row | Control, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, try, print, write; the exit code."""
    asked = _parser().parse_args(arguments)
    record = None if asked.rows else Record(asked.long, anew=not asked.goes_on)
    known = record.known() if record else []
    done = {(one.what, one.database) for one in known}
    everything = _everything(asked)
    tried = [one for one in known if (one.what, one.database) in set(everything)]
    console, commit = Console(stderr=True, width=WIDTH), code()
    with Progress(TextColumn("faults"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("faults", total=len(everything), completed=len(tried))
        left = [work for work in everything if work not in done]
        for result in _tried(sorted(left, key=_begins_later), asked):
            one = replace(result, code=commit)
            tried.append(one)
            bar.advance(task)
            bar.console.print(" · ".join((*one.cells(), f"{one.seconds:.0f} s")), highlight=False)
            if record:
                record.add(one)
                _write(_in_order(tried, everything), everything, asked)
    tried = _in_order(tried, everything)
    if record:
        _write(tried, everything, asked)
    Console(width=WIDTH).print(_table(tried))
    for one in tried:
        if not one.ok:
            print(f"\n{one.what.name} ({one.database}):\n{one.words}", file=sys.stderr)
    return 0 if all(one.ok for one in tried) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rows", nargs="*", default=[], help="names of scenarios or guards; without it all")
    parser.add_argument("--database", choices=list(DATABASES), default="both")
    parser.add_argument("--at-once", type=int, default=2, help="how many are tried side by side")
    parser.add_argument(
        "--long", action="store_true", help="many rounds of everything: 200 kills, 100 rushes for seats …"
    )
    parser.add_argument("--continue", dest="goes_on", action="store_true", help="go on where an ended run stood")
    return parser


def _everything(asked: argparse.Namespace) -> list[Work]:
    """Every row and control on every database it means something on; first all of one database, then of the other."""
    things: list[Row | Control] = [*ROWS, *CONTROLS]
    return [
        (thing, database)
        for database in DATABASES[asked.database]
        for thing in things
        if database in thing.databases and (not asked.rows or thing.name in asked.rows)
    ]


def _write(tried: Sequence[Tried], everything: Sequence[Work], asked: argparse.Namespace) -> None:
    """The page: into docs/ only when it is whole."""
    page = report.PAGE if len(tried) == len(everything) else FOLDER / report.PAGE.name
    report.write(tried, asked.database, asked.long, len(everything), page)


def _begins_later(work: Work) -> bool:
    """Sorts what takes longest to the front, so that it does not run alone at the end."""
    return not (isinstance(work[0], Row) and work[0].first)


def _in_order(tried: Sequence[Tried], everything: Sequence[Work]) -> list[Tried]:
    """In the order of the table, whichever ended first."""
    return sorted(tried, key=lambda one: everything.index((one.what, one.database)))


def _tried(work: Sequence[Work], asked: argparse.Namespace) -> Iterator[Tried]:
    """Each as soon as it has ended."""
    folder = Path(tempfile.mkdtemp(prefix="berdaya-faults-"))
    places: dict[str, Places] = {}

    def tries(number: int, thing: Row | Control, database: str) -> Tried:
        home = folder / database / str(number)
        if isinstance(thing, Row):
            return try_row(thing, referee, places[database], home, asked.long)
        return try_control(thing, referee, places[database], home)

    try:
        for name in {database for _, database in work}:
            places[name] = opened(name, folder / name)
        with Referee() as referee, ThreadPoolExecutor(asked.at_once) as pool:
            started = [pool.submit(tries, number, *one) for number, one in enumerate(work)]
            try:
                for ended in as_completed(started):
                    yield ended.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # what has not begun does not begin any more
                raise
    finally:
        for place in places.values():
            place.close()
        shutil.rmtree(folder, ignore_errors=True)


def _table(tried: Sequence[Tried]) -> Table:
    table = Table(title="faults")
    for name in ("row", "database", "runs", "lost", "duplicates", "uncertain", "recovery s", "ok"):
        table.add_column(name, justify="left" if name in ("row", "database", "ok") else "right", no_wrap=True)
    for one in tried:
        table.add_row(*one.cells())
    return table


if __name__ == "__main__":
    sys.exit(main())
