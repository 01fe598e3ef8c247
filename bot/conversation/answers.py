"""Answers to questions: pure functions from her words to a value. What needs the database is an action, not an answer.

This file holds the exceptions every parser may raise and the parsers of general answers; names of people and
places are in `answers_people.py`, dates and times in `answers_when.py`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz, process

from bot.conversation.values import Value
from bot.conversation.words import plain

#: Nobody's answer is longer; what is beyond is not read.
LONGEST = 2000

_YES = frozenset(
    "ya iya y yaa iyaa yes yoi yup boleh boleh ok oke okay okeh sip siap setuju mau nggih enggih muhun sumuhun jadi lanjut "
    "bisa betul benar bener iye yap sok mangga mugo monggo inggih bolehh boleeh silakan sure".split()
)
_NO = frozenset(
    "tidak tdk gak ga g nggak ngga ngak enggak engga ndak mboten teu henteu jangan jgn no nope kagak kaga ogah tak "
    "moal emoh belum nanti".split()
)
_FILLERS = frozenset(
    "bu ibu kak kakak teh teteh mbak mpok min admin ya dong deh aja saja sih kok nih tolong makasih terima kasih atuh mah "
    "mas pak saya sy aku tahun thn umur usia dulu usah dulu perlu mau lah insyaallah insya allah please".split()
)
_QUESTION = re.compile(
    r"\?|^(apa|apakah|siapa|kenapa|knp|mengapa|gimana|gmn|bagaimana|kapan|kpn|dimana|dmn|berapa|brp)\b"
)
_SEPARATORS = re.compile(r"\s*(?:,|;|/|&|\+|\n|\bdan\b|\bsama\b|\bdn\b|\bsm\b|\bjuga\b|\bterus\b|\band\b)\s*")
_DIGITS = re.compile(r"(\d{1,3}(?:[.,]\d{3})+|\d{1,7})")
_ONES = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
    "sepuluh": 10, "sebelas": 11, "seratus": 100, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose from. `value` is words the parser accepts; `label` what she reads (24 characters)."""

    value: str
    label: Value
    description: Value | None = None


class NotUnderstood(Exception):
    """Her words are no answer. `reason` chooses the sentence, `values` fill it."""

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


def read(text: str) -> str:
    """Her words, one line, cut to a length a person would write. Raises NotUnderstood for nothing."""
    words = " ".join(text[:LONGEST].replace("\x00", " ").encode("utf-8", "ignore").decode("utf-8").split())
    if not plain(words):
        raise NotUnderstood("empty")
    return words


def is_question(text: str) -> bool:
    """Whether she asks instead of answering."""
    return _QUESTION.search(text.strip().casefold()) is not None


def yes_no(text: str) -> bool:
    """Yes or no. «Boleh ga?» is a question; a «tidak» anywhere makes a no."""
    words = read(text)
    if is_question(words):
        raise NotUnderstood("question")
    tokens = plain(words).replace(",", " ").split()
    meant = [token for token in tokens if token in _YES or token in _NO]
    if not meant or len([t for t in tokens if t not in _YES | _NO | _FILLERS and not t.isdecimal()]) > 2:
        raise NotUnderstood("unknown")
    return not any(token in _NO for token in meant)


_AGE = re.compile(
    r"\b(?:umur|usia|baru|masih|aku|saya|sy)\b.{0,20}?\b(\d{1,2})\b|\b(\d{1,2}) ?(?:tahun|thn|th)\b"
)
_YOUNG = re.compile(
    r"\b(belum|blm|dibawah|di bawah|kurang dari) (?:umur |usia )?(18|delapan belas|17)\b|\b(smp|sma|smk|sd)\b|under 18"
)


def consent_answer(text: str) -> Consent:
    """Her answer to the question of consent. Who says she is younger than 18 is UNDERAGE."""
    words = plain(read(text))
    ages = [int(first or second) for first, second in _AGE.findall(words)]
    if _YOUNG.search(words) or any(5 <= age < 18 for age in ages):
        return Consent.UNDERAGE
    return Consent.YES if yes_no(text) else Consent.NO


def one_of(options: Mapping[str, str], other: Callable[[str], str] | None = None) -> Callable[[str], str]:
    """A parser of one answer out of several. `options` maps what people write to the value; typing errors are allowed.

    `other` takes what is none of them.
    """

    def parse(text: str) -> str:
        words = plain(read(text))
        if found := _closest(words, options):
            return found
        if other:
            return other(text)
        raise NotUnderstood("unknown")

    return parse


def some_of(
    options: Mapping[str, str], everything: frozenset[str] = frozenset({"semua", "all"})
) -> Callable[[str], tuple[str, ...]]:
    """A parser of several answers: «menjahit sama masak». `options` maps what people write to the value.

    Words that end with a comma are still being chosen: raises Unfinished.
    """

    def parse(text: str) -> tuple[str, ...]:
        words = read(text)
        if plain(words) in everything:
            return tuple(dict.fromkeys(options.values()))
        parts = [part for part in _SEPARATORS.split(words) if plain(part)]
        found = [_closest(plain(part), options) for part in parts]
        chosen = tuple(dict.fromkeys(value for value in found if value))
        if not chosen:
            raise NotUnderstood("unknown")
        if words.endswith(","):
            raise Unfinished(*chosen)
        return chosen

    return parse


def _closest(words: str, options: Mapping[str, str]) -> str | None:
    if words in options:
        return options[words]
    inside = [name for name in options if re.search(rf"\b{re.escape(name)}\b", words)]
    if inside:
        return options[max(inside, key=len)]
    found = process.extractOne(words, list(options), scorer=fuzz.ratio, score_cutoff=78)
    return options[found[0]] if found else None


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of a number between two bounds: «20», «20 orang», «dua puluh»."""

    def parse(text: str) -> int:
        words = plain(read(text))
        match = _DIGITS.search(words)
        number = int(re.sub(r"[.,]", "", match[1])) if match else _spoken(words)
        if number is None:
            raise NotUnderstood("not_a_number")
        if number < low:
            raise NotUnderstood("too_small", low=low)
        if number > high:
            raise NotUnderstood("too_large", high=high)
        return number

    return parse


def _spoken(words: str) -> int | None:
    total, last = 0, None
    for token in words.split():
        if token in _ONES:
            last = _ONES[token]
            total += last
        elif token == "puluh" and last is not None:
            total += last * 9
        elif token == "belas" and last is not None:
            total += 10
        elif token == "ratus" and last is not None:
            total += last * 99
    return total if last is not None else None


@dataclass(frozen=True, slots=True)
class free_text:  # noqa: N801  # reads as a parser among parsers
    """A parser of anything she writes, up to `longest` characters. Line breaks stay."""

    longest: int
    shortest: int = field(default=1)

    def __call__(self, text: str) -> str:
        """Her words. Raises NotUnderstood when there are too many or none."""
        words = "\n".join(
            " ".join(line.split()) for line in text[: self.longest * 4].replace("\x00", "").splitlines()
        )
        words = words.encode("utf-8", "ignore").decode("utf-8").strip()
        if len(words) < self.shortest:
            raise NotUnderstood("empty")
        if len(words) > self.longest:
            raise NotUnderstood("too_long", longest=self.longest)
        return words


def slugify(title: str) -> str:
    """A short address made of a title: «Menjahit Dasar!» is `menjahit-dasar`."""
    return re.sub(r"[^a-z0-9]+", "-", plain(title)).strip("-")[:60].strip("-") or "kegiatan"
