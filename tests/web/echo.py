"""A little engine behind the real simulator and the real pages: what the page shows, without a database.

`python -m tests.web.echo 8123` serves it, to look at the page while working on it.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.channels.base import NotSent, Parcel
from bot.channels.simulator import SimulatorChannel
from bot.conversation.heard import Heard, Kind
from bot.conversation.reply import Reply
from bot.web.app import web_application
from bot.web.doors import Doors, Form, Readiness, SimulatorDoor, TelegramDoor, WhatsAppDoor
from tests.web.samples import ANSWERS, CALENDAR, PICTURE, REMINDER, TEXTS, TOKEN

SECRET, SIGNATURE = "a-secret-of-telegram", "signed-by-twilio"
PUBLIC_URL = "https://berdaya.example"


class Trouble(Exception):
    """Nothing could be stored."""


@dataclass
class Echo:
    """The engine, its clock, and what it heard."""

    ahead: timedelta = timedelta()
    heard: list[Heard] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    forms: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    verified: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    fails: bool = False  #: nothing can be stored at present
    database: str = "ok"
    last: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.channel = SimulatorChannel(texts=TEXTS, now=self.now)

    def now(self) -> datetime:
        """The clock that the page moves."""
        return datetime.now(UTC) + self.ahead

    async def receive(self, heard: Heard) -> None:
        """One message in, the answers out a moment later. Raises while it `fails`."""
        if self.fails:
            raise Trouble
        self.heard.append(heard)
        self.last[heard.address] = self.now()
        asyncio.get_running_loop().create_task(self._answer(heard))

    async def _answer(self, heard: Heard) -> None:
        said = heard.action or (heard.text or "").lower()
        replies = [Reply("picture")] if heard.kind is Kind.PHOTO else ANSWERS.get(said)
        for number, reply in enumerate([Reply("echo", {"text": heard.text or said})] if replies is None else replies):
            await self.sends(heard.address, reply, heard.pressed if number == 0 else None)

    async def sends(self, address: str, reply: Reply, edits: str | None = None) -> None:
        """A message to a phone, by template if she has not written for a day."""
        now = self.now()
        is_open = now - self.last.get(address, now) < timedelta(hours=24)
        parcel = Parcel(address, reply, "id", f"token-{len(self.heard)}", now, is_open, edits)
        try:
            await self.channel.send(parcel)
        except NotSent:
            return

    async def advance(self, seconds: float) -> None:
        """Time passes, and who has written is reminded."""
        self.ahead += timedelta(seconds=seconds)
        for address in list(self.last):
            await self.sends(address, REMINDER)

    async def next_reminder(self) -> datetime | None:
        """Tomorrow, for whoever has written."""
        return self.now() + timedelta(days=1, hours=1) if self.last else None

    async def update(self, update: dict[str, Any]) -> None:
        """Telegram's door."""
        if self.fails:
            raise Trouble
        self.updates.append({"id": update["update_id"], "chat": update["message"]["chat"]["id"]})

    async def form(self, form: Mapping[str, str]) -> None:
        """Twilio's door for messages."""
        await self.status("", form)

    async def status(self, token: str, form: Mapping[str, str]) -> None:
        """Twilio's door for statuses."""
        if self.fails:
            raise Trouble
        self.forms.append((token, form))

    def verify(self, url: str, form: Form, headers: Mapping[str, str]) -> bool:
        """Whether Twilio signed it."""
        self.verified.append((url, form.multi_items()))
        return headers.get("x-twilio-signature") == SIGNATURE

    async def ready(self) -> Readiness:
        """How the parts are."""
        return Readiness(self.database, {"telegram": "unauthorized"})

    async def file(self, path: str) -> tuple[bytes, str, str] | None:
        """The two files there are."""
        return {
            f"/media/{TOKEN}": (PICTURE, "gambar.png", "image/png"),
            f"/calendar/{TOKEN}.ics": (CALENDAR.encode(), "jadwal.ics", "text/calendar"),
        }.get(path)

    def doors(self) -> Doors:
        """All doors there are."""
        return Doors(
            programme="Program Pemberdayaan Perempuan di Tangerang",
            now=self.now,
            ready=self.ready,
            metrics=lambda: b"berdaya_messages_total 3.0\n",
            file=self.file,
            telegram=TelegramDoor(SECRET, self.update),
            whatsapp=WhatsAppDoor(self.verify, self.form, self.status),
            simulator=SimulatorDoor(self.channel, self.receive, "koordinator", self.advance, self.next_reminder),
        )

    def without_simulator(self) -> Doors:
        """Doors of a program whose simulator is off."""
        return replace(self.doors(), simulator=None)

    def beside_a_real_channel(self) -> Doors:
        """Doors of a program with a real channel whose simulator was switched on: no coordinator, no moving clock."""
        return replace(self.doors(), simulator=SimulatorDoor(self.channel, self.receive))

    def app(self) -> Starlette:
        """The pages over these doors."""
        return web_application(self.doors())


class Served:
    """An application served on a port of this machine, in a thread, as long as it is needed."""

    def __init__(self, app: Starlette, stop: Callable[[], None], port: int = 0) -> None:
        """`stop` ends what would keep a connection open for ever."""
        self._server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._stop = stop

    def __enter__(self) -> str:
        """Serve; the address."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            self._thread.join(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Stop serving; nothing more if it was stopped before."""
        self._stop()
        self._server.should_exit = True
        self._thread.join(10)


if __name__ == "__main__":
    uvicorn.run(Echo().app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
