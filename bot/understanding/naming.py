"""Which of several titles a message names: by the words that make a title its own, whatever stands between them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from rapidfuzz.distance import OSA

from bot.understanding.normalising import words
from bot.understanding.topics import topic_of

K = TypeVar("K")
#: Words that many titles share, and that name none of them.
_COMMON = frozenset(
    "pelatihan kursus seminar kelas penyuluhan untuk pemula dan di ke dari dengan yang ibu perempuan belajar cara "
    "menjadi lebih mulai sendiri bisa the for and of sampai jadi".split()
)
#: So much of a title must be said.
ENOUGH = 0.6
#: From so many letters on one may be wrong.
_LONG = 5


def named(text: str, titles: Mapping[K, Sequence[str]]) -> list[K]:
    """The keys of the titles that are named best, none or several alike. A key may have several titles."""
    said = words(text)
    shares = {key: max((_share(said, title) for title in own), default=(0.0, 0)) for key, own in titles.items()}
    best = max(shares.values(), default=(0.0, 0))
    return [key for key, share in shares.items() if share == best] if best[0] >= ENOUGH else []


def _share(said: Iterable[str], title: str) -> tuple[float, int]:
    """How much of a title is said, and in how many words."""
    own = [word for word in words(title) if word.isalnum() and word not in _COMMON]
    heard = [word for word in own if any(_same(word, other) for other in said)]
    if len(heard) == 1 and topic_of(heard):
        return 0.0, 0  # «jahit» names a subject, not the one event that has only this word of its own
    return (len(heard) / len(own), len(heard)) if own else (0.0, 0)


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < _LONG or one[0] != other[0]:  # «pasar» is not «dasar»
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1 or other.startswith(one)
