"""Numbers written as words, in Indonesian and English: «dua puluh lima orang» becomes «25 orang»."""

import re

_ONES = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "lapan": 8, "sembilan": 9,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
#: Whole numbers that a smaller one may follow, and how small it must be: after «seratus» at most 99, after «sebelas» none.
_WHOLE = {
    "sepuluh": (10, 1), "sebelas": (11, 1), "seratus": (100, 100), "seribu": (1000, 1000),
    "ten": (10, 1), "eleven": (11, 1), "twelve": (12, 1), "thirteen": (13, 1), "fourteen": (14, 1), "fifteen": (15, 1),
    "sixteen": (16, 1), "seventeen": (17, 1), "eighteen": (18, 1), "nineteen": (19, 1), "twenty": (20, 10),
    "thirty": (30, 10), "forty": (40, 10), "fifty": (50, 10), "sixty": (60, 10), "seventy": (70, 10), "eighty": (80, 10),
    "ninety": (90, 10),
}  # fmt: skip
#: What multiplies the number before it.
_TIMES = {"puluh": 10, "ratus": 100, "hundred": 100, "ribu": 1000, "thousand": 1000}
_JOINED = re.compile(rf"\b({'|'.join(_ONES)})(belas|puluh|ratus|ribu)\b")


def spelled_out(words: str) -> str:
    """The same words (as `words.plain` gives them) with digits instead of number words. Other words stay."""
    tokens = _JOINED.sub(r"\1 \2", words).split()
    told: list[str] = []
    at = 0
    while at < len(tokens):
        number, length = _number(tokens[at:])
        told.append(str(number) if length else tokens[at])
        at += length or 1
    return " ".join(told)


def _number(tokens: list[str]) -> tuple[int, int]:
    """The number at the beginning and how many words it takes; none takes 0."""
    total, below, at = 0, 1_000_000, 0
    while at < len(tokens):
        value, then, length = _part(tokens[at : at + 2])
        if not length or value >= below:
            break
        total, below, at = total + value, then, at + length
    if not at and tokens[0] in {"nol", "zero"}:
        return 0, 1
    return total, at


def _part(tokens: list[str]) -> tuple[int, int, int]:
    """A single part («dua puluh»): its value, what must be smaller than it, how many words."""
    first, second = tokens[0], tokens[1] if len(tokens) > 1 else ""
    if first in _WHOLE:
        return (*_WHOLE[first], 1)
    if first not in _ONES:
        return 0, 0, 0
    if second == "belas":
        return _ONES[first] + 10, 1, 2
    if second in _TIMES:
        return _ONES[first] * _TIMES[second], _TIMES[second], 2
    return _ONES[first], 1, 1
