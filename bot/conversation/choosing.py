"""Which of several things her words name: «jahit sama masak», «semua kecuali masak», typing errors allowed."""

import re
from collections.abc import Mapping

from rapidfuzz import fuzz, process

_EVERYTHING = frozenset({"semua", "semuanya", "smua", "sadayana", "kabeh", "all", "everything"})
_BUT = frozenset({"kecuali", "selain", "except"})
_NOT = frozenset(
    {"bukan", "tidak", "tdk", "gak", "ga", "nggak", "ngga", "enggak", "jangan", "jgn", "not", "teu", "kagak"}
)
#: What may stand between a «bukan» and what it refuses.
_BETWEEN = frozenset({"mau", "yang", "yg", "ikut", "suka", "usah", "perlu", "want"})
#: A list of options goes on after these; a sentence with «tidak» in it does not.
_MOST_WORDS = 60
#: How alike, in percent, and how long at least a word and a name must be to be the same with a slip in it.
_ALIKE, _WORD, _NAME = 84, 4, 5


def chosen(words: str, options: Mapping[str, str]) -> tuple[str, ...]:
    """The values her words (as `words.plain` gives them) name, in her order. `options` maps names to values."""
    tokens = re.findall(r"[\w'-]+", words)[:_MOST_WORDS]
    wanted: dict[str, None] = {}
    refused: set[str] = set()
    everything = but = False
    at = 0
    while at < len(tokens):
        everything, but = everything or tokens[at] in _EVERYTHING, but or tokens[at] in _BUT
        value, length = _named(tokens[at:], options)
        if value:
            (refused.add if but or _denied(tokens[:at]) else wanted.setdefault)(value)
        at += length
    if everything and not wanted:
        wanted = dict.fromkeys(options.values())
    return tuple(value for value in wanted if value not in refused)


def _named(tokens: list[str], options: Mapping[str, str]) -> tuple[str | None, int]:
    """The value named at the beginning, by its longest name, and how many words that took."""
    for length in range(min(4, len(tokens)), 0, -1):
        name = " ".join(tokens[:length])
        if name in options:
            return options[name], length
    if len(tokens[0]) < _WORD:
        return None, 1
    found = process.extractOne(
        tokens[0], [n for n in options if len(n) >= _NAME], scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    return (options[found[0]], 1) if found else (None, 1)


def _denied(before: list[str]) -> bool:
    while before and before[-1] in _BETWEEN:
        before = before[:-1]
    return bool(before) and before[-1] in _NOT
