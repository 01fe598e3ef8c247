"""`berdaya backup` and `berdaya restore`: a consistent copy while the program runs, and the way back."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from bot import backup_file, backup_sqlite, restoring
from bot.backup_file import Contents, NotABackup, Progress
from bot.commands.context import REFUSED, ConfigFile, UsageProblem, clock, open_database, settings
from bot.config import Config
from bot.lock import AlreadyRunning, FileLock
from bot.settings import programme_of
from models.database import connect
from models.holding import Held

BackupFile = Annotated[Path, typer.Argument(help="The backup: one file. It holds personal data; keep it safe.")]


def backup(
    file: BackupFile,
    config: ConfigFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> None:
    """Write a consistent copy of everything into FILE, also while the program runs, from SQLite and PostgreSQL alike."""
    database, now = connect(settings(config).database.url), clock()()
    _may_write(file, database, force)
    try:
        with backup_file.new_file(file) as part, _bar() as progress:
            if (source := _file_of(database)) is not None:
                backup_sqlite.copy(source, part, now, progress)
            else:
                _copy_server(database, part, now, progress)
            contents = backup_file.checked(part, progress)
    except (NotABackup, OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as problem:
        _refuse(f"Salinan tidak jadi dibuat. The backup was not made: {problem}")
    finally:
        database.dispose()
    print(
        f"Salinan selesai. Backup written and checked: {file} "
        f"({len(contents.tables)} tables, {contents.rows} rows, {file.stat().st_size / 1e6:.1f} MB)."
    )
    print("It holds names and addresses: keep it where only you can read it.")


def restore(
    file: BackupFile,
    config: ConfigFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Replace what is there without asking.")] = False,
) -> None:
    """Replace everything by a backup. Nothing that was unsent goes out by itself: coordinators decide in their chat."""
    configuration = settings(config)
    try:
        with _bar() as progress:
            contents = backup_file.checked(file, progress)
        database = connect(configuration.database.url)
        there, path = restoring.there(database), _file_of(database)
        database.dispose()
        _confirm(there, contents, yes)
        if path is None:
            held, kept = _onto_server(configuration, file), None
        else:
            held, kept = _onto_sqlite(configuration, path, file)
    except (NotABackup, OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as problem:
        _refuse(f"Tidak ada yang diubah. Nothing was changed: {problem}")
    _tell(contents, held, kept)


def _copy_server(database: sa.Engine, part: Path, now: datetime, progress: Progress) -> None:
    from bot import backup_server  # needs psycopg, which only an installation for a server has

    try:
        backup_server.copy(database, part, now, progress)
    except backup_server.ServerTrouble as problem:
        raise NotABackup(str(problem)) from problem


def _may_write(file: Path, database: sa.Engine, force: bool) -> None:
    """Raises UsageProblem or Exit where a backup may not go there, or there is nothing to copy."""
    source = _file_of(database)
    if source is not None and not source.exists():
        _refuse(f"Belum ada data. There is no database yet at {source}.")
    if source is not None and restoring.same(file, source):
        raise UsageProblem(f"{file} is the database itself. Choose another file.")
    if not file.parent.is_dir():
        raise UsageProblem(f"There is no folder {file.parent}.")
    if file.exists() and not (force and file.is_file()):
        _refuse(f"File sudah ada. {file} is there already; --force replaces it.")


def _confirm(there: restoring.There, contents: Contents, yes: bool) -> None:
    """Ask before anything is replaced. Raises UsageProblem without a terminal, Exit for a no."""
    if there.is_empty or yes:
        return
    holds = (
        f"{there.people} people, {there.events} events, {there.messages} messages"
        if there.readable
        else "a damaged file"
    )
    question = f"The database holds {holds}. They are replaced by the backup of {contents.made_at:%Y-%m-%d %H:%M} UTC."
    if not sys.stdin.isatty():
        raise UsageProblem(question, "Say --yes if that is meant.")
    print(question)
    if not typer.confirm("Ganti? Replace?"):
        raise typer.Exit(REFUSED)


def _onto_sqlite(config: Config, path: Path, file: Path) -> tuple[Held, Path | None]:
    if restoring.same(file, path):
        raise UsageProblem(f"{file} is the database itself.")
    lock = FileLock(path)
    try:
        lock.acquire()
    except AlreadyRunning:
        _refuse(
            f"Berdaya sedang berjalan. `berdaya run` is using {path}: stop it first, then restore. Nothing was changed."
        )
    try:
        with backup_file.spare_file(path) as copy:
            held = restoring.prepare(file, copy, clock()(), programme_of(config))
            return held, restoring.swap(copy, path)
    except restoring.Busy:
        _refuse("Another command is working with the database right now. Nothing was changed; try again.")
    finally:
        lock.release()


def _onto_server(config: Config, file: Path) -> Held:
    from bot import backup_server

    database = open_database(config)
    try:
        with database.connect() as connection:
            backup_server.alone(connection)
        database.dispose()
        with backup_file.spare_file(file) as copy, _bar() as progress:
            held = restoring.prepare(file, copy, clock()(), programme_of(config))
            backup_server.load(database, copy, progress)
            return held
    except backup_server.InUse as problem:
        _refuse(
            f"Berdaya sedang berjalan. {problem} other connections use this database: stop `berdaya run`, `serve` and "
            "`work` first, then restore. Nothing was changed."
        )
    except (backup_server.ServerTrouble, sa.exc.SQLAlchemyError) as problem:
        raise NotABackup(str(problem)) from problem


def _tell(contents: Contents, held: Held, kept: Path | None) -> None:
    made = f"{contents.made_at:%Y-%m-%d %H:%M} UTC"
    print(f"Data dikembalikan. Restored from the backup of {made} ({contents.rows} rows).")
    if kept is not None:
        print(f"What was there before is kept as {kept}. Delete it when you do not need it: it holds personal data.")
    print(f"Held: {held.held} messages. Expired: {held.expired}. Paused: {held.paused} broadcasts.")
    if held.held or held.paused:
        print(
            "Nothing of this is sent by itself. A coordinator writes KOORDINATOR, opens «Pesan ditahan», and decides."
        )
    print(
        "Messages that came in after the backup are unknown again. Telegram and Twilio may bring the latest of them "
        "once more; they are then handled as new, which does no harm."
    )


def _file_of(database: sa.Engine) -> Path | None:
    """The file of an SQLite database; None for a server's."""
    url = database.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(REFUSED)


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar where somebody looks at the terminal; silence elsewhere."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed}")
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of or None)
