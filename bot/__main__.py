"""The `berdaya` command (also `python -m bot`)."""

import sys

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
from bot.commands.context import USAGE, UsageProblem

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
    """Run the command line; a wrong setting or use ends with exit code 2 and a plain sentence."""
    try:
        app()
    except UsageProblem as problem:
        for line in problem.lines:
            print(line, file=sys.stderr)
        sys.exit(USAGE)


if __name__ == "__main__":
    main()
