"""The report: tables on the terminal, and the same as docs/benchmarks.md."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from tests.bench.measuring import Table, Target

_HEAD = """# How fast it is

Written by `make bench`: one run on one machine, everything against local doubles that answer at once, the competitors taking
turns, {rounds} rounds each. A figure is the median; in brackets the spread. Absolute numbers are this machine's; what holds
elsewhere are the ratios. Measured on {date}: {machine}. To write 4 kB and have it on disk (`fdatasync`) took {sync:.2f} ms here.

What it is compared with, and how, stands in `tests/bench/peers/__init__.py` and beside it.
"""


def show(console: Console, table: Table) -> None:
    """Print one table."""
    rich = RichTable(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        rich.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        rich.add_row(*row)
    console.print(rich)
    for target in table.targets:
        console.print(f"  {'[green]met[/]' if target.met else '[red]missed[/]'}  {target.wanted}: {target.reached}")


def write(file: Path, tables: Sequence[Table], rounds: int) -> None:
    """Write the report."""
    file.parent.mkdir(parents=True, exist_ok=True)
    head = _HEAD.format(rounds=rounds, date=date.today().isoformat(), machine=_machine(), sync=_sync())
    targets = [target for table in tables for target in table.targets]
    body = [head, _targets(targets), *(_section(table) for table in tables)]
    file.write_text("\n".join(body), "utf-8")


def _section(table: Table) -> str:
    lines = [f"## {table.title}", "", _row(table.columns), _row(["---", *["---:"] * (len(table.columns) - 1)])]
    lines += [_row(row) for row in table.rows]
    lines += [line for note in table.notes for line in ("", note)]
    return "\n".join([*lines, ""])


def _targets(targets: Sequence[Target]) -> str:
    met = sum(target.met for target in targets)
    lines = [f"## Targets: {met} of {len(targets)} met", "", "| target | reached | |", "|---|---:|---|"]
    lines += [_row((target.wanted, target.reached, "met" if target.met else "**missed**")) for target in targets]
    return "\n".join([*lines, ""])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _machine() -> str:
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("SQLAlchemy", "python-telegram-bot", "aiohttp", "uvicorn")
    )
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {libraries}"


def _sync() -> float:
    """What one fdatasync costs here, in milliseconds: the median of a hundred."""
    with tempfile.TemporaryFile() as file:
        times = [_one_sync(file.fileno()) for _ in range(100)]
    return statistics.median(times) * 1000


def _one_sync(file: int) -> float:
    began = time.perf_counter()
    os.write(file, b"x" * 4096)
    os.fdatasync(file)
    return time.perf_counter() - began
