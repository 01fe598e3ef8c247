"""Dates, times and numbers as people read them (`domain/glossary.md`, Formats). Times go in as aware UTC, come out in WIB.

Names and signs come from Babel, once for each language; putting them together is ours, since every message does it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

WIB = ZoneInfo("Asia/Jakarta")
_LOCALES = {"id": "id", "en": "en"}
_NEAR = {"id": ("hari ini", "besok", "lusa"), "en": ("today", "tomorrow", "the day after tomorrow")}
#: Digits kept after the decimal sign.
_DECIMALS = 2


Width = Literal["wide", "abbreviated"]


@cache
def _names(kind: str, width: Width, language: str) -> Mapping[int, str]:
    """Names of days (Monday is 0) or months (January is 1)."""
    locale = _LOCALES.get(language, "id")
    names = get_day_names(width, locale=locale) if kind == "day" else get_month_names(width, locale=locale)
    return dict(names)


@cache
def _signs(language: str) -> dict[int, str]:
    """From Python's signs for thousands and decimals to a language's own."""
    locale = _LOCALES.get(language, "id")
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def _clock(at: datetime, language: str) -> str:
    return f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}"


def _date(on: date, language: str) -> str:
    return f"{on.day} {_names('month', 'wide', language)[on.month]}"


def _at(language: str) -> str:
    return "pukul" if language == "id" else "at"


def full_moment(at: datetime, language: str = "id") -> str:
    """«Sabtu, 28 November 2026, pukul 09.00 WIB»."""
    return f"{day(at, language)}, {_at(language)} {_clock(at.astimezone(WIB), language)} WIB"


def moment_range(start: datetime, end: datetime, language: str = "id") -> str:
    """«Sabtu, 28 November 2026, pukul 09.00–12.00 WIB»."""
    first, last = start.astimezone(WIB), end.astimezone(WIB)
    if first.date() != last.date():
        return f"{full_moment(start, language)} – {full_moment(end, language)}"
    return f"{day(start, language)}, {_at(language)} {_clock(first, language)}–{_clock(last, language)} WIB"


def row_moment(at: datetime, language: str = "id") -> str:
    """«Sab 28 Nov, 09.00», short enough for a row of a list."""
    local = at.astimezone(WIB)
    weekday = _names("day", "abbreviated", language)[local.weekday()]
    month = _names("month", "abbreviated", language)[local.month]
    return f"{weekday} {local.day} {month}, {_clock(local, language)}"


def day(at: datetime, language: str = "id") -> str:
    """«Sabtu, 28 November 2026»."""
    local = at.astimezone(WIB)
    return f"{_names('day', 'wide', language)[local.weekday()]}, {_date(local, language)} {local.year}"


def short_day(on: date, language: str = "id") -> str:
    """«Sab 28 Nov 2026», a day without a time, short enough for a row of a list."""
    weekday = _names("day", "abbreviated", language)[on.weekday()]
    return f"{weekday} {on.day} {_names('month', 'abbreviated', language)[on.month]} {on.year}"


def near_day(at: datetime, now: datetime, language: str = "id") -> str:
    """«besok (Sabtu, 28 November)», or the plain day when it is not today, tomorrow or the day after."""
    local = at.astimezone(WIB)
    days = (local.date() - now.astimezone(WIB).date()).days
    if 0 <= days <= 2:
        weekday = _names("day", "wide", language)[local.weekday()]
        return f"{_NEAR.get(language, _NEAR['id'])[days]} ({weekday}, {_date(local, language)})"
    return day(at, language)


def duration(minutes: int, language: str = "id") -> str:
    """«3 jam», «2,5 jam», «45 menit», «2 jam 15 menit»: whole and half hours in hours, the rest to the minute."""
    hours, rest = divmod(minutes, 60)
    if hours and rest in {0, 30}:
        return _counted(hours + rest / 60, "jam", "hour", language)
    parts = [_counted(hours, "jam", "hour", language)] if hours else []
    return " ".join([*parts, _counted(rest, "menit", "minute", language)])


def _counted(count: float, indonesian: str, english: str, language: str) -> str:
    unit = indonesian if language == "id" else english if count == 1 else f"{english}s"
    return f"{number(count, language)} {unit}"


def number(value: float, language: str = "id") -> str:
    """«1.250» and «2,5»: at most two decimals."""
    written = f"{value:,}" if isinstance(value, int) else f"{value:,.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return written.translate(_signs(language))


def utc(on: date, hour: int, minute: int) -> datetime:
    """A day and a time of day in WIB, as aware UTC."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=WIB).astimezone(UTC)
