"""`berdaya run`: the whole program in one process."""

import asyncio
import sys
from functools import partial

import typer

from bot.app import build
from bot.commands.context import REFUSED, ConfigFile, clock, log_plainly, settings
from bot.config import Config
from bot.lock import AlreadyRunning
from bot.running import PortTaken, Running


def run(config: ConfigFile = None) -> None:
    """Run everything in one process: channels from the settings, sending, reminders, web pages."""
    configuration = settings(config)
    log_plainly(configuration.log.level, to_terminal=sys.stderr.isatty())
    app = build(configuration, clock())
    try:
        asyncio.run(Running(app, partial(_greet, configuration)).until_stopped())
    except PortTaken as problem:
        print(
            f"Alamat ini sudah dipakai program lain. Another program already uses this address ({problem}). "
            "Choose another with `web.port`, for example BERDAYA_WEB__PORT=8001.",
            file=sys.stderr,
        )
        raise typer.Exit(REFUSED) from None
    except AlreadyRunning as problem:
        print(
            f"Berdaya sudah berjalan dengan database ini. Another `berdaya run` already uses this database "
            f"({problem}). Stop that one first, or give this one its own `database.url`.",
            file=sys.stderr,
        )
        raise typer.Exit(REFUSED) from None


def _greet(config: Config) -> None:
    where = f"http://{config.web.host}:{config.web.port}"
    print("Berdaya berjalan. Hentikan dengan Ctrl+C. (Berdaya is running. Stop it with Ctrl+C.)")
    for name, switched_on in (("Telegram", config.telegram.enabled), ("WhatsApp", config.twilio.enabled)):
        if switched_on:
            print(f"  {name}: on")
    if config.simulator_on:
        print(f"  Simulator: {where}/simulator")
    sys.stdout.flush()
