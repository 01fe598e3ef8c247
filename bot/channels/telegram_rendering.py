"""How a reply looks on Telegram: a pure function, used for sending and for drawing a simulated phone.

Here live Telegram's limits and looks; how a message travels is in `telegram.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bot.conversation.reply import Choice, Document, Place, Reply
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


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def render(reply: Reply, texts: Texts, language: str, now: datetime) -> TelegramMessage:
    """The reply as Telegram shows it. Raises UnknownSentence."""
    labels = [(c, texts.plain(c.label, language, now)) for c in reply.choices]
    spans = [*texts.render(reply.key, reply.values, language, now), *_details(reply, texts, language, now)]
    quiet = texts.plain(reply.footer, language, now) if reply.footer is not None else ""
    text, entities = _laid_out(spans, quiet)
    shown = Shown(now, tuple((choice.action, label) for choice, label in labels)) if labels else None
    return TelegramMessage(text, entities, _keyboard(labels), reply.image, reply.document, reply.place, shown)


def _details(reply: Reply, texts: Texts, language: str, now: datetime) -> list[Span]:
    """Rows with a second line stand numbered in the text, since a button has one line only."""
    spans: list[Span] = []
    for number, choice in enumerate(reply.choices, 1):
        if choice.description is None:
            continue
        spans.append(Span(f"\n\n{number}. " if not spans else f"\n{number}. "))
        spans.append(Span(texts.plain(choice.label, language, now), bold=True))
        spans.append(Span(f"\n    {texts.plain(choice.description, language, now)}"))
    return spans


def _laid_out(spans: list[Span], quiet: str) -> tuple[str, tuple[Entity, ...]]:
    text, entities = "", []
    for span in spans:
        if span.bold and span.text.strip():
            entities.append(Entity(units(text), units(span.text), "bold"))
        text += span.text
    if quiet:
        text += "\n\n"
        entities.append(Entity(units(text), units(quiet), "italic"))
        text += quiet
    if units(text) <= TEXT:
        return text, tuple(entities)
    cut = text.encode("utf-16-le", "surrogatepass")[: (TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"
    return cut, tuple(entity for entity in entities if entity.offset + entity.length <= TEXT - 1)


def _keyboard(labels: list[tuple[Choice, str]]) -> tuple[tuple[Button, ...], ...]:
    buttons = [Button(label, choice.action) for choice, label in labels]
    if 1 < len(buttons) <= 3 and sum(len(button.label) for button in buttons) <= ROW_WIDTH:
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
    return [entity._asdict() for entity in message.entities] or None
