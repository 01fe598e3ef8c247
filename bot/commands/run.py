"""`berdaya run`: the whole program in one process."""

import os
import sys
from functools import partial

import typer

from bot.commands.context import REFUSED, ConfigFile, UsageProblem, live, log_plainly, put_together, settings
from bot.config import Config
from bot.delivery import crash_points
from bot.lock import AlreadyRunning
from bot.running import PortTaken, Running
from bot.supervisor import AGAIN, Supervisor
from models.migrations import IsABackup


def run(config: ConfigFile = None) -> None:
    """Run everything in one process: channels from the settings, sending, reminders, web pages."""
    configuration = settings(config)
    log_plainly(configuration.log.level, to_terminal=sys.stderr.isatty())
    try:
        crash_points.arm(os.environ)
    except ValueError as problem:
        raise UsageProblem(str(problem)) from None
    supervisor = Supervisor(partial(_work, configuration), memory=configuration.limits.memory_mb * 2**20)
    raise typer.Exit(supervisor.run())


def _work(config: Config, number: int, starts: int) -> int:
    """One life of the program; its exit code."""
    app = put_together(config)
    greet = partial(_greet, config) if starts == 1 else lambda: None
    try:
        return live(Running(app, greet, starts).until_stopped(), starts)
    except PortTaken as problem:
        print(
            f"Alamat ini sudah dipakai program lain. Another program already uses this address ({problem}). "
            "Choose another with `web.port`, for example BERDAYA_WEB__PORT=8001.",
            file=sys.stderr,
        )
        return REFUSED
    except IsABackup as problem:
        print(f"File ini salinan cadangan. {problem}", file=sys.stderr)
        return REFUSED
    except AlreadyRunning as problem:
        print(
            f"Berdaya sudah berjalan dengan database ini. Another `berdaya run` already uses this database "
            f"({problem}). Stop that one first, or give this one its own `database.url`.",
            file=sys.stderr,
        )
        return REFUSED if starts == 1 else AGAIN  # a server may hold a dead connection's lock for a while


def _greet(config: Config) -> None:
    where = f"http://{config.web.host}:{config.web.port}"
    print("Berdaya berjalan. Hentikan dengan Ctrl+C. (Berdaya is running. Stop it with Ctrl+C.)")
    for name, switched_on in (("Telegram", config.telegram.enabled), ("WhatsApp", config.twilio.enabled)):
        if switched_on:
            print(f"  {name}: on")
    if config.simulator_on:
        print(f"  Simulator: {where}/simulator")
    sys.stdout.flush()
