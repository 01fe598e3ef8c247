"""`python -m tests.faults`: try every row, many times with `--long`, and write docs/reliability.md from what was seen.

Prints a table: row, database, runs, lost, duplicates, uncertain, longest recovery in seconds, and whether every invariant held.
Exit code 1 if anything did not hold, or a guard was off and nobody objected.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.faults import report
from tests.faults.catalogue import CONTROLS, ROWS
from tests.faults.control import Control
from tests.faults.court import Referee
from tests.faults.places import POSTGRESQL, SQLITE, opened
from tests.faults.table import Row
from tests.faults.trying import Tried, try_control, try_row

#: Of the printed table, in characters.
WIDTH = 150
DATABASES = {"sqlite": (SQLITE,), "postgresql": (POSTGRESQL,), "both": (SQLITE, POSTGRESQL)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, try, print, write; the exit code."""
    asked = _parser().parse_args(arguments)
    began = time.monotonic()
    tried = _all_tried(asked)
    Console(width=WIDTH).print(_table(tried))
    for one in tried:
        if not one.ok:
            print(f"\n{one.what.name} ({one.database}):\n{one.words}", file=sys.stderr)
    if not asked.rows:
        report.write(tried, asked.database, asked.long, time.monotonic() - began)
    return 0 if all(one.ok for one in tried) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rows", nargs="*", default=[], help="names of scenarios or guards; without it all")
    parser.add_argument("--database", choices=list(DATABASES), default="both")
    parser.add_argument("--at-once", type=int, default=2, help="how many are tried side by side")
    parser.add_argument(
        "--long", action="store_true", help="many rounds of everything: 200 kills, 100 rushes for seats …"
    )
    return parser


def _all_tried(asked: argparse.Namespace) -> list[Tried]:
    """Every row and control on every database it means something on; first all of one database, then of the other."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    folder = Path(tempfile.mkdtemp(prefix="berdaya-faults-"))
    with Referee() as referee, Progress(*columns, console=Console(stderr=True)) as bar:
        tried = [
            one
            for database in DATABASES[asked.database]
            for one in _tried_on(database, asked, referee, folder / database, bar)
        ]
    shutil.rmtree(folder, ignore_errors=True)
    return tried


def _tried_on(database: str, asked: argparse.Namespace, referee: Referee, folder: Path, bar: Progress) -> list[Tried]:
    everything: list[Row | Control] = [*ROWS, *CONTROLS]
    work = [one for one in everything if database in one.databases and (not asked.rows or one.name in asked.rows)]
    if not work:
        return []
    places = opened(database, folder)
    task = bar.add_task(database, total=len(work))

    def tried(number: int, thing: Row | Control) -> Tried:
        home = folder / str(number)
        one = (
            try_row(thing, referee, places, home, asked.long)
            if isinstance(thing, Row)
            else try_control(thing, referee, places, home)
        )
        bar.update(task, advance=1, description=f"{database}: {thing.name}"[:60])
        return one

    with ThreadPoolExecutor(asked.at_once) as pool:
        found = list(pool.map(tried, range(len(work)), work))
    places.close()
    return found


def _table(tried: Sequence[Tried]) -> Table:
    table = Table(title="faults")
    for name in ("row", "database", "runs", "lost", "duplicates", "uncertain", "recovery s", "ok"):
        table.add_column(name, justify="left" if name in ("row", "database", "ok") else "right", no_wrap=True)
    for one in tried:
        table.add_row(*one.cells())
    return table


if __name__ == "__main__":
    sys.exit(main())
