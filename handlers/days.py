"""Whether a moment is on the day or in the time that somebody named (`bot.understanding.when`)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from bot.conversation.values import Value, say
from models.programme import WIB

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "ahad")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_after(day: date) -> tuple[int, int]:
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


#: A code → whether a day is meant by it, seen from today.
_MEANT: Mapping[str, Callable[[date, date], bool]] = {
    "hari_ini": lambda day, today: day == today,
    "besok": lambda day, today: day == today + timedelta(days=1),
    "lusa": lambda day, today: day == today + timedelta(days=2),
    "minggu_ini": lambda day, today: _monday(day) == _monday(today),
    "minggu_depan": lambda day, today: _monday(day) == _monday(today) + timedelta(days=7),
    "akhir_pekan": lambda day, today: day.weekday() >= 5,
    "bulan_ini": lambda day, today: (day.year, day.month) == (today.year, today.month),
    "bulan_depan": lambda day, today: (day.year, day.month) == _month_after(today),
}


def is_on(when: str, at: datetime, now: datetime) -> bool:
    """Whether a moment is on the day named. A weekday is any such day that comes; a date without year is the next one."""
    day, today = at.astimezone(WIB).date(), now.astimezone(WIB).date()
    if when in _MEANT:
        return _MEANT[when](day, today)
    if when in _WEEKDAYS:
        return _WEEKDAYS[day.weekday()] == when
    return f"{day:%m-%d}" == when


def worded(when: str) -> Value:
    """«hari Sabtu», «pekan depan», «tanggal 5-12»."""
    if when in _MEANT or when in _WEEKDAYS:
        return say(f"understood.day.{when}")
    month, _, day = when.partition("-")
    return say("understood.day.date", day=int(day), month=say(f"understood.month.{month}"))
