"""From her words to the kecamatan they may mean, by code. The names are found in `place_names.py`, the areas are in `places.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.conversation.place_names import ONE_SLIP, SURE, Mention, NameIndex, tokens

#: Instead of a code: she lives outside the areas served.
OUTSIDE = "luar"
#: «Tangerang» is two cities, a regency and a kecamatan. The beginning of a code is what a name narrows it down to.
_WIDE = {
    "tangerang": "", "banten": "", "kota tangerang": "36.71", "tangerang kota": "36.71", "kotamadya tangerang": "36.71",
    "kab tangerang": "36.03", "kabupaten tangerang": "36.03", "tangerang kab": "36.03", "tangerang kabupaten": "36.03",
}  # fmt: skip
_KECAMATAN, _KELURAHAN = frozenset({"kec", "kecamatan"}), frozenset({"kel", "kelurahan", "desa", "ds"})
_BEYOND = frozenset({"luar", "diluar", "outside", "elsewhere"})
_NOT = frozenset({"bukan", "tidak", "tdk", "gak", "ga", "nggak", "ngga", "enggak", "not"})
#: Before a place: she lives there; she does not, or not any more.
_LIVES = frozenset("tinggal tinggalnya domisili rumah rmh rumahnya sekarang skrg live".split())
_AWAY = frozenset("bukan kerja kerjanya asal asli orang pindahan dulu deket dekat dkt jualan kantor lahir".split())
_LITTLE = frozenset("di d ke dari dr in from kota kab kabupaten kec kecamatan kel kelurahan desa provinsi".split())


class Kind(Enum):
    """What a name is the name of."""

    KECAMATAN = auto()
    KELURAHAN = auto()
    POPULAR = auto()
    OUTSIDE = auto()
    WIDE = auto()  #: more than one kabupaten/kota, or a whole one


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing a name may mean: a kecamatan, and the kelurahan that leads to it if it is one's name."""

    kind: Kind
    kecamatan: str = ""
    by: str = ""
    within: str = ""  #: the beginning of the codes a WIDE name covers


@dataclass(frozen=True, slots=True)
class Guess:
    """A kecamatan she may mean, how alike the names are in percent, and the kelurahan she may have named."""

    kecamatan: str
    likeness: float
    by: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What her words may mean, likeliest first; several if unsure."""

    guesses: tuple[Guess, ...] = ()
    outside: bool = False  #: she may live outside; together with guesses it is one more possibility
    too_wide: bool = False  #: she named only a city or regency


Place = Mention[Sense]


@dataclass(frozen=True)
class PlaceSearch:
    """All names, official and popular. `short` are abbreviations."""

    names: NameIndex[Sense]
    short: Mapping[str, str] = field(default_factory=dict)

    def find(self, text: str) -> Found:
        """The kecamatan her words may mean."""
        words = tokens(text, self.short)
        places = [_as_hinted(self.names.longer(place, words), words) for place in self.names.exact(words)]
        wide = [place for place in places if _is(place, Kind.WIDE)]
        named = [place for place in places if place not in wide]
        if _says_outside(words, named, wide):
            return Found(outside=True)
        if not named:
            rest = [word if not _covered(at, wide) else "di" for at, word in enumerate(words)]
            return _alternatives(self.names.alike(rest), wide)
        return _read(named, wide, words)

    def is_name(self, text: str) -> bool:
        """Whether these words, all of them, name a place, in the areas served or outside. A single word may have a slip."""
        words = tokens(text, self.short)
        if any((place.start, place.end) == (0, len(words)) for place in self.names.exact(words)):
            return True
        return len(words) == 1 and any(place.likeness >= ONE_SLIP for place in self.names.alike(words))


def wide_names() -> Iterable[tuple[str, Sense]]:
    """The names that are no answer because they cover too much."""
    return [(name, Sense(Kind.WIDE, within=within)) for name, within in _WIDE.items()]


def _is(place: Place, kind: Kind) -> bool:
    return any(sense.kind is kind for sense in place.senses)


def _covered(at: int, places: Sequence[Place]) -> bool:
    return any(place.start <= at < place.end for place in places)


def _as_hinted(place: Place, words: Sequence[str]) -> Place:
    """«Kec. Benda» is the kecamatan, «Kel. Benda» the kelurahan; plain «Tangerang» is not the kecamatan of that name."""
    before = words[place.start - 1] if place.start else ""
    wanted = Kind.KECAMATAN if before in _KECAMATAN else Kind.KELURAHAN if before in _KELURAHAN else None
    if wanted is None and _is(place, Kind.WIDE):
        wanted = Kind.WIDE
    kept = tuple(sense for sense in place.senses if sense.kind is wanted)
    return replace(place, senses=kept) if kept else place


def _says_outside(words: Sequence[str], named: Sequence[Place], wide: Sequence[Place]) -> bool:
    """«Di luar kota», «bukan di Tangerang»."""
    if _BEYOND.intersection(words):
        return True
    return not named and any(_NOT.intersection(words[max(place.start - 3, 0) : place.start]) for place in wide)


def _read(named: Sequence[Place], wide: Sequence[Place], words: Sequence[str]) -> Found:
    inside = _home([place for place in named if not _is(place, Kind.OUTSIDE)], words)
    away = _home([place for place in named if _is(place, Kind.OUTSIDE)], words)
    if not inside:
        return Found(outside=True)
    guesses = _agreed(inside, wide)
    return Found(guesses, outside=any(_follows(place, inside[-1], words) for place in away))


def _follows(city: Place, place: Place, words: Sequence[str]) -> bool:
    """«Kelapa Dua, Depok»: a city right after a place says where that place is."""
    return city.start >= place.end and all(word in _LITTLE for word in words[place.end : city.start])


def _home(places: list[Place], words: Sequence[str]) -> list[Place]:
    """Of several places the one she says she lives in; never the one she only works in, if there is another."""
    before = {place: _LIVES.intersection(words[max(place.start - 3, 0) : place.start]) for place in places}
    lived = [place for place in places if before[place]]
    kept = [place for place in places if not _AWAY.intersection(words[max(place.start - 2, 0) : place.start])]
    return (lived if len(lived) == 1 and len(kept) != 1 else kept) or places


def _agreed(places: Sequence[Place], wide: Sequence[Place]) -> tuple[Guess, ...]:
    """What all places she named have in common: «Babakan, Legok» is the one in Legok. If nothing, any of them."""
    common = [s for s in places[0].senses if all(_has(place, s.kecamatan) for place in places[1:])]
    if not common:
        common = [s for place in places for s in place.senses if s.kind is Kind.KECAMATAN]
    senses = common or [sense for place in places for sense in place.senses]
    return _guesses([(sense, 100.0) for sense in senses], wide)


def _has(place: Place, kecamatan: str) -> bool:
    return any(sense.kecamatan == kecamatan for sense in place.senses)


def _alternatives(places: Sequence[Place], wide: Sequence[Place]) -> Found:
    """What names only like hers may mean."""
    inside = [(s, p.likeness) for p in places for s in p.senses if s.kind not in {Kind.OUTSIDE, Kind.WIDE}]
    outside = bool(places) and _is(places[0], Kind.OUTSIDE) and places[0].likeness >= SURE
    too_wide = (not places and bool(wide)) or (bool(places) and _is(places[0], Kind.WIDE))
    return Found() if too_wide and inside else Found(_guesses(inside, wide), outside, too_wide)


def _guesses(senses: Iterable[tuple[Sense, float]], wide: Sequence[Place]) -> tuple[Guess, ...]:
    """One guess for each kecamatan, in the city or regency she named, if she did."""
    guesses: dict[str, Guess] = {}
    for sense, likeness in senses:
        guesses.setdefault(sense.kecamatan, Guess(sense.kecamatan, likeness, sense.by))
    within = [sense.within for place in wide for sense in place.senses if sense.within]
    narrowed = [guess for guess in guesses.values() if guess.kecamatan.startswith(tuple(within))] if within else []
    return tuple(narrowed or guesses.values())
