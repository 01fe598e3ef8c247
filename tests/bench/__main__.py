"""`make bench`: measures, prints, and writes docs/benchmarks.md."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.bench import broadcast, inbound, report, scale, start
from tests.bench.measuring import Table
from tests.bench.processes import ROOT
from tests.bench.progress import Progress
from tests.bench.sizes import FULL, QUICK, Sizes

PARTS = {"inbound": inbound.measure, "broadcast": broadcast.measure, "scale": scale.measure, "start": start.measure}


def bench(
    only: Annotated[str, typer.Option(help=f"Parts, separated by commas: {', '.join(PARTS)}.")] = ",".join(PARTS),
    quick: Annotated[
        bool, typer.Option(help="Small sizes: shows that everything runs; the figures say little.")
    ] = False,
    alone: Annotated[bool, typer.Option(help="Leave the other libraries out.")] = False,
    rounds: Annotated[int, typer.Option(help="Rounds of what alternates; 0: as usual.")] = 0,
    output: Annotated[Path, typer.Option(help="The file that is written.")] = ROOT / "docs" / "benchmarks.md",
) -> None:
    """Measure the program beside its peers. Exit code 1 when a target was missed."""
    wanted = only.split(",")
    if unknown := set(wanted) - set(PARTS):
        raise typer.BadParameter(f"no such part: {', '.join(sorted(unknown))}")
    usual = QUICK if quick else FULL
    sizes, console = (
        replace(usual, alone=alone, rounds=rounds or usual.rounds),
        Console(width=None if sys.stdout.isatty() else 150),
    )
    tables: list[Table] = []
    for part in wanted:  # written after every part, so that an interrupted run leaves what it has measured
        tables += _measured(part, sizes, console)
        report.write(output, tables, sizes.rounds)
    console.print(f"Written: {output}")
    missed = [target for table in tables for target in table.targets if not target.met]
    sys.exit(1 if missed and not quick else 0)


def _measured(part: str, sizes: Sizes, console: Console) -> list[Table]:
    tables = []
    with tempfile.TemporaryDirectory(prefix="berdaya-bench-") as folder, Progress(console) as progress:
        for table in PARTS[part](Path(folder), progress, sizes):
            report.show(console, table)
            tables.append(table)
    return tables


if __name__ == "__main__":
    typer.run(bench)
