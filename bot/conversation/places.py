"""Areas of greater Tangerang, by code and by the names people really write.

`regions.csv` holds the official names; `popular_places.toml` the names and abbreviations people use beside them. Nothing
here asks the database: the areas are reference data, read once when they are first needed. How names are found in a
sentence is in `place_search.py`.
"""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from bot.conversation.place_names import NameIndex, tokens
from bot.conversation.place_search import OUTSIDE, Found, Kind, PlaceSearch, Sense, wide_names

HERE = Path(__file__).parent
#: Two names are abbreviated in the source (`domain/README.md`).
_LONG = {"Kmp Melayu Tim": "Kampung Melayu Timur", "Kmp Melayu Brt": "Kampung Melayu Barat"}


class Level(StrEnum):
    """Which sort of area."""

    KABUPATEN_KOTA = "kabupaten_kota"
    KECAMATAN = "kecamatan"
    KELURAHAN_DESA = "kelurahan_desa"


@dataclass(frozen=True, slots=True)
class Region:
    """One area, by its official code."""

    code: str
    level: Level
    name: str
    parent_code: str

    @property
    def label(self) -> str:
        """Its name in full."""
        return _LONG.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Match:
    """An area her words may mean, how alike the names are in percent, and the kelurahan that led to it, if one did."""

    region: Region
    likeness: float
    by: Region | None = None


@dataclass(frozen=True, slots=True)
class Popular:
    """The names people use beside the official ones (`popular_places.toml`)."""

    places: Mapping[str, list[str]] = field(default_factory=dict)  #: name → codes of kecamatan
    outside: Iterable[str] = ()  #: names of places outside the areas served
    short: Mapping[str, str] = field(default_factory=dict)  #: abbreviation → what it stands for


class Gazetteer:
    """All areas, by code and by name."""

    def __init__(self, regions: Iterable[Region], popular: Popular) -> None:
        """`regions` in the order in which they are listed to people, parents before children."""
        self._regions = {region.code: region for region in regions}
        self._children: dict[str, list[Region]] = {code: [] for code in self._regions}
        for region in self._regions.values():
            if region.parent_code:
                self._children[region.parent_code].append(region)
        self._short = popular.short
        self._search = PlaceSearch(NameIndex(self._names(popular)), popular.short)
        self._inside = {code: NameIndex((r.label, r) for r in inside) for code, inside in self._children.items()}

    def __contains__(self, code: object) -> bool:
        return code in self._regions

    def get(self, code: str) -> Region:
        """The area with this code. Raises KeyError."""
        return self._regions[code]

    @property
    def names(self) -> list[str]:
        """The names of all areas, as they are shown."""
        return list(dict.fromkeys(region.label for region in self._regions.values()))

    def children(self, code: str) -> list[Region]:
        """The areas directly inside another."""
        return list(self._children.get(code, ()))

    def kecamatan_of(self, code: str) -> str:
        """The code of the kecamatan an area lies in; a kecamatan lies in itself."""
        region = self._regions[code]
        return region.parent_code if region.level is Level.KELURAHAN_DESA else code

    def title(self, code: str) -> str:
        """«Kec. Cipondoh», «Kel. Poris Plawad», «Desa Matagara», «Kota Tangerang»; «di luar Tangerang» for outside."""
        if code == OUTSIDE:
            return "di luar Tangerang"
        region = self._regions[code]
        if region.level is Level.KABUPATEN_KOTA:
            return region.label
        if region.level is Level.KECAMATAN:
            return f"Kec. {region.label}"
        return f"{'Kel.' if code.rsplit('.', 1)[-1].startswith('1') else 'Desa'} {region.label}"

    def full_title(self, code: str) -> str:
        """With the area around it: «Kec. Cipondoh, Kota Tangerang»."""
        parent = self._regions[code].parent_code if code in self._regions else ""
        return f"{self.title(code)}, {self.title(parent)}" if parent else self.title(code)

    def near(self, one: str, other: str) -> int:
        """0 in the same kecamatan, 1 in the same kabupaten/kota, 2 farther."""
        if one not in self._regions or other not in self._regions:
            return 2
        first, second = self.kecamatan_of(one), self.kecamatan_of(other)
        return 0 if first == second else (1 if first[:5] == second[:5] else 2)

    def search(self, text: str) -> Found:
        """Where her words say she lives: kecamatan, outside, or too wide to tell."""
        return self._search.find(text)

    def is_name(self, words: str) -> bool:
        """Whether these words, all of them, are a place's name."""
        return self._search.is_name(words)

    def find_kecamatan(self, text: str) -> list[Match]:
        """The kecamatan her words may mean, likeliest first. A kelurahan or a popular name leads to its kecamatan."""
        return self.matches(self.search(text))

    def matches(self, found: Found) -> list[Match]:
        """The areas of what was found."""
        return [Match(self._regions[g.kecamatan], g.likeness, self._regions.get(g.by)) for g in found.guesses]

    def find_kelurahan(self, text: str, kecamatan: str) -> list[Match]:
        """The kelurahan or desa of one kecamatan her words may mean, likeliest first."""
        inside, words = self._inside.get(kecamatan), tokens(text, self._short)
        if inside is None:
            return []
        kept: dict[str, Match] = {}
        exact = [inside.longer(mention, words) for mention in inside.exact(words)]
        for mention in exact or inside.alike(words):
            for region in mention.senses:
                kept.setdefault(region.code, Match(region, mention.likeness))
        return list(kept.values())

    def _names(self, popular: Popular) -> Iterable[tuple[str, Sense]]:
        for region in self._regions.values():
            if region.level is Level.KECAMATAN:
                yield region.label, Sense(Kind.KECAMATAN, region.code)
            elif region.level is Level.KELURAHAN_DESA:
                yield region.label, Sense(Kind.KELURAHAN, region.parent_code, region.code)
        for name, codes in popular.places.items():
            yield from ((name, Sense(Kind.POPULAR, code)) for code in codes)
        yield from ((name, Sense(Kind.OUTSIDE)) for name in popular.outside)
        yield from wide_names()


@cache
def gazetteer() -> Gazetteer:
    """All areas, read once."""
    with (HERE / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = [Region(r["code"], Level(r["level"]), r["name"], r["parent_code"]) for r in csv.DictReader(file)]
    used = tomllib.loads((HERE / "popular_places.toml").read_text("utf-8"))
    return Gazetteer(regions, Popular(used["tempat"], used["luar"], used["singkatan"]))
