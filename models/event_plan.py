"""An event as a coordinator plans it: plain values, meetings by a weekly rule, and a slug of its own."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.events import Event, EventKind

#: Longest slug (`rules.md`, Conversation).
SLUG_LETTERS = 60
#: Letters of a title that fit a list row (`domain/glossary.md`, Lengths).
ROW_LETTERS = 24


@dataclass(frozen=True, slots=True)
class Times:
    """When one meeting starts and ends (aware)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class EventPlan:
    """A new event in plain values. `short_title` and `slug` are made from the title where they are not given."""

    kind: EventKind
    topic: str
    title: str
    description: str
    venue: str
    kecamatan: str
    capacity: int
    meetings: Sequence[Times]
    short_title: str | None = None
    slug: str | None = None
    landmark: str | None = None
    kelurahan_desa: str | None = None
    childcare: bool = False
    women_only: bool = False
    bring: Sequence[str] = ()
    cost: str = "gratis"
    organiser: str | None = None
    partner: str | None = None
    reserved_seats: int = 0
    min_meetings_for_certificate: int | None = None
    closes_at: datetime | None = None


def weekly(first: datetime, minutes: int, count: int, every_days: int = 7) -> tuple[Times, ...]:
    """`count` meetings of so many minutes, the first at `first`, then every so many days at the same time of day."""
    starts = [first + timedelta(days=every_days * number) for number in range(count)]
    return tuple(Times(start, start + timedelta(minutes=minutes)) for start in starts)


def short(title: str) -> str:
    """A title that fits a list row, cut at a word where possible."""
    if len(title) <= ROW_LETTERS:
        return title
    cut = title[: ROW_LETTERS + 1].rsplit(" ", 1)[0]
    return cut[:ROW_LETTERS]


def free_slug(session: Session, title: str) -> str:
    """A slug made from a title that no other event has: «menjahit-dasar», «menjahit-dasar-2»."""
    wish = _as_slug(title)
    taken = set(session.scalars(sa.select(Event.slug).where(Event.slug.startswith(wish, autoescape=True))))
    if wish not in taken:
        return wish
    endings = (f"-{number}" for number in range(2, len(taken) + 3))
    return next(slug for ending in endings if (slug := wish[: SLUG_LETTERS - len(ending)] + ending) not in taken)


def _as_slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LETTERS].strip("-") or "kegiatan"
