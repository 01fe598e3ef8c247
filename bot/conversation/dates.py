"""Dates, times and numbers as people read them (`domain/glossary.md`, Formats). Times go in as aware UTC, come out in WIB."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names
from babel.numbers import format_decimal

WIB = ZoneInfo("Asia/Jakarta")
_LOCALES = {"id": "id", "en": "en_GB"}
_NEAR = {"id": ("hari ini", "besok", "lusa"), "en": ("today", "tomorrow", "the day after tomorrow")}


Width = Literal["wide", "abbreviated"]


@cache
def _names(kind: str, width: Width, language: str) -> Mapping[int, str]:
    """Names of days (Monday is 0) or months (January is 1)."""
    locale = _LOCALES.get(language, "id")
    names = get_day_names(width, locale=locale) if kind == "day" else get_month_names(width, locale=locale)
    return dict(names)


def _clock(at: datetime, language: str) -> str:
    return f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}"


def _date(on: date, language: str) -> str:
    return f"{on.day} {_names('month', 'wide', language)[on.month]}"


def full_moment(at: datetime, language: str = "id") -> str:
    """«Sabtu, 28 November 2026, pukul 09.00 WIB»."""
    local = at.astimezone(WIB)
    joint = "pukul" if language == "id" else "at"
    return f"{day(at, language)}, {joint} {_clock(local, language)} WIB"


def moment_range(start: datetime, end: datetime, language: str = "id") -> str:
    """«Sabtu, 28 November 2026, pukul 09.00–12.00 WIB»."""
    first, last = start.astimezone(WIB), end.astimezone(WIB)
    if first.date() != last.date():
        return f"{full_moment(start, language)} – {full_moment(end, language)}"
    joint = "pukul" if language == "id" else "at"
    return f"{day(start, language)}, {joint} {_clock(first, language)}–{_clock(last, language)} WIB"


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


def near_day(at: datetime, now: datetime, language: str = "id") -> str:
    """«besok (Sabtu, 28 November)», or the plain day when it is not today, tomorrow or the day after."""
    local = at.astimezone(WIB)
    days = (local.date() - now.astimezone(WIB).date()).days
    if 0 <= days <= 2:
        weekday = _names("day", "wide", language)[local.weekday()]
        return f"{_NEAR.get(language, _NEAR['id'])[days]} ({weekday}, {_date(local, language)})"
    return day(at, language)


def duration(minutes: int, language: str = "id") -> str:
    """«3 jam», «2,5 jam», «45 menit»."""
    length = timedelta(minutes=minutes)
    if minutes < 60 or (minutes % 30 and minutes < 120):
        return f"{minutes} {'menit' if language == 'id' else 'minutes'}"
    hours = length.total_seconds() / 3600
    unit = "jam" if language == "id" else ("hour" if hours == 1 else "hours")
    return f"{number(round(hours, 1), language)} {unit}"


def number(value: float, language: str = "id") -> str:
    """«1.250» and «2,5»."""
    return format_decimal(value, locale=_LOCALES.get(language, "id"))


def utc(on: date, hour: int, minute: int) -> datetime:
    """A day and a time of day in WIB, as aware UTC."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=WIB).astimezone(UTC)
