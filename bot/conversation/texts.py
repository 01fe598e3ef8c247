"""Sentences: loaded from `texts/*.toml`, filled with values, in the language of whoever reads.

A sentence's key is its path in the file (`[register.name] ask = …` is `register.name.ask`). `*stars*` mark bold text in
a sentence; stars inside a value stay what they are, so nobody's words can format a message.
"""

import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.conversation import dates
from bot.conversation.places import gazetteer
from bot.conversation.values import Value

DEFAULT = "id"
#: How a form of address is shortened before a name or at the end of a sentence (`domain/glossary.md`, section 2).
VOCATIVES = {"Ibu": "Bu", "Kakak": "Kak", "Teteh": "Teh"}
#: Placeholders that come from the person spoken to, not from the reply.
ADDRESS = frozenset({"you", "vocative", "called"})


class UnknownSentence(KeyError):
    """No language has this key."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one weight."""

    text: str
    bold: bool = False


Piece = tuple[str, str | None, bool]  #: literal text, the field after it, bold


def address(honorific: str | None, name: str | None) -> dict[str, Value]:
    """The three placeholders of address: `{you}` «Ibu», `{vocative}` «Bu», `{called}` «Bu Siti»."""
    you = honorific or "Ibu"
    vocative = VOCATIVES.get(you, you)
    return {"you": you, "vocative": vocative, "called": f"{vocative} {name}" if name else you}


class Texts:
    """All sentences in all languages. Reads no clock and no database."""

    def __init__(self, sentences: Mapping[str, Mapping[str, str]]) -> None:
        """`sentences` maps language to key to sentence; the default language must be among them."""
        self.sentences = sentences
        self._parsed: dict[tuple[str, str], tuple[Piece, ...]] = {}

    @classmethod
    def load(cls, folder: Path) -> "Texts":
        """Read every `*.toml` of a folder; the file's stem is the language."""
        return cls({p.stem: dict(_flat(tomllib.loads(p.read_text("utf-8")))) for p in sorted(folder.glob("*.toml"))})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, default first."""
        return (DEFAULT, *sorted(set(self.sentences) - {DEFAULT}))

    def has(self, key: str) -> bool:
        """Whether the default language knows the key."""
        return key in self.sentences[DEFAULT]

    def fields(self, key: str, language: str = DEFAULT) -> frozenset[str]:
        """The placeholders of a sentence. Raises UnknownSentence."""
        return frozenset(name for _, name, _ in self._pieces(key, language) if name)

    def same_for_all(self, key: str, values: Mapping[str, Value], language: str) -> bool:
        """Whether a sentence with these values reads the same, whoever is spoken to. Raises UnknownSentence."""
        within = any(isinstance(value, Mapping) and ("say" in value or "list" in value) for value in values.values())
        return not within and not self.fields(key, language) & ADDRESS

    def render(self, key: str, values: Mapping[str, Value], language: str, now: datetime) -> tuple[Span, ...]:
        """The sentence with its values. Raises UnknownSentence, or KeyError for a missing value."""
        spans: list[Span] = []
        for literal, name, bold in self._pieces(key, language):
            if literal:
                spans.append(Span(literal, bold))
            if name:
                value = values[name] if name in values else _NOBODY[name]
                spans.extend(Span(s.text, s.bold or bold) for s in self.word(_to_her(value, values), language, now))
        return _merged(spans)

    def word(self, value: Value, language: str, now: datetime) -> tuple[Span, ...]:
        """One value as it is read."""
        if not isinstance(value, Mapping):
            text = dates.number(value, language) if isinstance(value, int | float) else value
            return (Span(text),)
        if "say" in value:
            return self.render(value["say"], value.get("with", {}), language, now)
        if "list" in value:
            return self._joined(value["list"], value["by"], language, now)
        return (Span(_dated(value, language, now)),)

    def plain(self, value: Value, language: str, now: datetime) -> str:
        """One value without weights, for labels."""
        return "".join(span.text for span in self.word(value, language, now))

    def _joined(self, values: list[Value], by: str, language: str, now: datetime) -> tuple[Span, ...]:
        spans: list[Span] = []
        for number, value in enumerate(values):
            spans.extend([Span(by)] * (number > 0) + list(self.word(value, language, now)))
        return _merged(spans)

    def _pieces(self, key: str, language: str) -> tuple[Piece, ...]:
        found = self._parsed.get((key, language))
        if found is None:
            sentence = self.sentences.get(language, {}).get(key) or self.sentences[DEFAULT].get(key)
            if sentence is None:
                raise UnknownSentence(key)
            found = self._parsed[key, language] = tuple(_parse(sentence))
        return found


#: How somebody is addressed whose form of address is not known yet (`domain/glossary.md`: if skipped, «Ibu»).
_NOBODY = address(None, None)


def _to_her(value: Value, values: Mapping[str, Value]) -> Value:
    """A sentence inside a sentence speaks to the same person."""
    if not isinstance(value, Mapping):
        return value
    inherited = {name: values[name] for name in ADDRESS if name in values}
    if inherited and "say" in value:
        return {"say": value["say"], "with": {**inherited, **value.get("with", {})}}
    if inherited and "list" in value:
        return {"list": [_to_her(part, values) for part in value["list"]], "by": value["by"]}
    return value


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value.strip("\n")


def _parse(sentence: str) -> Iterator[Piece]:
    bold = False
    for literal, name, _, _ in string.Formatter().parse(sentence):
        *before, last = literal.split("*")
        for part in before:
            yield part, None, bold
            bold = not bold
        yield last, name, bold


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].bold == span.bold:
            merged[-1] = Span(merged[-1].text + span.text, span.bold)
        elif span.text:
            merged.append(span)
    return tuple(merged)


def _dated(value: Mapping[str, Any], language: str, now: datetime) -> str:
    """A value whose one tag names what it is. Raises KeyError for a tag that does not exist."""
    ((tag, content),) = value.items()
    return _TAGS[tag](content, language, now)


_moment = datetime.fromisoformat
_TAGS: Mapping[str, Callable[[Any, str, datetime], str]] = {
    "moment": lambda content, language, now: dates.full_moment(_moment(content), language),
    "range": lambda content, language, now: dates.moment_range(_moment(content[0]), _moment(content[1]), language),
    "row": lambda content, language, now: dates.row_moment(_moment(content), language),
    "day": lambda content, language, now: dates.day(_moment(content), language),
    "near": lambda content, language, now: dates.near_day(_moment(content), now, language),
    "minutes": lambda content, language, now: dates.duration(content, language),
    "place": lambda content, language, now: gazetteer().full_title(content),
    "area": lambda content, language, now: gazetteer().get(content).label,
}
