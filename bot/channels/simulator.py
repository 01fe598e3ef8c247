"""The simulator: a messenger without an account, for people who try the program and for tests.

It obeys the contract like every other channel, and each phone the rules of the messenger it is drawn as. Looks are in
`simulator_drawing.py`, screens in `simulator_phones.py`; the page is in `bot/web/`.
"""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.channels import telegram_rendering, whatsapp_rendering
from bot.channels.base import Parcel, Rejected, Sent, WindowClosed
from bot.channels.simulator_drawing import (
    Drawing,
    Look,
    drawn_as_template,
    drawn_by_her,
    drawn_on_telegram,
    drawn_on_whatsapp,
    look_of,
    shown_on,
)
from bot.channels.simulator_phones import Bubble, Screens, Ticks
from bot.channels.whatsapp_templates import kind_of
from bot.conversation.heard import Heard, Kind, MediaRef
from bot.conversation.reply import Place
from bot.conversation.talk import Shown
from bot.conversation.texts import Texts

CHANNEL = "simulator"
#: How long the bot is seen typing after a message it does not answer, in seconds.
TYPES_FOR = 1.5

#: What was sent to an address before this run of the program, oldest first, each with its provider id.
History = Callable[[str], Awaitable[Sequence[tuple[Parcel, str]]]]


class SimulatorChannel:
    """Any number of simulated phones, each with a name for its address."""

    name = CHANNEL
    account = CHANNEL
    window_hours: float | None = 24.0  #: WhatsApp's; a phone drawn as Telegram does not care

    def __init__(
        self, *, texts: Texts, now: Callable[[], datetime], base_url: str = "", history: History | None = None
    ) -> None:
        """`base_url` goes before our own addresses in texts. `history` refills a screen after a restart."""
        self._texts, self._now, self._base_url, self._history = texts, now, base_url.rstrip("/"), history
        self.screens, self._numbers = Screens(), itertools.count(1)
        self._refilled: set[str] = set()

    async def open(self) -> None:
        """Nothing to check."""

    async def check(self) -> str:
        """How it calls our account."""
        return self.account

    async def close(self) -> None:
        """End the pages' streams."""
        self.screens.close()

    async def send(self, parcel: Parcel) -> Sent:
        """Draw a message on a phone. Raises WindowClosed on a WhatsApp phone when no template fits."""
        sent = self._draw(parcel, parcel.edits if parcel.reply.replaces else None, None)
        self.screens.typing(parcel.address, False)
        return sent

    async def reconcile(self, parcel: Parcel) -> str | None:
        """The id of the message this row became, if it is on the screen."""
        bubble = self.screens.find(parcel.address, parcel.token)
        return bubble.id if bubble else None

    async def fetch(self, media: MediaRef, limit: int) -> bytes:
        """The bytes of a picture she sent, at most `limit`. Raises Rejected when larger, or gone with a restart."""
        found = self.screens.picture(media.ref)
        if found is None:
            raise Rejected("media_gone")
        if len(found[0]) > limit:
            raise Rejected("media_too_large")
        return found[0]

    async def refill(self, address: str) -> None:
        """Draw again what was on a phone before the program was started, once."""
        if self._history is None or address in self._refilled or self.screens.knows(address):
            return
        self._refilled.add(address)
        for parcel, provider_id in await self._history(address):
            self._draw(parcel, provider_id if self.screens.bubble(address, provider_id) else None, provider_id)

    def notes(self, heard: Heard, label: str = "") -> None:
        """Draw what she is about to send. A press on Telegram leaves no message; `label` is what she pressed."""
        self.screens.typing(heard.address, True)
        if heard.kind is Kind.ACTION and look_of(heard.address) is Look.TELEGRAM:
            return
        bubble = Bubble(heard.message_id, True, heard.at, self._hers(heard, label), Ticks.SENT)
        self.screens.put(heard.address, bubble)

    def was_read(self, heard: Heard) -> None:
        """Her message was handled. Some are not answered: then nobody is seen typing for long."""
        self.screens.tick(heard.address, heard.message_id, Ticks.READ)
        asyncio.get_running_loop().call_later(TYPES_FOR, self.screens.typing, heard.address, False)

    def was_not_stored(self, heard: Heard) -> None:
        """Her message was not stored: she may send it again."""
        self.screens.typing(heard.address, False)
        self.screens.tick(heard.address, heard.message_id, Ticks.FAILED)

    def _draw(self, parcel: Parcel, instead_of: str | None, provider_id: str | None) -> Sent:
        drawings, shown = self._drawings(parcel)
        old = self.screens.bubble(parcel.address, instead_of)
        if old is not None and len(drawings) == 1 and _is_editable(old, drawings[0], parcel):
            self.screens.put(parcel.address, Bubble(old.id, False, old.at, drawings[0], token=parcel.token))
            return Sent(old.id, shown)
        at, last = (parcel.now if provider_id else self._now()), len(drawings) - 1
        for number, drawing in enumerate(drawings):
            bubble_id = provider_id if provider_id and number == last else self._fresh_id()
            self.screens.put(parcel.address, Bubble(bubble_id, False, at, drawing, token=parcel.token))
        return Sent(bubble_id, shown)

    def _drawings(self, parcel: Parcel) -> tuple[list[Drawing], Shown | None]:
        reply, language, now = parcel.reply, parcel.language, parcel.now
        if look_of(parcel.address) is Look.TELEGRAM:
            telegram = telegram_rendering.render(reply, self._texts, language, now)
            return drawn_on_telegram(telegram, self._base_url), telegram.shown
        message = whatsapp_rendering.render(reply, self._texts, language, now, self._base_url)
        if parcel.window_open:
            return [drawn_on_whatsapp(message, self._base_url)], message.shown
        kind = kind_of(reply.key)
        if kind is None or message.template is None:
            raise WindowClosed("window_closed")
        drawing = drawn_as_template(kind, message.template, tuple(choice.action for choice in reply.choices))
        return [drawing], shown_on(drawing, message.shown)

    def _hers(self, heard: Heard, label: str) -> Drawing:
        if heard.kind is Kind.PHOTO and heard.media:
            return drawn_by_her(photo=f"/simulator/photo/{heard.media.ref}")
        if heard.location:
            place = heard.location
            return drawn_by_her(pin=Place(place.latitude, place.longitude, place.label, ""))
        if heard.kind is Kind.ACTION:
            return drawn_by_her(label, quotes=heard.pressed)
        return drawn_by_her(heard.text or "")

    def _fresh_id(self) -> str:
        return f"{self.screens.life}-{next(self._numbers)}-{secrets.token_hex(2)}"


def _is_editable(old: Bubble, new: Drawing, parcel: Parcel) -> bool:
    """Telegram edits words and buttons in place, and nothing that has a picture or file; WhatsApp sends all anew."""
    cards = (old.drawing.photo, old.drawing.document, new.photo, new.document)
    return look_of(parcel.address) is Look.TELEGRAM and not old.mine and not any(cards)
