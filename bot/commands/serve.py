"""`berdaya serve`: one part of a cluster, the one that takes messages in and answers them."""

import os
import sys
from functools import partial
from socket import socket
from typing import Annotated

import typer

from bot.cluster import refusals
from bot.commands.context import (
    REFUSED,
    ConfigFile,
    UsageProblem,
    live,
    log_plainly,
    open_database,
    put_together,
    settings,
)
from bot.config import Config
from bot.delivery import crash_points
from bot.running import PortTaken, listening
from bot.serving import Serving
from bot.supervisor import Supervisor

Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Where to listen. Else `web.port`.")]
Processes = Annotated[int, typer.Option("--processes", min=1, max=64, help="How many, all on the same port.")]


def serve(config: ConfigFile = None, port: Port = None, processes: Processes = 1) -> None:
    """Take messages in by webhook, answer them, serve the web pages. Needs PostgreSQL, and `berdaya work` beside it."""
    configuration = shared_settings(config)
    try:
        listener = listening(configuration.web.host, port or configuration.web.port)
    except PortTaken as problem:
        print(
            f"Alamat ini sudah dipakai program lain. Another program already uses this address ({problem}). "
            "Choose another with `--port`.",
            file=sys.stderr,
        )
        raise typer.Exit(REFUSED) from None
    print(
        f"Berdaya melayani. Hentikan dengan Ctrl+C. (Serving on port {listener.getsockname()[1]}. Stop it with Ctrl+C.)"
    )
    work = partial(_work, configuration, listener)
    supervisor = Supervisor(work, processes, memory=configuration.limits.memory_mb * 2**20)
    raise typer.Exit(supervisor.run())


def shared_settings(config: ConfigFile) -> Config:
    """The settings of a process of a cluster, its database in the newest form. Raises UsageProblem."""
    configuration = settings(config)
    if problems := list(refusals(configuration)):
        raise UsageProblem(*problems)
    log_plainly(configuration.log.level, to_terminal=sys.stderr.isatty())
    try:
        crash_points.arm(os.environ)
    except ValueError as problem:
        raise UsageProblem(str(problem)) from None
    open_database(configuration).dispose()
    return configuration


def _work(config: Config, listener: socket, number: int, starts: int) -> int:
    """One life of one process; its exit code."""
    return live(Serving(put_together(config), listener, starts).until_stopped(), starts)
