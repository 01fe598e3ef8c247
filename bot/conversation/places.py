"""Areas of greater Tangerang, found by the names people really write.

`regions.csv` holds the official names; `popular_places.toml` the names people use beside them. Nothing here asks the
database: the areas are reference data, read once when they are first needed.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.conversation.words import plain

HERE = Path(__file__).parent
#: Instead of a code: she lives outside the areas served.
OUTSIDE = "luar"
#: Two names are abbreviated in the source (`domain/README.md`).
_LONG = {"Kmp Melayu Tim": "Kampung Melayu Timur", "Kmp Melayu Brt": "Kampung Melayu Barat"}
#: Words around a place name that say nothing about where it is.
_AROUND = re.compile(
    r"\b(saya|sy|aku|gw|gue|abdi|aye|kulo|rumah|rmh|rumahnya|tinggal|tinggalnya|tgl|domisili|di|d|ada|daerah|dr|dari|"
    r"kecamatan|kec|kelurahan|kel|desa|ds|bu|ibu|kak|teh|mbak|min|admin|ya|yah|nih|mah|deket|dekat|sini|"
    r"orang|asli|kota|kabupaten|kab|wilayah|alamat|alamatnya|i|live|in|from|am)\b\.?"
)
_OUTSIDE = re.compile(
    r"\b(di ?luar|luar (kota|daerah|tangerang)|outside|jakarta|jkt|bekasi|depok|bogor|serang|cilegon|lebak|rangkasbitung|"
    r"pandeglang|bandung)\b"
)
#: How alike two names must be, in percent, to be taken for the same and at least to be asked about.
SURE, MAYBE = 86, 74


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
    """An area her words may mean, and how alike the names are, in percent."""

    region: Region
    likeness: float


class Gazetteer:
    """All areas, by code and by name."""

    def __init__(self, regions: Iterable[Region], popular: Mapping[str, list[str]]) -> None:
        self._regions = {region.code: region for region in regions}
        self._popular = {_squeezed(name): codes for name, codes in popular.items()}
        self._kecamatan = self._names(r for r in self._regions.values() if r.level is Level.KECAMATAN)
        self._kelurahan = self._names(r for r in self._regions.values() if r.level is Level.KELURAHAN_DESA)

    def __contains__(self, code: object) -> bool:
        return code in self._regions

    def get(self, code: str) -> Region:
        """The area with this code. Raises KeyError."""
        return self._regions[code]

    def children(self, code: str) -> list[Region]:
        """The areas directly inside another."""
        return [region for region in self._regions.values() if region.parent_code == code]

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

    def find_kecamatan(self, text: str) -> list[Match]:
        """The kecamatan her words may mean, likeliest first. A kelurahan or a popular name leads to its kecamatan."""
        words = _squeezed(place_words(text))
        if not words:
            return []
        if codes := self._popular.get(words):
            return [Match(self._regions[code], 100) for code in codes if code in self._regions]
        own, inner = self._alike(words, self._kecamatan), self._alike(words, self._kelurahan)
        parents = [Match(self._regions[self.kecamatan_of(m.region.code)], m.likeness) for m in inner]
        if own and own[0].likeness >= SURE:
            equals = [m for m in parents if m.likeness >= 100 and own[0].likeness >= 100]
            return _distinct([m for m in own if m.likeness >= own[0].likeness - 4] + equals)
        popular = process.extractOne(words, list(self._popular), scorer=fuzz.ratio, score_cutoff=SURE)
        if popular and not (parents and parents[0].likeness > popular[1]):
            return [
                Match(self._regions[c], popular[1]) for c in self._popular[popular[0]] if c in self._regions
            ]
        return _distinct(sorted([*own, *parents], key=lambda m: -m.likeness))

    def find_kelurahan(self, text: str, kecamatan: str) -> list[Match]:
        """The kelurahan or desa of one kecamatan her words may mean, likeliest first."""
        inside = self._names(self.children(kecamatan))
        return _distinct(self._alike(_squeezed(place_words(text)), inside))

    def _names(self, regions: Iterable[Region]) -> dict[str, list[Region]]:
        names: dict[str, list[Region]] = {}
        for region in regions:
            names.setdefault(_squeezed(region.label), []).append(region)
        return names

    def _alike(self, words: str, names: Mapping[str, list[Region]]) -> list[Match]:
        if not words:
            return []
        if words in names:
            return [Match(region, 100) for region in names[words]]
        found = process.extract(words, list(names), scorer=fuzz.ratio, score_cutoff=MAYBE, limit=5)
        return [Match(region, score) for name, score, _ in found for region in names[name]]


def place_words(text: str) -> str:
    """Her words without what only surrounds a place name. If nothing is left, her words as they are."""
    words = plain(text)
    return " ".join(_AROUND.sub(" ", words).split()) or words


def is_outside(text: str) -> bool:
    """Whether she says that she lives outside the areas served."""
    return plain(text) == OUTSIDE or _OUTSIDE.search(plain(text)) is not None


@cache
def gazetteer() -> Gazetteer:
    """All areas, read once."""
    with (HERE / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = [
            Region(r["code"], Level(r["level"]), r["name"], r["parent_code"]) for r in csv.DictReader(file)
        ]
    return Gazetteer(regions, tomllib.loads((HERE / "popular_places.toml").read_text("utf-8")))


def _squeezed(name: str) -> str:
    """A name as it is compared: letters and digits only, and the ways of spelling that people mix up made one."""
    squeezed = re.sub(r"[^a-z0-9]", "", plain(name))
    return squeezed.replace("oe", "u").replace("dj", "j").replace("tj", "c")


def _distinct(matches: Iterable[Match]) -> list[Match]:
    kept: dict[str, Match] = {}
    for match in matches:
        kept.setdefault(match.region.code, match)
    return list(kept.values())
