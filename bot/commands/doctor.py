"""`berdaya doctor`: says in plain words what is wrong with settings, database, clock, tokens and webhooks, and what to do."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.console import Console

from bot.app import build, language_model_of
from bot.channels.base import Channel, NotSent
from bot.clock import Clock
from bot.commands.context import REFUSED, ConfigFile, clock, no_model, settings
from bot.config import Config
from bot.understanding.llm import NoAnswer
from bot.understanding.model import NoModel
from models import migrations
from models.database import connect, reading
from models.people import Role, RoleName

#: A release of this program is never older than this: an earlier clock is wrong.
BUILT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and what to do if it is not."""

    what: str
    well: bool
    seen: str
    todo: str = ""


def doctor(
    config: ConfigFile = None, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """Look at settings, database, clock, channels and webhooks; exit code 1 if something is wrong."""
    configuration = settings(config)
    findings = [
        *_database(configuration), *_clock(clock()), *_coordinators(configuration),
        *_webhooks(configuration), *asyncio.run(_channels(configuration)),
        *asyncio.run(_language_model(configuration)),
    ]  # fmt: skip
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        _print(findings)
    if not all(finding.well for finding in findings):
        raise typer.Exit(REFUSED)


def _database(config: Config) -> Iterator[Finding]:
    url = sa.make_url(config.database.url)
    if url.get_backend_name() == "sqlite" and url.database:
        folder = Path(url.database).resolve().parent
        if not Path(url.database).exists():
            writable = os.access(next(p for p in (folder, *folder.parents) if p.exists()), os.W_OK)
            yield Finding(
                "database", writable, f"{url.database} does not exist yet",
                "" if writable else f"Make the folder {folder} writable, or set database.url to another place.",
            )  # fmt: skip
            return
    try:
        current = migrations.is_current(connect(config.database.url))
    except sa.exc.SQLAlchemyError as problem:
        todo = "Check database.url, and that the server runs and lets this user in."
        yield Finding("database", False, f"cannot be opened ({type(problem).__name__})", todo)
        return
    todo = "" if current else "Run `berdaya migrate`; with SQLite, `berdaya run` does it by itself."
    yield Finding("database", current, "in its newest form" if current else "an older form", todo)


def _clock(here: Clock) -> Iterator[Finding]:
    now = here()
    offset = (now - datetime.now(UTC)).total_seconds()
    yield Finding(
        "clock", now > BUILT, f"{now:%Y-%m-%d %H:%M} UTC" + (f", moved by {offset:.0f} s" if abs(offset) > 1 else ""),
        "" if now > BUILT else "Set this machine's clock: reminders and waiting lists depend on it.",
    )  # fmt: skip


def _coordinators(config: Config) -> Iterator[Finding]:
    try:
        with reading(connect(config.database.url)) as session:
            count = session.scalar(
                sa.select(sa.func.count()).select_from(Role).where(Role.role == RoleName.COORDINATOR)
            )
    except sa.exc.SQLAlchemyError:
        return
    todo = "" if count else "Run `berdaya coordinator add --name NAME` and send the code it prints to the bot."
    yield Finding("coordinators", bool(count), f"{count or 0}", todo)


def _webhooks(config: Config) -> Iterator[Finding]:
    if config.twilio.enabled:
        url = f"{config.web.public_url}/whatsapp/webhook#rc=5&rp=all"
        yield Finding("Twilio webhook", True, f"enter this at Twilio, for incoming messages (POST): {url}")
    if config.telegram.enabled and config.telegram.mode == "webhook":
        yield Finding("Telegram webhook", True, f"{config.web.public_url}/telegram/webhook (set by `berdaya run`)")


async def _channels(config: Config) -> list[Finding]:
    try:
        channels = build(config, clock()).channels
    except NoModel as problem:
        return [Finding("understanding", False, no_model(problem))]
    if not channels:
        return [
            Finding(
                "channels",
                False,
                "none",
                "Set telegram.token, the three twilio values, or simulator.enabled.",
            )
        ]
    return [await _channel(channel) for channel in channels.values()]


async def _channel(channel: Channel) -> Finding:
    try:
        account = await channel.check()
        return Finding(channel.name, True, f"answers as {account}")
    except NotSent as problem:
        return Finding(channel.name, False, problem.reason, _ADVICE.get(channel.name, ""))
    finally:
        await channel.close()


async def _language_model(config: Config) -> list[Finding]:
    model = language_model_of(config)
    if model is None:
        return []
    try:
        return [Finding("language model", True, f"{model.model} answers «{await model.check()}» to a greeting")]
    except NoAnswer as problem:
        todo = "Check llm.url, llm.model and llm.api_key, or empty llm.url; without it our own reading stands."
        return [Finding("language model", False, f"{model.model} does not help: {problem.reason}", todo)]
    finally:
        await model.close()


_ADVICE = {
    "telegram": "Check telegram.token (from @BotFather), and that this machine reaches api.telegram.org.",
    "whatsapp": "Check twilio.account_sid and twilio.auth_token, and that this machine reaches api.twilio.com.",
}


def _print(findings: list[Finding]) -> None:
    console = Console(file=sys.stdout, highlight=False)
    for finding in findings:
        mark = "[green]✓[/]" if finding.well else "[red]✗[/]"
        console.print(f"{mark} {finding.what}: {finding.seen}", soft_wrap=True)
        if finding.todo:
            console.print(f"    → {finding.todo}", soft_wrap=True)
