"""A message as words: what the thumb meant, in everyday Indonesian, whatever way it was written.

Emoji become words of their own, letters held down are let go, «ibu2» is «ibu», and short or regional forms are read as the
word they stand for (`words.toml`). Nothing is thrown away that could change the meaning: «ga jadi» stays a negation.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

#: Longer messages are read up to here, in characters: nobody's wish comes later.
LONGEST = 500
_WORDS = Path(__file__).with_name("words.toml")
_HELD = re.compile(r"(.)\1{2,}")
_TWICE = re.compile(r"\b([a-z]{2,})2(?=(?:nya|an|in|ku|mu)?\b)")
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,:]\d+)*|[^\w\s]|\w+")
#: «pukul 9», «pukul brp» is a time, and nobody is hit.
_OCLOCK = re.compile(
    r"\bpukul (?=\d|brp|brapa|berapa|berape|sabaraha|piro|pinten|setengah|stgh|sekian|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh)"
)
_KEPT_MARKS = frozenset("?!")
_DOUBLED = re.compile(r"(.)\1$")


@cache
def meanings() -> dict[str, str]:
    """What is written → the word that is meant."""
    table = tomllib.loads(_WORDS.read_text("utf-8"))["plain"]
    return {written: meant for meant, forms in table.items() for written in forms.split()}


def cleaned(text: str) -> str:
    """NFKC, lower case, one space, no letter held down, no accents."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    folded = _HELD.sub(r"\1", folded.replace("’", "'"))
    folded = _OCLOCK.sub("jam ", folded)
    return " ".join(_TWICE.sub(r"\1", folded).split())


def words(text: str) -> list[str]:
    """The words that are meant, in order. An emoji, a question mark and an exclamation mark are words too."""
    known = meanings()
    found = []
    for token in _TOKEN.findall(cleaned(text)):
        if token[0].isalnum():
            found += _meant(token.replace("'", ""), known).split()
        elif token in _KEPT_MARKS or unicodedata.category(token[0]) == "So":
            found.append(token)
    return found


def _meant(token: str, known: dict[str, str]) -> str:
    if token in known:
        return known[token]
    single = _DOUBLED.sub(r"\1", token)
    return known.get(single, single if len(single) > 2 else token)
