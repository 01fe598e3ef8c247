"""How coordinators answer: one line, a rhythm of meetings, a day with a time, things to bring, a point on the map.

Pure functions from words to a value, like those in `bot/conversation/answers.py`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.conversation.answers import NotUnderstood, read, whole_number
from bot.conversation.answers_people import place_name
from bot.conversation.answers_when import clock_time, date_answer
from bot.conversation.dates import WIB
from bot.conversation.place_search import OUTSIDE
from bot.conversation.words import plain

#: Most meetings of one event, most things to bring, and the longest of them.
MEETINGS, THINGS, THING = 60, 10, 60
#: What somebody writes to leave an answer empty again.
NOTHING = frozenset({"-", "kosong", "tidak ada", "none", "nothing"})
_EVERY = re.compile(r"\b(?:tiap|setiap|every)\s*(\d{1,2})?\s*(hari|day|days|minggu|pekan|week|weeks)\b")
_TIME = re.compile(r"\b(?:jam|pukul|pkl|at)\s*(.+)$|\b(\d{1,2}[.:]\d{2}(?:\s*wib)?)$")
#: «sekarang aja», «kirim sekarang»: at once, and not some time today.
_NOW = re.compile(
    r"(?:kirim )?(?:sekarang|skrg|skrang|langsung)(?: aja| saja| juga| dong| ya)*|kirim(?: aja| saja)?|(?:send )?now"
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many meetings, and how many days from one to the next."""

    count: int
    every_days: int


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


def one_line(longest: int) -> Callable[[str], str]:
    """A parser of a line of words. Raises NotUnderstood("too_long")."""

    def parse(text: str) -> str:
        words = read(text)
        if len(words) > longest:
            raise NotUnderstood("too_long", longest=longest)
        return words

    return parse


def empty_or(parser: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser of an answer that may be left or made empty: «-», «tidak ada»; then None."""

    def parse(text: str) -> Any:
        return None if plain(text) in NOTHING else parser(text)

    return parse


def event_place(text: str) -> str:
    """The kecamatan an event takes place in, as its code: always one of those served."""
    code = place_name(text)
    if code == OUTSIDE:
        raise NotUnderstood("outside")
    return code


def rhythm(text: str) -> Rhythm:
    """«4», «8 kali tiap pekan», «6 kali tiap 2 minggu», «5 tiap hari». Weekly, if nothing is said of it."""
    words = plain(read(text))
    every, days = _EVERY.search(words), 7
    if every:
        days = int(every[1] or 1) * (1 if every[2] in {"hari", "day", "days"} else 7)
    count = whole_number(1, MEETINGS)(_EVERY.sub("", words) or words)
    return Rhythm(count, max(days, 1))


def things(text: str) -> tuple[str, ...]:
    """What to bring: «kain 2 meter, gunting»."""
    parts = [" ".join(part.split()) for part in re.split(r"[,;\n]", text[:2000])]
    found = tuple(dict.fromkeys(part for part in parts if part))
    if not found:
        raise NotUnderstood("empty")
    if len(found) > THINGS or any(len(part) > THING for part in found):
        raise NotUnderstood("too_long", longest=THING)
    return found


def point(words: str) -> Point:
    """A location she shared, kept as `geo:<latitude>,<longitude>`."""
    name, _, degrees = words.partition(":")
    try:
        latitude, longitude = (float(part) for part in degrees.split(","))
    except ValueError:
        raise NotUnderstood("not_a_point") from None
    if name != "geo" or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise NotUnderstood("not_a_point")
    return Point(latitude, longitude)


def day_and_time(at: datetime, without_time: time) -> Callable[[str], datetime]:
    """A parser of a moment after `at`, as aware UTC: «besok jam 9», «sabtu», «5 desember 17.00», «jam 16».

    Only a day: at `without_time` (WIB). Only a time: the next one. «Sekarang» is `at` itself. Raises
    NotUnderstood("past").
    """

    def parse(text: str) -> datetime:
        words = plain(read(text))
        if _NOW.fullmatch(words):
            return at
        found = _TIME.search(words)
        clock = clock_time(found[1] or found[2]) if found else without_time
        day = words[: found.start()].strip() if found else words
        today = at.astimezone(WIB).date()
        on = date_answer(today)(day) if day else _next(clock, at, today)
        moment = datetime.combine(on, clock, WIB).astimezone(UTC)
        if moment <= at:
            raise NotUnderstood("past")
        return moment

    return parse


def _next(clock: time, at: datetime, today: date) -> date:
    return today if datetime.combine(today, clock, WIB) > at else today + timedelta(days=1)
