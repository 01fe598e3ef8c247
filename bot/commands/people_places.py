"""Kecamatan as people write them into a list: by code, or by a name only one of them has."""

import re
from collections.abc import Callable, Iterable

from bot.conversation.place_search import OUTSIDE
from bot.conversation.places import Gazetteer, Level, gazetteer

_CODE = re.compile(r"(\d\d)\.?(\d\d)\.?(\d\d)")
_TITLE = re.compile(r"kec(?:amatan|\.)?\s+", re.IGNORECASE)
_OUTSIDE = frozenset({OUTSIDE, "di luar tangerang", "luar tangerang"})


def kecamatan_finder(regions: Iterable[str]) -> Callable[[str], str]:
    """From what stands in a list to a code: any code there is, and names inside these kabupaten and kota.

    What it gives back raises ValueError with what is wrong.
    """
    areas = gazetteer()
    by_name = _by_name(areas, regions)

    def find(typed: str) -> str:
        if typed.lower() in _OUTSIDE:
            return OUTSIDE
        if match := _CODE.fullmatch(typed):
            code = ".".join(match.groups())
            if code not in areas or areas.get(code).level is not Level.KECAMATAN:
                raise ValueError(f"there is no kecamatan {typed} in greater Tangerang; {OUTSIDE} means outside")
            return code
        return _only(areas, typed, by_name.get(_folded(_TITLE.sub("", typed, count=1)), []))

    return find


def _by_name(areas: Gazetteer, regions: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for region in (inside for code in regions for inside in areas.children(code)):
        found.setdefault(_folded(region.label), []).append(region.code)
    return found


def _only(areas: Gazetteer, typed: str, codes: list[str]) -> str:
    if not codes:
        raise ValueError(f"{typed!r} is no kecamatan of greater Tangerang; write its name or code, or {OUTSIDE}")
    if len(codes) > 1:
        meant = ", ".join(f"{code} ({areas.full_title(code)})" for code in codes)
        raise ValueError(f"{typed!r} names more than one kecamatan; write the code: {meant}")
    return codes[0]


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
