"""Days, times of day and lengths of time, as coordinators type them. Days are understood from the day they were said."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.conversation.answers import NotUnderstood, read
from bot.conversation.words import plain

_DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_DAY_WORDS = {
    **{name: number for number, name in enumerate(_DAYS)}, "ahad": 6, "jum'at": 4, "jumaat": 4, "sen": 0, "sel": 1,
    "rab": 2, "kam": 3, "jum": 4, "sab": 5, "min": 6, "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3,
    "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_NEAR = {"hari ini": 0, "skrg": 0, "sekarang": 0, "today": 0, "besok": 1, "bsk": 1, "tomorrow": 1, "lusa": 2}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january", "februari feb pebruari february", "maret mar march", "april apr", "mei may", "juni jun june",
            "juli jul july", "agustus agu agt ags august aug", "september sep sept", "oktober okt october oct",
            "november nov nopember nop", "desember des december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NUMERIC = re.compile(r"\b(\d{1,2})[/. -](\d{1,2})(?:[/. -](\d{4}|\d{2}))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WORDED = re.compile(r"\b(\d{1,2}) ?([a-z]{3,9})\.?(?: (\d{4}))?\b")
_ALONE = re.compile(r"\b(?:tgl|tanggal)?\s*(\d{1,2})\b")
_TIME = re.compile(r"\b(setengah\s+)?(\d{1,2})(?:[.:](\d{2}))?\s*(pagi|siang|sore|malam|malem|am|pm)?\b")
_BETWEEN = re.compile(
    r"\s*(?:-|–|—|\bsampai\b|\bsampe\b|\bsmp\b|\bs/d\b|\bsd\b|\bhingga\b|\bto\b|\buntil\b)\s*"
)
_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(jam|j|hours?|h|menit|mnt|m|minutes?)\b")


def date_answer(today: date) -> Callable[[str], date]:
    """A parser of a day from today on: «5 desember», «5/12», «sabtu depan», «besok», «tgl 5», «2026-12-05».

    Raises NotUnderstood: "past" for a day that is over, "unknown" otherwise.
    """

    def parse(text: str) -> date:
        words = plain(read(text))
        for reader in (_iso, _worded, _numeric, _near, _weekday, _alone):
            found = reader(words, today)
            if found is not None:
                if found < today:
                    raise NotUnderstood("past")
                return found
        raise NotUnderstood("not_a_day")

    return parse


def _made(year: int, month: int, on: int) -> date | None:
    try:
        return date(year, month, on)
    except ValueError:
        return None


def _upcoming(month: int, on: int, today: date) -> date | None:
    this_year = _made(today.year, month, on)
    return _made(today.year + 1, month, on) if this_year is None or this_year < today else this_year


def _iso(words: str, today: date) -> date | None:
    match = _ISO.search(words)
    return _made(*(int(part) for part in match.groups())) if match else None


def _worded(words: str, today: date) -> date | None:
    for match in _WORDED.finditer(words):
        if month := _MONTHS.get(match[2]):
            return (
                _made(int(match[3]), month, int(match[1]))
                if match[3]
                else _upcoming(month, int(match[1]), today)
            )
    return None


def _numeric(words: str, today: date) -> date | None:
    match = _NUMERIC.search(words)
    if not match:
        return None
    on, month, year = int(match[1]), int(match[2]), match[3]
    if not year:
        return _upcoming(month, on, today)
    return _made(int(year) + (2000 if len(year) == 2 else 0), month, on)


def _near(words: str, today: date) -> date | None:
    return next(
        (today + timedelta(days=n) for word, n in _NEAR.items() if re.search(rf"\b{word}\b", words)), None
    )


def _weekday(words: str, today: date) -> date | None:
    number = next((_DAY_WORDS[token] for token in words.split() if token in _DAY_WORDS), None)
    if number is None:
        return None
    ahead = (number - today.weekday()) % 7 or 7
    next_week = re.search(r"\b(depan|dpn|next)\b", words) and today.weekday() < number
    return today + timedelta(days=ahead + (7 if next_week else 0))


def _alone(words: str, today: date) -> date | None:
    match = _ALONE.fullmatch(words)
    if not match:
        return None
    this_month = _made(today.year, today.month, int(match[1]))
    if this_month and this_month >= today:
        return this_month
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return _made(year, month, int(match[1]))


def clock_time(text: str) -> time:
    """A time of day: «9», «jam 9», «09.00», «setengah 2 siang», «7 malam». Without a word, 1 to 5 are afternoon."""
    words = plain(read(text)).replace("pukul", "").replace("jam", "").replace("wib", "").strip()
    match = _TIME.fullmatch(words) or _TIME.search(words)
    if not match:
        raise NotUnderstood("not_a_time")
    half, hour, minute, part = bool(match[1]), int(match[2]), int(match[3] or 0), match[4]
    if half:
        hour, minute = hour - 1, 30
    if (
        part in {"siang", "sore", "malam", "malem", "pm"}
        and hour < 12
        and not (part == "siang" and hour >= 10)
    ):
        hour += 12
    if part is None and 1 <= hour <= 5 and len(match[2]) == 1:
        hour += 12
    if hour > 23 or minute > 59:
        raise NotUnderstood("not_a_time")
    return time(hour, minute)


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, on one day."""

    start: time
    end: time


def time_range(text: str) -> Hours:
    """From when to when: «9-12», «09.00 sampai 12.00», «13.30 - 15.00»."""
    parts = _BETWEEN.split(plain(read(text)))
    if len(parts) != 2:
        raise NotUnderstood("not_a_range")
    start, end = clock_time(parts[0]), clock_time(parts[1])
    if end <= start and end.hour < 12:
        end = end.replace(hour=end.hour + 12)
    if end <= start:
        raise NotUnderstood("ends_before")
    return Hours(start, end)


def duration(text: str) -> int:
    """A length of time in minutes: «3 jam», «90 menit», «2,5 jam»."""
    found = _LENGTH.findall(plain(read(text)))
    minutes = sum(float(n.replace(",", ".")) * (60 if unit[0] in "jh" else 1) for n, unit in found)
    if not found or not 1 <= minutes <= 24 * 60:
        raise NotUnderstood("not_a_length")
    return round(minutes)
