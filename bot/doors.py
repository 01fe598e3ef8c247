"""The doors the web side is handed, made from the parts of the program."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from starlette.applications import Starlette

from bot.app import Berdaya
from bot.jobs import reminders
from bot.metrics import exposition
from bot.sample import COORDINATOR
from bot.web.app import web_application
from bot.web.doors import Doors, Readiness, SimulatorDoor, TelegramDoor, WhatsAppDoor


def web_app(app: Berdaya) -> Starlette:
    """The web application of this program."""

    async def file(path: str) -> tuple[bytes, str, str] | None:
        return await app.storage.file(path, app.clock())

    return web_application(
        Doors(
            programme=app.programme.name,
            now=app.clock,
            ready=lambda: _readiness(app),
            metrics=lambda: exposition(app),
            file=file,
            telegram=_telegram(app),
            whatsapp=_whatsapp(app),
            simulator=_simulator(app),
        )
    )


async def _readiness(app: Berdaya) -> Readiness:
    channels = {name: "paused" if lane.down else "ok" for name, lane in app.sender.lanes.items()}
    try:
        await app.storage.read(lambda session: session.execute(sa.text("SELECT 1")).scalar())
    except sa.exc.SQLAlchemyError as problem:
        return Readiness(type(problem).__name__, channels)
    return Readiness("ok", channels)


def _telegram(app: Berdaya) -> TelegramDoor | None:
    channel = app.telegram
    if channel is None or app.config.telegram.mode != "webhook":
        return None

    async def handle(update: dict[str, Any]) -> None:
        await channel.handle(update, app.receiver.receive)

    return TelegramDoor(app.config.telegram.secret_token.get_secret_value(), handle)


def _whatsapp(app: Berdaya) -> WhatsAppDoor | None:
    channel = app.whatsapp
    if channel is None:
        return None

    async def handle(form: Mapping[str, str]) -> None:
        if heard := channel.heard(form):
            await app.receiver.receive(heard)

    async def status(token: str, form: Mapping[str, str]) -> None:
        if word := channel.status(token, form):
            await app.status(word)

    return WhatsAppDoor(channel.verify, handle, status)


def _simulator(app: Berdaya) -> SimulatorDoor | None:
    phones = app.simulator
    if phones is None:
        return None

    async def advance(seconds: float) -> None:
        app.clock.advance(seconds)
        await app.ticker.all_now()
        app.sender.wake()

    async def next_reminder() -> datetime | None:
        now = app.clock()
        return await app.storage.read(lambda session: reminders.next_due(session, now, app.programme))

    if app.config.has_real_channel:
        return SimulatorDoor(phones, app.receiver.receive)
    return SimulatorDoor(phones, app.receiver.receive, COORDINATOR, advance, next_reminder)
