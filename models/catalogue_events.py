"""The events of a catalogue: relative dates are resolved once, at the first import; later imports change texts only."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.catalogue_checks import SLUG, Fields, Known, as_moment
from models.event_plan import ROW_LETTERS, Times, short, weekly
from models.events import Event, EventKind, EventStatus, Meeting
from models.programme import WIB

#: Weekdays as the catalogue writes them; Sunday is "ahad", since "minggu" also means week.
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (("senin",), ("selasa",), ("rabu",), ("kamis",), ("jumat",), ("sabtu",), ("ahad", "minggu"))
    )
    for name in names
}
#: What a later import may change.
_TEXTS = (
    "kind", "topic", "title", "short_title", "description", "venue", "landmark", "kecamatan", "kelurahan_desa",
    "latitude", "longitude", "childcare", "women_only", "bring", "cost", "organiser", "partner",
    "min_meetings_for_certificate",
)  # fmt: skip


class ImportStatus(StrEnum):
    """How an event may come in."""

    DRAFT = "draft"
    PUBLISHED = "published"


#: Every key of an event in a catalogue.
KEYS = frozenset(
    {
        "slug", "title", "short_title", "kind", "topic", "description", "meetings", "meeting_minutes", "weekday",
        "start_time", "first_in_days", "interval_days", "starts_at", "closes_at", "venue", "landmark", "kelurahan_desa",
        "kecamatan", "latitude", "longitude", "capacity", "sample_taken", "reserved_seats", "childcare", "women_only",
        "bring", "cost", "certificate", "min_meetings_for_certificate", "organiser", "partner", "origin", "status",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as read: column values, and its meetings as they would be if it were new."""

    slug: str
    values: Mapping[str, Any]
    times: tuple[Times, ...]
    dates_are_relative: bool


def read_event(fields: Fields, now: datetime, topics: Collection[str], known_region: Known) -> EventRow:
    """Read an event; what is wrong with it stands in `fields.problems`."""
    slug = str(fields.text("slug", 60))
    if slug and not SLUG.fullmatch(slug):
        fields.wrong(f"slug {slug!r} may hold only a-z, 0-9 and -")
    times = _times(fields, now)
    title = str(fields.text("title", 80))
    kecamatan = fields.region("kecamatan", known_region)
    capacity = fields.number("capacity", 1)
    values = {
        "kind": fields.one_of("kind", EventKind),
        "topic": fields.topic("topic", topics),
        "title": title,
        "short_title": fields.text("short_title", ROW_LETTERS, short(title)),
        "description": fields.text("description", 1000, ""),
        "venue": fields.text("venue", 120),
        "landmark": fields.text("landmark", 120, None),
        "kecamatan": kecamatan,
        "kelurahan_desa": fields.region("kelurahan_desa", known_region, within=kecamatan, default=None),
        "latitude": fields.data.get("latitude"),
        "longitude": fields.data.get("longitude"),
        "capacity": capacity,
        "reserved_seats": fields.number("reserved_seats", 0, capacity, fields.number("sample_taken", 0, capacity, 0)),
        "childcare": fields.flag("childcare", False),
        "women_only": fields.flag("women_only", False),
        "bring": fields.texts("bring"),
        "cost": fields.text("cost", 60, "gratis"),
        "organiser": fields.text("organiser", 120, None),
        "partner": fields.text("partner", 120, None),
        "min_meetings_for_certificate": _certificate(fields, len(times)),
        "status": EventStatus(fields.one_of("status", ImportStatus, ImportStatus.PUBLISHED).value),
        "closes_at": fields.moment("closes_at"),
        "origin": fields.text("origin", 20, "catalogue"),
    }
    return EventRow(slug, values, times, "starts_at" not in fields.data)


def unknown_keys(fields: Fields) -> str:
    """The keys of an event nobody reads, perhaps misspelt, in one sentence; empty where there are none."""
    found = sorted(set(fields.data) - KEYS)
    return "; ".join(f"{key} is not used{_perhaps(key)}" for key in found)


def _perhaps(key: str) -> str:
    close = difflib.get_close_matches(key, KEYS, 1)
    return f", did you mean {close[0]}?" if close else ""


def _certificate(fields: Fields, meetings: int) -> int | None:
    if not fields.flag("certificate", "min_meetings_for_certificate" in fields.data):
        return None
    return int(fields.number("min_meetings_for_certificate", 1, max(meetings, 1), max(meetings, 1)))


def _times(fields: Fields, now: datetime) -> tuple[Times, ...]:
    minutes = fields.number("meeting_minutes", 1, 24 * 60, 120)
    if "starts_at" not in fields.data:
        return _relative_times(fields, now, minutes)
    given = fields.data["starts_at"]
    starts = [as_moment(value, "starts_at", fields) for value in (given if isinstance(given, list) else [given])]
    if not starts:
        fields.wrong("starts_at names no meeting")
    return tuple(Times(at, at + timedelta(minutes=minutes)) for at in sorted(filter(None, starts)))


def _relative_times(fields: Fields, now: datetime, minutes: int) -> tuple[Times, ...]:
    """The first `weekday` on or after today + `first_in_days`, then every `interval_days`."""
    count = fields.number("meetings", 1, 100)
    weekday = WEEKDAYS.get(str(fields.text("weekday", 10)).lower())
    if weekday is None:
        fields.wrong(f"weekday must be one of {', '.join(WEEKDAYS)}")
    clock = _clock(fields)
    every = fields.number("interval_days", 1 if count > 1 else 0, 366, 7)
    earliest = now.astimezone(WIB).date() + timedelta(days=fields.number("first_in_days", 0, 3660, 0))
    first = earliest + timedelta(days=((weekday or 0) - earliest.weekday()) % 7)
    return weekly(datetime.combine(first, clock, WIB), minutes, count, every)


def _clock(fields: Fields) -> time:
    text = str(fields.text("start_time", 8))
    try:
        return time.fromisoformat(text)
    except ValueError:
        fields.wrong(f"start_time {text!r} is no time such as 09:00")
        return time(9)


def add_event(session: Session, row: EventRow, now: datetime) -> None:
    """Write down an event that is new."""
    event = Event(slug=row.slug, created_at=now, **row.values)
    session.add(event)
    session.flush()
    session.add_all(Meeting(event_id=event.id, starts_at=t.starts_at, ends_at=t.ends_at) for t in row.times)


def changed_fields(event: Event, row: EventRow) -> list[str]:
    """Which texts of a known event the catalogue words differently."""
    return [name for name in _TEXTS if getattr(event, name) != row.values[name]]


def update_event(event: Event, row: EventRow) -> None:
    """Take over the catalogue's texts; dates, seats and status stay what coordinators made of them."""
    for name in _TEXTS:
        setattr(event, name, row.values[name])


def differences(session: Session, event: Event, row: EventRow) -> list[str]:
    """What differs and is not changed by an import: dates, seats, status."""
    starts = list(session.scalars(sa.select(Meeting.starts_at).where(Meeting.event_id == event.id)))
    pattern = _weekly_pattern if row.dates_are_relative else _exactly
    kept = []
    if pattern(starts) != pattern([t.starts_at for t in row.times]):
        kept.append("the dates differ; those in the database were kept")
    if event.capacity != row.values["capacity"]:
        kept.append(f"the capacity differs; {event.capacity} was kept")
    return kept


def _weekly_pattern(starts: list[datetime]) -> object:
    local = [at.astimezone(WIB) for at in starts]
    return len(local), sorted({(at.weekday(), at.time()) for at in local})


def _exactly(starts: list[datetime]) -> object:
    return sorted(at.timestamp() for at in starts)
