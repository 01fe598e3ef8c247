"""How a reply looks on Telegram: a pure function, used for sending and for drawing a simulated phone.

Here live Telegram's limits and looks; how a message travels is in `telegram_sending.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bot.conversation.reply import BUTTONS, Document, Place, Reply
from bot.conversation.talk import Shown
from bot.conversation.texts import Span, Texts

#: Longest text and longest caption, in UTF-16 units after entity parsing.
TEXT, CAPTION = 4096, 1024
#: Buttons share a row while their labels together are no longer than this, so that nothing is cut on a small phone.
ROW_WIDTH = 26


class Entity(NamedTuple):
    """A run of formatted text: where it begins and how long it is, in UTF-16 units."""

    offset: int
    length: int
    type: str  #: "bold" or "italic"


class Button(NamedTuple):
    """One inline button."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class TelegramMessage:
    """One message as she sees it."""

    text: str
    entities: tuple[Entity, ...] = ()
    keyboard: tuple[tuple[Button, ...], ...] = ()
    photo: str | None = None
    document: Document | None = None
    venue: Place | None = None
    shown: Shown | None = None

    @property
    def is_text(self) -> bool:
        """Whether there is nothing but words and buttons: only such a message can be edited into another."""
        return not (self.photo or self.document or self.venue)

    @property
    def words_apart(self) -> bool:
        """Whether the words are too long for a caption and go before the picture or file, as a message of their own."""
        return bool(self.photo or self.document) and units(self.text) > CAPTION


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def render(reply: Reply, texts: Texts, language: str, now: datetime) -> TelegramMessage:
    """The reply as Telegram shows it. Raises UnknownSentence."""
    buttons = [Button(texts.plain(choice.label, language, now), choice.action) for choice in reply.choices]
    quiet = texts.plain(reply.footer, language, now).strip() if reply.footer is not None else ""
    text, entities = _with_quiet(*_laid_out(_content(reply, buttons, texts, language, now)), quiet)
    shown = Shown(now, tuple((button.action, button.label) for button in buttons)) if buttons else None
    return TelegramMessage(text, entities, _keyboard(buttons), reply.image, reply.document, reply.place, shown)


def _content(reply: Reply, buttons: list[Button], texts: Texts, language: str, now: datetime) -> Iterator[Span]:
    """The sentence, then the rows that have a second line: numbered here, since a button has one line only."""
    yield from texts.render(reply.key, reply.values, language, now)
    gap = "\n\n"
    for number, (choice, button) in enumerate(zip(reply.choices, buttons, strict=True), 1):
        if choice.description is None:
            continue
        yield Span(f"{gap}{number}. ")
        yield Span(button.label, bold=True)
        yield Span(f"\n    {texts.plain(choice.description, language, now)}")
        gap = "\n"


def _laid_out(content: Iterable[Span]) -> tuple[str, tuple[Entity, ...]]:
    """Text and formatting. Telegram drops white space at the beginning, which would move every offset: so do we."""
    text, at, entities = "", 0, []
    for span in content:
        part = span.text if text else span.text.lstrip()
        length = units(part)
        if span.bold and part.strip():
            entities.append(Entity(at, length, "bold"))
        text, at = text + part, at + length
    return text, tuple(entities)


def _with_quiet(text: str, entities: tuple[Entity, ...], quiet: str) -> tuple[str, tuple[Entity, ...]]:
    """The whole text with its last line, which stays even where the words before it had to be cut."""
    room = TEXT - (units(quiet) + 2 if quiet else 0)
    if units(text) > room:
        text = _cut(text, room)
        entities = tuple(_clipped(entities, units(text) - 1))
    if not quiet:
        return text, entities
    return f"{text}\n\n{quiet}", (*entities, Entity(units(text) + 2, units(quiet), "italic"))


def _cut(text: str, room: int) -> str:
    """The beginning, in so many UTF-16 units, and a mark that there was more. Never ends in half a character."""
    return text.encode("utf-16-le", "surrogatepass")[: (room - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _clipped(entities: tuple[Entity, ...], end: int) -> Iterator[Entity]:
    for entity in entities:
        if entity.offset < end:
            yield entity._replace(length=min(entity.length, end - entity.offset))


def _keyboard(buttons: list[Button]) -> tuple[tuple[Button, ...], ...]:
    """Up to three short buttons side by side; everything else one to a row, where a thumb finds it."""
    if 1 < len(buttons) <= BUTTONS and sum(len(button.label) for button in buttons) <= ROW_WIDTH:
        return (tuple(buttons),)
    return tuple((button,) for button in buttons)


def as_markup(message: TelegramMessage) -> dict[str, Any] | None:
    """The inline keyboard as Telegram takes it; None where there is none."""
    if not message.keyboard:
        return None
    rows = [[{"text": b.label, "callback_data": b.action} for b in row] for row in message.keyboard]
    return {"inline_keyboard": rows}


def as_entities(message: TelegramMessage) -> list[dict[str, Any]] | None:
    """The formatting as Telegram takes it; None where there is none."""
    return [{"offset": e.offset, "length": e.length, "type": e.type} for e in message.entities] or None
