"""`berdaya work`: the other part of a cluster, the one that does what happens by itself."""

from functools import partial
from typing import Annotated

import typer

from bot.cluster import address_of
from bot.commands.context import ConfigFile, UsageProblem, live, put_together
from bot.commands.serve import shared_settings
from bot.config import Config
from bot.supervisor import Supervisor
from models.database import connect

Processes = Annotated[int, typer.Option("--processes", min=1, max=64, help="How many.")]


def work(config: ConfigFile = None, processes: Processes = 1) -> None:
    """Send reminders, offers and broadcasts, and everything that waits. Needs PostgreSQL, and `berdaya serve` beside it."""
    configuration = shared_settings(config)
    _check_tables(configuration)
    print("Berdaya bekerja. Hentikan dengan Ctrl+C. (Working. Stop it with Ctrl+C.)", flush=True)
    supervisor = Supervisor(partial(_work, configuration), processes, memory=configuration.limits.memory_mb * 2**20)
    raise typer.Exit(supervisor.run())


def _check_tables(config: Config) -> None:
    """Raises UsageProblem when the extra is not installed, or its tables are missing."""
    try:
        from bot.jobs import cluster_schema
    except ImportError:
        raise UsageProblem("`berdaya work` needs the extra `cluster`: pip install 'berdaya[cluster]'.") from None
    if not cluster_schema.is_current(address_of(connect(config.database.url))):
        raise UsageProblem("The tables of the work queue are missing. Run `berdaya migrate` first.")


def _work(config: Config, number: int, starts: int) -> int:
    """One life of one process; its exit code."""
    from bot.working import Working

    return live(Working(put_together(config)).until_stopped(), starts)
