"""What every command needs: the configuration, the database in its newest form, and how it ends."""

import gc
import logging
import os
import sys
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import structlog
import typer
import uvloop
from sqlalchemy.orm import Session

from bot import config as configuration
from bot.app import Berdaya, build
from bot.clock import Clock
from bot.config import Config, ConfigError
from bot.delivery.writer import TROUBLE
from bot.lock import NoPlace
from bot.supervisor import AGAIN
from bot.understanding.model import Model, NoModel
from bot.understanding.reading import Reader
from models import migrations
from models.database import connect, writing

#: Exit codes (`rules.md`, Commands).
DONE, REFUSED, USAGE = 0, 1, 2

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file. Else BERDAYA_CONFIG, else ./config.toml, else the defaults."),
]


class UsageProblem(Exception):
    """The command cannot be carried out as asked: wrong use or wrong settings. Ends with exit code 2."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def settings(file: Path | None) -> Config:
    """The validated configuration. Raises UsageProblem with every problem at once."""
    try:
        return configuration.load(file, os.environ)
    except ConfigError as error:
        raise UsageProblem("Berdaya cannot start, because of these settings:", *error.problems) from None


def put_together(config: Config) -> Berdaya:
    """Every part of the program. Ends this process with exit code 2 and a plain sentence when there is no model."""
    try:
        return build(config, clock())
    except NoModel as problem:
        print(no_model(problem), file=sys.stderr)
        sys.exit(USAGE)


def reader() -> Reader:
    """What understands her words. Raises UsageProblem when there is no model."""
    try:
        return Reader(Model.load())
    except NoModel as problem:
        raise UsageProblem(no_model(problem)) from None


def no_model(problem: NoModel) -> str:
    """What is missing, and how to get it."""
    return f"There is no model to understand with ({problem}). Make one with `berdaya understanding train`."


def no_database(problem: Exception) -> str:
    """Why the database cannot be used, and where to look."""
    said = str(getattr(problem, "orig", None) or problem).strip().splitlines()
    why = said[0] if said else type(problem).__name__
    return (
        f"Databasenya tidak bisa dipakai. The database cannot be used ({why}). "
        "Check `database.url`; `berdaya doctor` looks at everything."
    )


def live(life: Coroutine[Any, Any, None], starts: int) -> int:
    """Run one life of a process to its end; its exit code. `starts`: which of its lives this is.

    Where the database cannot be used, the first life ends with a plain sentence. A later one asks for another try: the
    program was running, and goes on as soon as the database is there again.

    The garbage collector looks for cycles less often than usual: what lives long here is large, and a message makes
    thousands of short-lived objects. Looking took a third of the time of a broadcast (300 µs a message; 190 without).
    """
    gc.set_threshold(20_000, 20, 20)
    try:
        uvloop.run(life)
    except (*TROUBLE, NoPlace) as problem:
        print(no_database(problem), file=sys.stderr)
        return REFUSED if starts == 1 else AGAIN
    return DONE


def clock() -> Clock:
    """The clock, with the offset file if `BERDAYA_CLOCK_FILE` names one."""
    name = os.environ.get("BERDAYA_CLOCK_FILE")
    return Clock(Path(name) if name else None)


def open_database(config: Config) -> sa.Engine:
    """The database in its newest form: an SQLite file is brought there, a server's must be by `berdaya migrate`."""
    database = connect(config.database.url)
    if database.url.get_backend_name() == "sqlite":
        try:
            migrations.upgrade(database)
        except migrations.IsABackup as problem:
            raise UsageProblem(str(problem)) from None
    elif not migrations.is_current(database):
        raise UsageProblem("The database is not in its newest form. Run `berdaya migrate` first.")
    return database


def office(config: Config) -> AbstractContextManager[Session]:
    """One write transaction of a short command."""
    return writing(open_database(config))


def log_plainly(level: str, *, to_terminal: bool) -> None:
    """Logs carry ids, never a name, a number or a sentence somebody wrote; readable in a terminal, JSON elsewhere."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if to_terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
    logging.basicConfig(level=logging.WARNING)
