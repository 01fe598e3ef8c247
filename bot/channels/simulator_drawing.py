"""How a message is drawn on a simulated phone: from a messenger's own rendering to runs of text, buttons and cards.

What a messenger allows is decided in its rendering; here it only becomes something a page can draw.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.channels.telegram_rendering import TelegramMessage
from bot.channels.whatsapp_rendering import Form, WhatsAppMessage
from bot.channels.whatsapp_templates import Kind, Template
from bot.conversation.reply import Document, Place
from bot.conversation.talk import Shown

#: WhatsApp's marks and what they do.
_MARKS = {"*": "bold", "_": "italic", "~": "strike"}
_MARKED = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\1(?![\w*_~])")
#: What phones make tappable: web addresses, and our own paths where no public address is configured.
_LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)]|(?<!\S)/(?:calendar|media)/[\w.-]+")
_VALUE = re.compile(r"\{\{(\d+)\}\}")


class Look(StrEnum):
    """Which messenger a phone is drawn as."""

    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text in one style: bold, italic, strike or none; `link` is where it leads."""

    text: str
    style: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """Something to press: a button, or with a description a row of a list."""

    label: str
    action: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is on one message."""

    runs: tuple[Run, ...] = ()
    buttons: tuple[Press, ...] = ()  #: WhatsApp's quick replies, under the bubble
    rows: tuple[Press, ...] = ()  #: WhatsApp's list, in a sheet
    opens: str = ""  #: the word that opens the list
    keyboard: tuple[tuple[Press, ...], ...] = ()  #: Telegram's inline keyboard
    photo: str | None = None
    document: Document | None = None
    pin: Place | None = None
    template: str | None = None  #: name of the template that carried it
    quotes: str | None = None  #: id of the message it answers


def look_of(address: str) -> Look:
    """A phone's look by its name: «wa» among its parts is WhatsApp, everything else Telegram."""
    return Look.WHATSAPP if "wa" in re.split(r"[-_. ]", address.lower()) else Look.TELEGRAM


def drawn_on_whatsapp(message: WhatsAppMessage, base_url: str) -> Drawing:
    """A message within the window."""
    local = _local(base_url)
    pin, media = message.location, message.media
    is_file = media is not None and media.rsplit(".", 1)[-1] in ("pdf", "docx", "xlsx", "vcf")
    return Drawing(
        runs=_marked(message.text, local),
        buttons=tuple(Press(button.label, button.action) for button in message.buttons),
        rows=tuple(Press(row.label, row.action, row.description) for row in message.rows),
        opens=message.list_button,
        photo=local(media) if media and not is_file else None,
        document=Document(local(media), media.rsplit("/", 1)[-1], "") if media and is_file else None,
        pin=Place(pin.latitude, pin.longitude, *_title_and_address(pin.label))
        if pin and message.form is Form.LOCATION
        else None,
    )


def drawn_as_template(kind: Kind, template: Template, actions: tuple[str, ...]) -> Drawing:
    """A message outside the window: the template's own words and buttons, with the reply's values and actions."""
    text = _VALUE.sub(lambda found: template.values[int(found[1]) - 1], kind.says)
    presses = tuple(Press(label, action) for label, action in zip(kind.buttons, actions, strict=False))
    return Drawing(runs=_marked(text, _local("")), buttons=presses, template=template.name)


def shown_on(drawing: Drawing, shown: Shown | None) -> Shown | None:
    """The choices as they stand on a template, whose buttons have words of their own."""
    if shown is None or not drawing.buttons:
        return shown
    return Shown(shown.at, tuple((press.action, press.label) for press in drawing.buttons))


def drawn_on_telegram(message: TelegramMessage, base_url: str) -> list[Drawing]:
    """One message, or two: a place is a card of its own before the words."""
    local = _local(base_url)
    cards = [Drawing(pin=message.venue)] if message.venue else []
    document = message.document
    words = Drawing(
        runs=tuple(run for part in _formatted(message) for run in _linked(part, local)),
        keyboard=tuple(tuple(Press(button.label, button.action) for button in row) for row in message.keyboard),
        photo=local(message.photo) if message.photo else None,
        document=replace(document, path=local(document.path)) if document else None,
    )
    return [*cards, words]


def drawn_by_her(text: str = "", quotes: str | None = None, **what: Any) -> Drawing:
    """What she sent herself."""
    return Drawing(runs=_marked(text, _local("")) if text else (), quotes=quotes, **what)


def _local(base_url: str) -> Callable[[str], str]:
    """Our own addresses without the public host: the page is opened on this machine."""
    return lambda address: address.removeprefix(base_url) if base_url else address


def _title_and_address(label: str) -> tuple[str, str]:
    title, _, address = label.partition(", ")
    return title, address


def _marked(text: str, local: Callable[[str], str]) -> tuple[Run, ...]:
    return tuple(run for part in _by_marks(text) for run in _linked(part, local))


def _by_marks(text: str) -> Iterator[Run]:
    at = 0
    for found in _MARKED.finditer(text):
        if found.start() > at:
            yield Run(text[at : found.start()])
        yield Run(found[2], _MARKS[found[1]])
        at = found.end()
    if at < len(text):
        yield Run(text[at:])


def _linked(run: Run, local: Callable[[str], str]) -> Iterator[Run]:
    at = 0
    for found in _LINK.finditer(run.text):
        if found.start() > at:
            yield replace(run, text=run.text[at : found.start()])
        yield replace(run, text=found[0], link=local(found[0]))
        at = found.end()
    if at < len(run.text):
        yield replace(run, text=run.text[at:])


def _formatted(message: TelegramMessage) -> Iterator[Run]:
    raw, at = message.text.encode("utf-16-le", "surrogatepass"), 0
    for entity in message.entities:
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        if start > at:
            yield Run(_decoded(raw[at:start]))
        yield Run(_decoded(raw[start:end]), entity.type)
        at = end
    if at < len(raw):
        yield Run(_decoded(raw[at:]))


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace")
