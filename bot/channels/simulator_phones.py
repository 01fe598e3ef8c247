"""The memory of the simulated phones: what is on each screen, and what changed since a page last looked.

Nothing here knows what a message means or how it is drawn. Every change gets the next mark; a page that was away asks
for what came after the mark it saw last, so nobody has to keep a queue for it.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.channels.simulator_drawing import Drawing

#: Messages kept for each phone, phones kept, pictures kept.
MESSAGES, PHONES, PICTURES = 200, 300, 12


class Ticks(StrEnum):
    """How far a message of hers has come."""

    NONE = ""  #: a message of the bot's
    SENT = "sent"  #: one tick
    READ = "read"  #: two ticks, coloured
    FAILED = "failed"  #: not stored: she may send it again


@dataclass(slots=True)
class Bubble:
    """One message on a screen. `order` is when it came, `mark` when it last changed."""

    id: str
    mine: bool
    at: datetime
    drawing: Drawing
    ticks: Ticks = Ticks.NONE
    token: str = ""  #: of the outbox row
    order: int = 0
    mark: int = 0


@dataclass(slots=True)
class Phone:
    """One screen, oldest message first."""

    bubbles: OrderedDict[str, Bubble] = field(default_factory=OrderedDict)
    typing: bool = False
    typing_mark: int = 0


class Screens:
    """All simulated phones. Used from the event loop only."""

    def __init__(self) -> None:
        self.life = secrets.token_hex(4)  #: names this run of the program, since marks begin anew with it
        self.closed = False
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._pictures: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self.mark = 0  #: the newest change
        self._changed = asyncio.Event()

    def knows(self, address: str) -> bool:
        """Whether anything was ever on this phone's screen."""
        return address in self._phones

    def bubble(self, address: str, bubble_id: str | None) -> Bubble | None:
        """A message on a screen."""
        phone = self._phones.get(address)
        return phone.bubbles.get(bubble_id) if phone and bubble_id else None

    def find(self, address: str, token: str) -> Bubble | None:
        """The message that an outbox row became."""
        phone = self._phones.get(address)
        return next((b for b in phone.bubbles.values() if b.token == token), None) if phone else None

    def put(self, address: str, bubble: Bubble) -> None:
        """Draw a message, at the end or, if its id is there already, in its place."""
        phone = self._phone(address)
        bubble.mark, old = self._next(), phone.bubbles.get(bubble.id)
        bubble.order = old.order if old else bubble.mark
        phone.bubbles[bubble.id] = bubble
        while len(phone.bubbles) > MESSAGES:
            phone.bubbles.popitem(last=False)
        self._wake()

    def tick(self, address: str, bubble_id: str, ticks: Ticks) -> None:
        """Her message has come further."""
        if bubble := self.bubble(address, bubble_id):
            bubble.ticks, bubble.mark = ticks, self._next()
            self._wake()

    def typing(self, address: str, is_typing: bool) -> None:
        """Whether the bot is seen typing."""
        phone = self._phone(address)
        if phone.typing != is_typing:
            phone.typing, phone.typing_mark = is_typing, self._next()
            self._wake()

    def keep_picture(self, data: bytes, content_type: str) -> str:
        """Keep a picture she sends until it is fetched; its reference."""
        ref = secrets.token_urlsafe(16)
        self._pictures[ref] = (data, content_type)
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)
        return ref

    def picture(self, ref: str) -> tuple[bytes, str] | None:
        """Bytes and type of a picture she sent; None when it is gone."""
        return self._pictures.get(ref)

    def changes(self, addresses: Collection[str], after: int) -> list[tuple[int, str, dict[str, Any]]]:
        """What changed on these phones after a mark, oldest first: mark, «message» or «typing», and its content."""
        found: list[tuple[int, str, dict[str, Any]]] = []
        for address in addresses:
            if phone := self._phones.get(address):
                found += [(b.mark, "message", _as_json(address, b)) for b in phone.bubbles.values() if b.mark > after]
                if phone.typing_mark > after:
                    found.append((phone.typing_mark, "typing", {"phone": address, "typing": phone.typing}))
        return sorted(found, key=lambda change: change[0])

    async def wait(self, after: int, seconds: float) -> None:
        """Return as soon as there is a change after a mark, or after so many seconds."""
        if self.closed or self.mark > after:
            return
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    def close(self) -> None:
        """End every page's stream."""
        self.closed = True
        self._wake()

    def _phone(self, address: str) -> Phone:
        phone = self._phones.setdefault(address, Phone())
        self._phones.move_to_end(address)
        while len(self._phones) > PHONES:
            self._phones.popitem(last=False)
        return phone

    def _next(self) -> int:
        self.mark += 1
        return self.mark

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _as_json(address: str, bubble: Bubble) -> dict[str, Any]:
    return {
        "phone": address,
        "id": bubble.id,
        "mine": bubble.mine,
        "at": bubble.at.isoformat(),
        "order": bubble.order,
        "ticks": bubble.ticks.value,
        **asdict(bubble.drawing),
    }
