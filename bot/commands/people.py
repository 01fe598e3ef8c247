"""`berdaya people`: participants from a list, and the list of participants."""

import csv
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer
from rich.console import Console

from bot.commands.context import DONE, REFUSED, ConfigFile, UsageProblem, clock, open_database, settings
from bot.commands.people_file import open_people_file
from bot.commands.people_places import kecamatan_finder
from bot.commands.people_report import TOLD, Json, Lines, OnlySums, Report, Silent, Sums, bar
from bot.commands.people_walk import Looking, Step, Taking, Walk, stopping
from bot.settings import programme_of
from models import people_export
from models.database import reading
from models.people_import import known_topics
from models.people_rows import COLUMNS, Known
from models.spreadsheet import defused

app = typer.Typer(help="Participants: import a list (CSV), export it.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first row names the columns.")],
    config: ConfigFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take participants over from a list, row by row; a wrong row is refused and holds back no other.

    Columns: channel, address, name, consented_at; and as you like honorific, kecamatan (code or name), interests and purposes
    (codes joined by ;), language. Each woman must have agreed. Who is known is joined: what she said herself stays, stopped
    messages stay stopped. Repeatable. Who had her data deleted must be taken out of the list by whoever keeps it.
    """
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of each bite that is tried once more
    source = open_people_file(file)
    if not (yes or dry_run or sys.stdin.isatty()):
        raise UsageProblem("Nobody can be asked here: say --yes to import, or --dry-run to look first.")
    configuration, now = settings(config), clock()
    database = open_database(configuration)
    with reading(database) as session:
        known = Known(kecamatan_finder(programme_of(configuration).regions), known_topics(session))
    walk = Walk(source, known, now)
    if dry_run or yes:
        _ends(_walked(walk, Looking(database) if dry_run else Taking(database, now), _report(as_json), dry=dry_run))
    expected = _walked(walk, Looking(database), Silent() if as_json else _report(as_json), dry=True)
    if not expected.touched:
        _ends(_walked(walk, Looking(database), _report(as_json), dry=True) if as_json else expected)
    if not typer.confirm(f"Masukkan {expected.touched:,} baris ini? Import these rows?", err=True):
        print("Nothing was changed.", file=sys.stderr)
        raise typer.Exit(REFUSED)
    _ends(
        _walked(
            walk, Taking(database, now), _report(as_json) if as_json else OnlySums(_said_on(_terminal())), dry=False
        )
    )


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; without it, to standard output.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the list of participants as CSV, in the columns `people import` reads. It holds personal data: keep it safe."""
    database = open_database(settings(config))
    without = people_export.begun(database, clock()())
    write = _as_json if as_json else _as_csv
    try:
        if file is None:
            rows = write(people_export.participants(database), sys.stdout)
            sys.stdout.flush()
        else:
            rows = _into(file, lambda out: write(people_export.participants(database), out))
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(REFUSED) from None
    told = f"{rows:,} rows written." + (
        f" {without:,} participants without an address are not in it." if without else ""
    )
    print(told, file=sys.stderr)


def _walked(walk: Walk, step: Step, report: Report, *, dry: bool) -> Sums:
    what = "looking" if dry else "importing"
    with stopping() as stopped, bar(_terminal(), what, walk.source.rows) as moved:
        return walk.go(step, report, moved, stopped, dry=dry)


def _ends(sums: Sums) -> NoReturn:
    raise typer.Exit(REFUSED if sums.refused or sums.stopped else DONE)


def _report(as_json: bool) -> Report:
    if as_json:
        return Json()
    here = sys.stdout.isatty()
    return Lines(_said_on(_terminal()), TOLD) if here else Lines(print)


@cache
def _terminal() -> Console:
    """The same for bar and lines: it draws each line above the bar."""
    return Console(stderr=True, highlight=False)


def _said_on(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(line, markup=False, soft_wrap=True)


def _into(file: Path, write: Callable[[TextIO], int]) -> int:
    """Write a whole file or none; only its owner may read it."""
    part = file.with_name(f".{file.name}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="", opener=_for_owner) as out:
            rows = write(out)
        part.replace(file)
    except OSError as problem:
        raise UsageProblem(f"{file} cannot be written: {problem.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return rows


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _as_csv(rows: Iterator[dict[str, str]], out: TextIO) -> int:
    writer, number = csv.writer(out), 0
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows, 1):  # noqa: B007 (the last number is the count)
        writer.writerow([defused(row[column]) for column in COLUMNS])
    return number


def _as_json(rows: Iterator[dict[str, str]], out: TextIO) -> int:
    number = 0
    for number, row in enumerate(rows, 1):
        out.write(("[" if number == 1 else ",\n") + json.dumps(row, ensure_ascii=False))
    out.write("]\n" if number else "[]\n")
    return number
