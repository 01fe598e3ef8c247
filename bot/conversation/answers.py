"""Answers to questions: pure functions from her words to a value. What needs the database is an action, not an answer.

This file holds the exceptions every parser may raise and the parsers of general answers. Names of people and places are in
`answers_people.py`, dates and times in `answers_when.py`; what words mean yes, an age or a number in `assent.py`, `ages.py`
and `spoken_numbers.py`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.conversation.ages import says_under_age
from bot.conversation.assent import Assent, assent, with_thumbs, without_having_read
from bot.conversation.choosing import chosen
from bot.conversation.spoken_numbers import spelled_out
from bot.conversation.values import Value
from bot.conversation.words import plain

#: Nobody's answer is longer; what is beyond is not read.
LONGEST = 2000

_QUESTION = re.compile(
    r"\?|^(apa|apakah|siapa|kenapa|knp|mengapa|gimana|gmn|bagaimana|kapan|kpn|dimana|dmn|berapa|brp)\b"
)
#: A number with its sign, thousands and decimals, so that what is no whole number is not taken for one.
_NUMBER = re.compile(r"(?<![\w.,])-? ?\d{1,3}(?:[., ]\d{3})+(?![\d.,]*\d)|-?\d+(?:[.,⁄/]\d+)*")
_WANTS_TO_READ = re.compile(r"\b(?:baca|bacain|membaca|dibaca|lihat|liat|pelajari|selengkapnya|read)\b")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose from. `value` is words the parser accepts; `label` what she reads (24 characters)."""

    value: str
    label: Value
    description: Value | None = None


class NotUnderstood(Exception):
    """Her words are no answer. `reason` chooses the sentence, `values` fill it.

    Reasons: empty, unknown, question, greeting, sentence, not_a_name, too_long (longest), too_wide, not_a_number,
    too_small (low), too_large (high), not_a_day, past, not_a_time, not_a_range, ends_before, not_a_length.
    """

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


class Ambiguous(Exception):
    """Her words may mean several things."""

    def __init__(self, *options: Option) -> None:
        super().__init__(len(options))
        self.options = options


class Unfinished(Exception):
    """She is still choosing."""

    def __init__(self, *chosen: str) -> None:
        super().__init__(*chosen)
        self.chosen = chosen


class Consent(StrEnum):
    """What she says to being registered."""

    YES = "boleh"
    NO = "tidak"
    UNDERAGE = "belum 18"
    READ = "baca dulu"  #: she wants the whole text first


def read(text: str) -> str:
    """Her words, one line, cut to a length a person would write, without invisible characters.

    Raises NotUnderstood("empty") if nothing that can be read is left.
    """
    words = " ".join(_visible(text).split())[:LONGEST]
    if words.isascii() and words[:1].isalnum():  # what nearly everybody writes, without a closer look
        return words
    if not plain(words).strip("\ufe0f\u20e3"):
        raise NotUnderstood("empty")
    return words


def _visible(text: str) -> str:
    """NFKC, without control characters, marks of direction and half characters; what joins an emoji stays."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST])
    if folded.isascii() and folded.isprintable():
        return folded
    return "".join(
        c for c in folded if c.isspace() or c == "\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )


def is_question(text: str) -> bool:
    """Whether she asks instead of answering."""
    return _QUESTION.search(text.strip().casefold()) is not None


def yes_no(text: str) -> bool:
    """Yes or no. «Boleh ga?» is a question; a «tidak» anywhere makes a no."""
    words = read(with_thumbs(text[:LONGEST]))
    meant = Assent.ASKS if is_question(words) else assent(words)
    if meant is Assent.ASKS:
        raise NotUnderstood("question")
    if meant is Assent.UNCLEAR:
        raise NotUnderstood("unknown")
    return meant is Assent.YES


def consent_answer(text: str) -> Consent:
    """What she says to «may we keep your data?». Who says she is younger than 18 is UNDERAGE; «baca dulu» is READ, never a yes."""
    words = read(with_thumbs(text[:LONGEST]))
    if says_under_age(words):
        return Consent.UNDERAGE
    if _WANTS_TO_READ.search(without_having_read(plain(words))):
        return Consent.READ
    return Consent.YES if yes_no(text) else Consent.NO


def one_of(options: Mapping[str, str], other: Callable[[str], str] | None = None) -> Callable[[str], str]:
    """A parser of one answer out of several. `options` maps what people write to the value; typing errors are allowed.

    `other` takes what is none of them.
    """

    def parse(text: str) -> str:
        words = plain(read(text))
        if words in options:
            return options[words]
        if other:
            return other(text)
        found = chosen(words, options)
        if len(found) != 1:
            raise NotUnderstood("question" if is_question(read(text)) else "unknown")
        return found[0]

    return parse


def some_of(options: Mapping[str, str]) -> Callable[[str], tuple[str, ...]]:
    """A parser of several answers: «menjahit sama masak», «semua kecuali masak». `options` maps what people write to the value.

    Words that end with a comma are still being chosen: raises Unfinished.
    """

    def parse(text: str) -> tuple[str, ...]:
        words = read(text)
        found = chosen(plain(words), options)
        if not found:
            raise NotUnderstood("question" if is_question(words) else "unknown")
        if words.endswith(","):
            raise Unfinished(*found)
        return found

    return parse


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of a number between two bounds: «20», «20 orang», «dua puluh», «1.250». Two numbers are no answer."""

    def parse(text: str) -> int:
        found = [number.replace(" ", "") for number in _NUMBER.findall(spelled_out(plain(read(text))))]
        digits = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", found[0]) if len(found) == 1 else ""
        if not re.fullmatch(r"-?\d+", digits):
            raise NotUnderstood("not_a_number")
        number = int(digits)
        if number < low:
            raise NotUnderstood("too_small", low=low)
        if number > high:
            raise NotUnderstood("too_large", high=high)
        return number

    return parse


@dataclass(frozen=True, slots=True)
class free_text:  # reads as a parser among parsers
    """A parser of anything she writes, up to `longest` characters. Line breaks stay."""

    longest: int
    shortest: int = field(default=1)

    def __call__(self, text: str) -> str:
        """Her words. Raises NotUnderstood when there are too many or none."""
        lines = [" ".join(line.split()) for line in _visible(text).splitlines()]
        words = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if len(words) < self.shortest:
            raise NotUnderstood("empty")
        if len(words) > self.longest or len(text) > LONGEST:
            raise NotUnderstood("too_long", longest=self.longest)
        return words
