"""How a reply looks on WhatsApp: a pure function, used for sending and for drawing a simulated phone.

Here live WhatsApp's limits and looks. How a message travels is in `whatsapp.py`, its Content resource in
`whatsapp_content.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.channels.whatsapp_templates import Template, as_template
from bot.channels.whatsapp_words import cut, fitted, formatted, harmless, one_line, tidy, units, with_footer
from bot.conversation.reply import Choice, Reply
from bot.conversation.talk import Shown
from bot.conversation.texts import Texts

#: Longest text, text with buttons or a list, and text under a picture, in UTF-16 units.
TEXT, PRESSABLE, CAPTION = 1600, 1024, 1024
#: Longest button title, list row, second line of a row, and word that opens a list.
TITLE, ROW, DESCRIPTION, LIST_BUTTON = 20, 24, 72, 20
#: Sentences of this channel's own in `texts/`: the word that opens a list, and how to answer by number.
OPENS_LIST, BY_NUMBER = "whatsapp.list_button", "whatsapp.numbers"
#: Documents WhatsApp shows as files; all others become a link.
FILES = frozenset({
    "application/pdf", "text/vcard",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
})  # fmt: skip


class Form(StrEnum):
    """What kind of WhatsApp message it becomes."""

    TEXT = "text"  #: words only; choices, if any, as numbered lines
    BUTTONS = "buttons"
    LIST = "list"
    MEDIA = "media"  #: a picture or file with words under it
    LOCATION = "location"  #: words and a pin on the map


class Button(NamedTuple):
    """One of up to three quick replies."""

    label: str
    action: str


class Row(NamedTuple):
    """One of up to ten rows of a list; `description` may be empty."""

    label: str
    description: str
    action: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A point on the map, in degrees."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True, slots=True)
class WhatsAppMessage:
    """One message as she sees it. `body` has `*bold*` marks and, without buttons or rows, numbers."""

    form: Form
    body: str
    buttons: tuple[Button, ...] = ()
    rows: tuple[Row, ...] = ()
    list_button: str = ""
    media: str | None = None
    location: Pin | None = None
    footer: str | None = None
    template: Template | None = None  #: what may carry it once the window has closed
    shown: Shown | None = None
    numbered: str = ""  #: everything in words: the fall-back of every form

    @property
    def text(self) -> str:
        """Body and quiet last line as one text."""
        return with_footer(self.body, self.footer)


def render(reply: Reply, texts: Texts, language: str, now: datetime, base_url: str) -> WhatsAppMessage:
    """The reply as WhatsApp shows it; `base_url` goes before our addresses. Raises UnknownSentence."""
    return _Rendering(reply, texts, language, now, base_url.rstrip("/")).message()


@dataclass(frozen=True, slots=True)
class _Rendering:
    reply: Reply
    texts: Texts
    language: str
    now: datetime
    base_url: str

    def message(self) -> WhatsAppMessage:
        """The richest form that everything fits into."""
        words, footer = self._words(), self._footer()
        pressable, lines = self._and_links(words), self._and_links("", self._numbered_lines())
        form = self._form(pressable, footer)
        is_pressable, most = form in (Form.BUTTONS, Form.LIST), CAPTION if form is Form.MEDIA else TEXT
        return WhatsAppMessage(
            form=form,
            body=pressable if is_pressable else fitted(words, lines, footer, most),
            buttons=self._buttons() if form is Form.BUTTONS else (),
            rows=self._rows() if form is Form.LIST else (),
            list_button=self._said(OPENS_LIST) if form is Form.LIST else "",
            media=self._media(),
            location=self._pin() if form is Form.LOCATION else None,
            footer=footer,
            template=as_template(self.reply, self.texts, self.language, self.now),
            shown=self._shown(form),
            numbered=with_footer(fitted(words, lines, footer, TEXT), footer),
        )

    def _form(self, words: str, footer: str | None) -> Form:
        if self._media():
            return Form.MEDIA
        if self.reply.place:
            return Form.LOCATION
        if not self.reply.choices or units(with_footer(words, footer)) > PRESSABLE:
            return Form.TEXT
        if not self.reply.is_list and self._are_titles([self._label(c) for c in self.reply.choices]):
            return Form.BUTTONS
        is_openable = 0 < units(self._said(OPENS_LIST)) <= LIST_BUTTON
        return Form.LIST if is_openable and all(self._label(c) for c in self.reply.choices) else Form.TEXT

    def _are_titles(self, labels: list[str]) -> bool:
        return all(0 < units(label) <= TITLE for label in labels) and len(set(labels)) == len(labels)

    def _words(self) -> str:
        spans = self.texts.render(self.reply.key, self.reply.values, self.language, self.now)
        return tidy(formatted(spans))

    def _and_links(self, *parts: str) -> str:
        """With the address of a document WhatsApp does not take as a file, after the first part."""
        document, (first, *others) = self.reply.document, parts
        url = self.base_url + document.path if document else ""
        return "\n\n".join(part for part in (first, "" if url == self._media() else url, *others) if part)

    def _media(self) -> str | None:
        document = self.reply.document
        if self.reply.image:
            return self.base_url + self.reply.image
        return self.base_url + document.path if document and document.content_type in FILES else None

    def _footer(self) -> str | None:
        if self.reply.footer is None:
            return None
        return tidy(harmless(self.texts.plain(self.reply.footer, self.language, self.now))) or None

    def _label(self, choice: Choice) -> str:
        return one_line(self.texts.plain(choice.label, self.language, self.now))

    def _description(self, choice: Choice) -> str:
        if choice.description is None:
            return ""
        return one_line(self.texts.plain(choice.description, self.language, self.now))

    def _pin(self) -> Pin | None:
        place = self.reply.place
        if place is None:
            return None
        return Pin(place.latitude, place.longitude, one_line(f"{place.title}, {place.address}"))

    def _shown(self, form: Form) -> Shown | None:
        labels = [self._label(choice) for choice in self.reply.choices]
        seen = [cut(label, ROW) for label in labels] if form is Form.LIST else labels
        pairs = zip(self.reply.choices, seen, strict=True)
        return Shown(self.now, tuple((choice.action, label) for choice, label in pairs)) if labels else None

    def _buttons(self) -> tuple[Button, ...]:
        return tuple(Button(self._label(choice), choice.action) for choice in self.reply.choices)

    def _rows(self) -> tuple[Row, ...]:
        return tuple(
            Row(cut(self._label(c), ROW), cut(self._description(c), DESCRIPTION), c.action) for c in self.reply.choices
        )

    def _numbered_lines(self) -> str:
        lines = [
            f"{number}. {self._label(choice)}" + (f" — {more}" if (more := self._description(choice)) else "")
            for number, choice in enumerate(self.reply.choices, 1)
        ]
        hint = self._said(BY_NUMBER) if lines else ""
        return "\n".join(lines) + (f"\n\n{hint}" if hint else "")

    def _said(self, key: str) -> str:
        return self.texts.plain({"say": key}, self.language, self.now) if self.texts.has(key) else ""
