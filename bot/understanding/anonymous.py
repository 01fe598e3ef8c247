"""What she wrote, without who she is: names, numbers, addresses, links and places become marks such as «NAMA».

Rather a word too many than one too few: what is left is read by coordinators and learnt from. The lists are in
`anonymous.toml`; the places are told by whoever asks.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

from bot.understanding.normalising import LONGEST, meanings

_FILE = Path(__file__).with_name("anonymous.toml")
#: While the text is worked on, a mark is one letter of the private area, which no list and no pattern knows.
NUMBER, LINK, NAME, PLACE = "\ue000", "\ue001", "\ue002", "\ue003"
_WRITTEN = {NUMBER: "«ANGKA»", LINK: "«TAUTAN»", NAME: "«NAMA»", PLACE: "«TEMPAT»"}
_MARK = re.compile("|".join(_WRITTEN.values()))
_LINK = re.compile(
    r"\b(?:https?:|www\.)\S+|\S+@\S+|@\w[\w.]*|\b[\w-]+(?:\.[\w-]+)*\.(?:com|id|net|org|co|me|ly|gl|link|app|io)\b(?:/\S*)?"
    r"|\b\w+_\w*|\b_\w+",
    re.IGNORECASE,
)
#: Anything written together that has a digit in it; a 2 behind an everyday word only doubles the word.
_NUMBER = re.compile(r"[^\s\ue000-\ue003]*\d[^\s\ue000-\ue003]*")
_DOUBLED = re.compile(r"([^\W\d_]{2,})2(?:nya|an|in|ku|mu)?[.,!?]*", re.IGNORECASE)
_WORD = re.compile(r"([^\W\d_\ue000-\ue003]+(?:['’`][^\W\d_\ue000-\ue003]+)*)")
_HELD = re.compile(r"(.)\1{2,}")
#: One mark after another of the same sort is one thing.
_AGAIN = re.compile(r"([\ue000-\ue003])(?:[\s.,/():+-]*\1)+")
#: Between words of one name or place: no end of a thought.
_JOINS = re.compile(r"[\s.'’-]*")
#: So many numerals in a row are a number; so many words has a place, an address and a name at most.
SPOKEN, OF_PLACE, OF_ADDRESS, OF_NAME = 3, 4, 3, 4
#: A long word that begins like this is something done, not somebody, unless a title stands before it.
_DONE = re.compile(r"(?:di|mem|men|meng|ber|ter|nge|per)\w{5,}")
#: From so many letters on a name may be misspelt by one, and be part of a word written together.
_LONG, _PART = 5, 4
IsPlace = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Lists:
    leads: frozenset[str]
    titles: frozenset[str]
    toward: frozenset[str]
    address: frozenset[str]
    little: frozenset[str]
    numbers: frozenset[str]
    secrets: frozenset[str]
    names: frozenset[str]
    ordinary: frozenset[str]


def stripped(text: str, names: Iterable[str] = (), is_place: IsPlace = lambda words: False) -> str:
    """A text without what tells who wrote it. `names`: what she is known by. `is_place`: whether words are a place's name."""
    plain = _clean(text[:LONGEST])
    plain = _NUMBER.sub(_counted, _LINK.sub(LINK, plain))
    message = _Message(_WORD.split(plain), plain.isupper())
    message.hide_numbers()
    message.hide_places(is_place)
    message.hide_names(_own(names))
    whole = _AGAIN.sub(r"\1", message.text())
    return " ".join("".join(_WRITTEN.get(letter, letter) for letter in whole).split())


def unmarked(text: str) -> str:
    """The text without its marks, for learning: a mark is no word of hers."""
    return " ".join(_MARK.sub(" ", text).split())


class _Message:
    """Words and what stands between them, in turn; a hidden word is a mark."""

    def __init__(self, pieces: list[str], shouted: bool) -> None:
        self.between, self.words, self.shouted = pieces[::2], pieces[1::2], shouted
        self.said = [_folded(word) for word in self.words]
        self.lists = _lists()

    def text(self) -> str:
        """All of it, marks included."""
        pairs = zip(self.between, [*self.words, ""], strict=True)
        return "".join(piece for pair in pairs for piece in pair)

    def hide_numbers(self) -> None:
        """Spoken numbers, and what follows «kode»."""
        run: list[int] = []
        for at, word in enumerate([*self.said, ""]):
            if word in self.lists.numbers:
                run.append(at)
                continue
            if len(run) >= SPOKEN:
                self._hide(run, NUMBER)
            run = []
        for at, word in enumerate(self.said):
            if word in self.lists.secrets and self._is_unknown(at + 1):
                self._hide([at + 1], NUMBER)

    def hide_places(self, is_place: IsPlace) -> None:
        """Places by their name, addresses by what leads to them, unknown words by «di» and «dari»."""
        for size in range(OF_PLACE, 0, -1):
            for at in range(len(self.words) - size + 1):
                window = range(at, at + size)
                if self._is_one(window) and (size > 1 or self._is_unknown(at) or self._leads(at, self.lists.toward)):
                    self._hide(window if is_place(" ".join(self.said[i] for i in window)) else (), PLACE)
        for at in range(len(self.words)):
            if self.said[at] in self.lists.address:
                self._hide(self._follow(at, OF_ADDRESS, self._is_of_address), PLACE)
            if self.said[at] in self.lists.toward:
                self._hide(self._follow(at, OF_ADDRESS, self._is_unknown), PLACE)

    def hide_names(self, own: Sequence[str]) -> None:
        """Her own names, common names, and whatever stands where a name stands."""
        for at, word in enumerate(self.said):
            if self._is_open(at) and (word in self.lists.names or self._is_own(at, own) or self._looks_like_one(at)):
                self._hide([at], NAME)
        for at in range(len(self.words)):
            if self.words[at] == NAME:
                self._hide(self._follow(at, OF_NAME, self._goes_on), NAME)
        for at in range(len(self.words) - 2, -1, -1):
            if self.words[at + 1] == NAME and self._is_unknown(at) and self._is_one([at, at + 1]):
                self._hide([at], NAME)

    def _hide(self, places: Iterable[int], mark: str) -> None:
        for at in places:
            self.words[at] = mark

    def _is_open(self, at: int) -> bool:
        """Whether there is a word here that is not hidden yet."""
        return 0 <= at < len(self.words) and self.words[at] not in _WRITTEN

    def _is_unknown(self, at: int) -> bool:
        if not self._is_open(at) or self.said[at] in self.lists.ordinary | self.lists.leads:
            return False
        return self._leads(at, self.lists.titles) or not _DONE.fullmatch(self.said[at]) or self._is_capital(at)

    def _is_capital(self, at: int) -> bool:
        return self._is_open(at) and self.words[at][0].isupper() and not self.shouted

    def _is_of_address(self, at: int) -> bool:
        return self._is_open(at) and self.said[at] not in self.lists.little | self.lists.address

    def _looks_like_one(self, at: int) -> bool:
        if not self._is_unknown(at):
            return self._is_capital(at) and self._leads(at, self.lists.titles) and self.said[at] not in self.lists.leads
        return self._leads(at, self.lists.leads) or self._is_capital(at)

    def _is_own(self, at: int, own: Sequence[str]) -> bool:
        word = self.said[at]
        if word in own:
            return True
        return word not in self.lists.ordinary and any(_alike(word, name) for name in own)

    def _goes_on(self, at: int) -> bool:
        """Whether a name goes on with this word."""
        return self._is_unknown(at) or self.said[at] in {"bin", "binti"} or len(self.said[at]) == 1

    def _leads(self, at: int, words: frozenset[str]) -> bool:
        """Whether one of these words stands right before; «bu, mau» is no name, «nama: mau» may be one."""
        return at > 0 and self.said[at - 1] in words and "," not in self.between[at] and "?" not in self.between[at]

    def _is_one(self, window: Sequence[int]) -> bool:
        """Whether the words are all there and nothing but spaces stands between them."""
        return all(self._is_open(at) or self.words[at] == NAME for at in window) and all(
            _JOINS.fullmatch(self.between[at]) for at in window[1:]
        )

    def _follow(self, at: int, most: int, belongs: Callable[[int], bool]) -> list[int]:
        """The words right after one, as long as they belong to it."""
        found: list[int] = []
        for place in range(at + 1, min(at + 1 + most, len(self.words))):
            glue = self.between[place] if place > at + 1 else self.between[place].replace(":", "")
            if not belongs(place) or not _JOINS.fullmatch(glue):
                break
            found.append(place)
        return found


def _clean(text: str) -> str:
    """NFKC, without invisible letters, which could hide a number, and without our own marks."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in folded if unicodedata.category(letter) not in {"Cf", "Co", "Me"})


def _counted(found: re.Match[str]) -> str:
    doubled = _DOUBLED.fullmatch(found[0])
    return found[0] if doubled and _folded(doubled[1]) in _lists().ordinary else NUMBER


def _folded(word: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if c.isalpha())
    return _HELD.sub(r"\1", bare)


def _own(names: Iterable[str]) -> list[str]:
    """The words of her names. A title within is no name."""
    words = {_folded(word) for name in names for word in _WORD.findall(_clean(name))}
    return sorted(word for word in words if len(word) > 1 and word not in _lists().titles)


def _alike(word: str, name: str) -> bool:
    if len(name) >= _PART and name in word:
        return True
    return len(name) >= _LONG and OSA.distance(word, name, score_cutoff=1) <= 1


@cache
def _lists() -> _Lists:
    read = tomllib.loads(_FILE.read_text("utf-8"))
    lists = {field.name: frozenset(read[field.name].split()) for field in fields(_Lists)}
    short = {word for known in meanings().items() for words in known for word in words.split()}
    return _Lists(**lists | {"ordinary": (lists["ordinary"] | short) - lists["names"]})
