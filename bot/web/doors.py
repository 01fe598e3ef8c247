"""What the pages need of the rest of the program, as plain functions. The root fills it in; pages know nothing else."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.datastructures import ImmutableMultiDict

from bot.conversation.heard import Heard

#: A posted form with every value of every key, as a signature is checked over it.
Form = ImmutableMultiDict[str, str]


class Screens(Protocol):
    """What is on the simulated phones."""

    @property
    def life(self) -> str:
        """Names this run of the program: marks of another run mean nothing."""

    @property
    def mark(self) -> int:
        """The newest change anywhere."""

    @property
    def closed(self) -> bool:
        """Whether streams must end."""

    def changes(self, addresses: Collection[str], after: int) -> list[tuple[int, str, dict[str, Any]]]:
        """What changed on these phones after a mark, oldest first: mark, «message» or «typing», and its content."""

    async def wait(self, after: int, seconds: float) -> None:
        """Return as soon as there is a change after a mark, or after so many seconds."""

    def keep_picture(self, data: bytes, content_type: str) -> str:
        """Keep a picture she sends; its reference."""

    def picture(self, ref: str) -> tuple[bytes, str] | None:
        """Bytes and type of a picture she sent; None when it is gone."""


class Simulator(Protocol):
    """The simulated phones."""

    @property
    def account(self) -> str:
        """Our account there."""

    @property
    def screens(self) -> Screens:
        """What is on them."""

    async def refill(self, address: str) -> None:
        """Draw again what was on a phone before the program was started."""

    def notes(self, heard: Heard, label: str = "") -> None:
        """Draw what she is about to send; `label` is what the button she pressed says."""

    def was_read(self, heard: Heard) -> None:
        """Her message was handled."""

    def was_not_stored(self, heard: Heard) -> None:
        """Her message was not stored."""


@dataclass(frozen=True)
class TelegramDoor:
    """Telegram's webhook. `handle` takes one update and returns after the commit; raises when it was not stored."""

    secret: str  #: repeated by Telegram with every call; never empty
    handle: Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class WhatsAppDoor:
    """Twilio's webhooks. `handle` and `status` return after the commit; they raise when nothing was stored."""

    verify: Callable[[str, Form, Mapping[str, str]], bool]  #: path and query, the whole form, headers
    handle: Callable[[Mapping[str, str]], Awaitable[None]]  #: the form, first value of each key
    status: Callable[[str, Mapping[str, str]], Awaitable[None]]  #: the row's token, the form


@dataclass(frozen=True)
class Readiness:
    """How the parts are. `database` is "ok" or what is wrong; `channels` maps each channel to "ok" or what is wrong."""

    database: str
    channels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether requests can be served: only the database decides."""
        return self.database == "ok"


@dataclass(frozen=True)
class SimulatorDoor:
    """The simulator's page."""

    phones: Simulator
    receive: Callable[[Heard], Awaitable[None]]  #: returns after the commit; raises when it was not stored
    coordinator: str | None = None  #: name of the coordinator's phone; None: it is not shown
    #: Moves time forward by so many seconds and runs what has become due; None: the clock cannot be moved.
    advance_clock: Callable[[float], Awaitable[None]] | None = None
    #: When the next reminder of anybody is due; None as an answer: there is none.
    next_reminder: Callable[[], Awaitable[datetime | None]] | None = None


@dataclass(frozen=True)
class Doors:
    """Everything the pages may call."""

    programme: str  #: the programme's name
    now: Callable[[], datetime]  #: aware UTC
    ready: Callable[[], Awaitable[Readiness]]
    metrics: Callable[[], bytes]  #: in Prometheus's text format
    #: Bytes, file name and type of `/media/TOKEN` or `/calendar/TOKEN.ics`; None when unknown or expired.
    file: Callable[[str], Awaitable[tuple[bytes, str, str] | None]]
    telegram: TelegramDoor | None = None  #: None: not configured, or polling
    whatsapp: WhatsAppDoor | None = None
    simulator: SimulatorDoor | None = None  #: None: switched off
