"""The `berdaya` command (also `python -m bot`)."""

import sys

import sqlalchemy as sa
import typer

from bot.commands import (
    backup,
    broadcasts,
    catalogue,
    coordinators,
    doctor,
    migrate,
    people,
    run,
    serve,
    talk,
    templates,
    training,
    understanding,
    work,
)
from bot.commands.context import REFUSED, USAGE, UsageProblem, no_database
from bot.delivery.writer import TROUBLE

#: The database is away, closed to us, locked for long, or no database at all. Other errors are mistakes of ours.
UNUSABLE = (*TROUBLE, sa.exc.DatabaseError)
app = typer.Typer(
    help="Berdaya: asisten WhatsApp dan Telegram Program Pemberdayaan Perempuan di Tangerang.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("run")(run.run)
app.command("talk")(talk.talk)
app.command("import")(catalogue.import_)
app.command("understand")(understanding.understand)
app.command("doctor")(doctor.doctor)
app.command("migrate")(migrate.migrate)
app.command("serve")(serve.serve)
app.command("work")(work.work)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(coordinators.app, name="coordinator")
app.add_typer(templates.app, name="templates")
app.add_typer(people.app, name="people")
app.add_typer(broadcasts.app, name="broadcast")
app.add_typer(training.app, name="understanding")


def main() -> None:
    """Run the command line. A wrong setting or use ends with exit code 2 and a plain sentence, a database that cannot be
    used with 1.
    """
    try:
        app()
    except UsageProblem as problem:
        for line in problem.lines:
            print(line, file=sys.stderr)
        sys.exit(USAGE)
    except sa.exc.DBAPIError as problem:
        if type(problem) not in UNUSABLE:
            raise
        print(no_database(problem), file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
