"""Values inside a sentence that depend on language or time: stored as plain JSON, worded when the message is sent.

A value is a string, a number, or a small mapping with one tag. `models/notices.py` writes the same mappings by hand,
because models import nothing of ours; a test holds the two together.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Value = str | int | float | Mapping[str, Any]


def say(key: str, **values: Value) -> Value:
    """A sentence inside a sentence, by its key in `texts/`."""
    return {"say": key, "with": values} if values else {"say": key}


def moment(at: datetime) -> Value:
    """«Sabtu, 28 November 2026, pukul 09.00 WIB»."""
    return {"moment": at.isoformat()}


def moment_range(start: datetime, end: datetime) -> Value:
    """«Sabtu, 28 November 2026, pukul 09.00–12.00 WIB»."""
    return {"range": [start.isoformat(), end.isoformat()]}


def row_moment(at: datetime) -> Value:
    """«Sab 28 Nov, 09.00», for a row of a list."""
    return {"row": at.isoformat()}


def day(at: datetime) -> Value:
    """«Sabtu, 28 November 2026»."""
    return {"day": at.isoformat()}


def near_day(at: datetime) -> Value:
    """«besok (Sabtu, 28 November)», seen from the moment of sending."""
    return {"near": at.isoformat()}


def place(code: str) -> Value:
    """The full title of an area: «Kec. Cipondoh, Kota Tangerang»."""
    return {"place": code}


def area(code: str) -> Value:
    """The short name of an area: «Cipondoh»."""
    return {"area": code}


def minutes(count: int) -> Value:
    """A length of time: «3 jam», «2,5 jam»."""
    return {"minutes": count}


def joined(values: Iterable[Value], by: str = "\n") -> Value:
    """Several values in a row."""
    return {"list": list(values), "by": by}
