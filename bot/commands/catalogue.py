"""`berdaya import`: load a catalogue of events and texts, row by row."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.context import REFUSED, ConfigFile, UsageProblem, clock, office, settings
from bot.conversation.places import gazetteer
from models import catalogue
from models.catalogue import RowResult

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


class _NotKept(Exception):
    """Ends the transaction without keeping anything."""


def import_(
    file: Annotated[Path, typer.Argument(help="A TOML catalogue, or any part of one.")],
    config: ConfigFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; change nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Load a catalogue. Repeatable. If one row is wrong, nothing changes and the exit code is 1."""
    content = _read(file)
    report: list[RowResult] = []
    try:
        with office(settings(config)) as session:
            report = catalogue.import_catalogue(session, content, clock()(), known_region=gazetteer().__contains__)
            if dry_run or any(row.wrong for row in report):
                raise _NotKept
    except _NotKept:
        pass
    _print(report, as_json)
    if any(row.wrong for row in report):
        print("Nothing was changed.", file=sys.stderr)
        raise typer.Exit(REFUSED)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as problem:
        raise UsageProblem(f"{file} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageProblem(f"{file} is not valid TOML: {problem}.") from None


def _print(report: list[RowResult], as_json: bool) -> None:
    if as_json:
        print(json.dumps([vars(row) if hasattr(row, "__dict__") else row.to_json() for row in report]))
        return
    table = Table("section", "slug", "result", "what")
    for row in report:
        table.add_row(row.section, row.slug, row.result, row.message)
    Console().print(table)
