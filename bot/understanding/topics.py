"""The subject a message names, by a list of words a coordinator can read and add to (`topics.toml`).

Spelling is forgiven: a long word that differs in one letter is the word that is meant.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

from bot.understanding.normalising import words

_FILE = Path(__file__).with_name("topics.toml")
#: From so many letters on one may be wrong.
LONG = 7
#: So many letters of a phrase's first word say whether it is looked for at all.
FIRST = 2


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The words of all subjects: whole words, beginnings of words, and words of several parts."""

    singles: dict[str, tuple[str, bool]]
    starts: tuple[tuple[str, tuple[str, bool]], ...]
    phrases: dict[str, list[tuple[re.Pattern[str], tuple[str, bool]]]]  #: by their first letters
    long: dict[int, tuple[str, ...]]  #: words long enough to forgive a letter, by length


def topic_of(words: Sequence[str]) -> str | None:
    """The code of the subject that the words of a message name, or None.

    Where several are named: sure before a hint, of several words before one, then the first.
    """
    line = _OTHERWISE.sub(" ", " ".join(words))
    said = line.split()
    lexicon, found = _lexicon(), []
    for start in {word[:FIRST] for word in said}:
        for pattern, (topic, sure) in lexicon.phrases.get(start, ()):
            if hit := pattern.search(line):
                found.append((not sure, 0, line[: hit.start()].count(" "), topic))
    for place, word in enumerate(said):
        if named := _named(word, lexicon):
            found.append((not named[1], 1, place, named[0]))
    return min(found)[3] if found else None


def _named(word: str, lexicon: _Lexicon) -> tuple[str, bool] | None:
    for form in _forms(word):
        if form in lexicon.singles:
            return lexicon.singles[form]
    for start, named in lexicon.starts:
        if word.startswith(start):
            return named
    if len(word) < LONG or not word.isalpha():
        return None
    for length in (len(word), len(word) - 1, len(word) + 1):
        for known in lexicon.long.get(length, ()):
            if known[0] == word[0] and OSA.distance(word, known, score_cutoff=1) <= 1:
                return lexicon.singles[known]
    return None


#: Words of a subject that speak of something else here.
_OTHERWISE = re.compile(r"\b(?:tukang sayur|sekolah online|ibu hamil muda|bahasa (?:apa|saya))\b")
#: Endings that do not change the subject: her, the, my; in Sundanese and Betawi too.
_ENDING = re.compile(r"(?:nya|nye|na|ne|an|ku|mu|in|e)$")


def _forms(word: str) -> tuple[str, ...]:
    bare = _ENDING.sub("", word)
    forms = (word, bare) if len(bare) > 2 else (word,)
    return (*forms, *(form[2:] for form in forms if form.startswith("ng") and len(form) > 5))


@cache
def _lexicon() -> _Lexicon:
    singles: dict[str, tuple[str, bool]] = {}
    starts: list[tuple[str, tuple[str, bool]]] = []
    phrases: dict[str, list[tuple[re.Pattern[str], tuple[str, bool]]]] = {}
    for topic, lists in tomllib.loads(_FILE.read_text("utf-8")).items():
        for kind in ("sure", "hint"):
            for entry in lists[kind]:
                named = topic, kind == "sure"
                if " " in entry:
                    parts = [re.escape(" ".join(words(part)) or part) for part in entry.split()]
                    pattern = re.compile(r"\b" + r"\w{0,3} +".join(parts) + r"\w{0,3}\b")
                    phrases.setdefault(parts[0][:FIRST], []).append((pattern, named))
                elif entry.endswith("*"):
                    starts.append((entry[:-1], named))
                else:
                    singles.setdefault(" ".join(words(entry)) or entry, named)
    long: dict[int, list[str]] = {}
    for word in singles:
        if len(word) >= LONG:
            long.setdefault(len(word), []).append(word)
    return _Lexicon(singles, tuple(starts), phrases, {size: tuple(known) for size, known in long.items()})
