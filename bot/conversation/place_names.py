"""Finding names in her words: exact ones anywhere in a sentence, else the most alike. Knows no areas, only names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.conversation.words import plain

S = TypeVar("S")
#: How alike two names must be, in percent, to be taken for the same and at least to be asked about.
SURE, MAYBE = 85, 76
#: A name of which she wrote only the first part, such as «Poris», and one that differs by a single slip.
FIRST_PART, ONE_SLIP = 87, 90
#: Short names are so close to other words that more must agree.
_SHORT, _SHORT_MAYBE = 5, 80
#: No name has more words; no answer that names a place has more either.
_LONGEST_NAME, _MOST_TOKENS = 5, 40
#: So many words are compared by likeness; a place is not said in more.
_COMPARED = 8
#: Words around a place name that say nothing about where it is.
_AROUND = frozenset(
    "saya sy aku gw gue abdi aye kulo rumah rmh rumahnya tinggal tinggalnya tgl domisili di d ada daerah dr dari ke kec "
    "kecamatan kel kelurahan desa ds bu ibu kak kakak teh teteh mbak min admin ya yah nih mah deket dekat sini orang asli kota "
    "kabupaten kab wilayah alamat alamatnya i live in from am rt jl jalan jln gang gg no blok komplek kompleks perumahan perum "
    "cluster sekarang skrg dan tapi yang yg itu ini tidak tdk ga gak nggak tau tahu belum warga provinsi banten halo hai "
    "assalamualaikum selamat pagi siang sore malam nama".split()
)


#: Words of many names; alone they name nothing.
_COMMON = frozenset(
    "selatan timur barat utara tengah taman pasar kampung villa vila jaya indah baru raya dalam kulon wetan perumahan".split()
)


@dataclass(frozen=True, slots=True)
class Mention(Generic[S]):
    """A name in her words, from token `start` to before `end`, what it may mean, and how alike, in percent."""

    start: int
    end: int
    senses: tuple[S, ...]
    likeness: float = 100


def squeezed(name: str) -> str:
    """A name as it is compared: letters and digits only, and the spellings that people mix up made one."""
    return _joined([plain(name)])


def _joined(words: Sequence[str]) -> str:
    letters = re.sub(r"[^a-z0-9]", "", "".join(words))
    return letters.replace("oe", "u").replace("dj", "j").replace("tj", "c")


def tokens(text: str, short: Mapping[str, str]) -> list[str]:
    """Her words one by one, abbreviations written out (`short`). Spelled letters («c i p o n d o h») become one word."""
    words = re.sub(r"\b(?:\w ){3,}\w\b", lambda spelled: spelled[0].replace(" ", ""), plain(text))
    found = re.sub(r"[^\w']+", " ", words.replace("_", " ")).split()
    return [short.get(word, word) for word in found[:_MOST_TOKENS]]


class NameIndex(Generic[S]):
    """Names, and what each may mean."""

    def __init__(self, names: Iterable[tuple[str, S]]) -> None:
        """`names` are pairs of a name and one of its senses."""
        self._senses: dict[str, tuple[S, ...]] = {}
        for name, sense in names:
            key = squeezed(name)
            self._senses[key] = (*self._senses.get(key, ()), sense)
        self._names = list(self._senses)

    def exact(self, words: Sequence[str]) -> list[Mention[S]]:
        """The names that stand in her words, the longest first wherever two overlap; in the order she wrote them."""
        found: list[Mention[S]] = []
        taken: set[int] = set()
        for start, end in _windows(len(words)):
            if taken.isdisjoint(range(start, end)) and (senses := self._senses.get(_joined(words[start:end]))):
                found.append(Mention(start, end, senses))
                taken.update(range(start, end))
        return sorted(found, key=lambda mention: mention.start)

    def alike(self, words: Sequence[str]) -> list[Mention[S]]:
        """The names most like a part of her words, best first: those about as alike as the best one."""
        told = [(place, word) for place, word in enumerate(words) if word not in _AROUND][:_COMPARED]
        found: list[Mention[S]] = []
        for start, end in _windows(len(told)):
            part = [word for _, word in told[start:end]]
            for name, likeness in self._near(_joined(part)) if not _COMMON.issuperset(part) else ():
                found.append(Mention(told[start][0], told[end - 1][0] + 1, self._senses[name], likeness))
        found.sort(key=lambda mention: (-mention.likeness, mention.start - mention.end))
        return [
            mention for mention in found if mention.likeness >= found[0].likeness - 4 and not _inside(mention, found[0])
        ]

    def longer(self, mention: Mention[S], words: Sequence[str]) -> Mention[S]:
        """The longer name she may have slipped in: «Sepatan Timor» is not Sepatan. The same mention if there is none."""
        short, part = _joined(words[mention.start : mention.end]), _joined(words[mention.start : mention.end + 1])
        if mention.end == len(words) or words[mention.end] in _AROUND:
            return mention
        close = process.extract(part, self._names, scorer=fuzz.ratio, score_cutoff=ONE_SLIP - 2, limit=3)
        longer = [(name, score) for name, score, _ in close if len(name) > len(short) + 2]
        if not longer:
            return mention
        name, score = longer[0]
        return Mention(mention.start, mention.end + 1, self._senses[name], max(score, ONE_SLIP))

    def _near(self, part: str) -> list[tuple[str, float]]:
        if len(part) < 4:
            return []
        begun = [(name, FIRST_PART) for name in self._names if len(part) >= _SHORT and name.startswith(part)]
        close = process.extract(part, self._names, scorer=fuzz.ratio, score_cutoff=MAYBE, limit=5)
        return begun + [(name, _likeness(part, name, score)) for name, score, _ in close if _enough(name, score)]


def _inside(mention: Mention[S], other: Mention[S]) -> bool:
    """Whether one is read from only a part of the words the other is read from."""
    return other.start <= mention.start and mention.end <= other.end and _size(mention) < _size(other)


def _size(mention: Mention[S]) -> int:
    return mention.end - mention.start


def _windows(count: int) -> list[tuple[int, int]]:
    sizes = range(min(_LONGEST_NAME, count), 0, -1)
    return [(start, start + size) for size in sizes for start in range(count - size + 1)]


def _enough(name: str, score: float) -> bool:
    return score >= (_SHORT_MAYBE if len(name) <= _SHORT else MAYBE)


def _likeness(part: str, name: str, score: float) -> float:
    slips = OSA.distance(part, name, score_cutoff=2)
    if (slips == 1 and len(name) > _SHORT) or (slips == 2 and len(name) >= 2 * _SHORT):
        return max(score, ONE_SLIP)
    return score
