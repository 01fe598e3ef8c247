"""A woman's meetings as a calendar file (RFC 5545), so that her phone's own calendar reminds her too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event, Meeting, MeetingStatus

#: Longest line of a calendar file, in bytes (RFC 5545, 3.1).
LINE_BYTES = 75
#: Meetings that ended longer ago are left out.
_PAST_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting in the file."""

    meeting: Meeting
    event: Event


def calendar_of(session: Session, person_id: int, now: datetime) -> str:
    """The calendar file of her meetings. A cancelled meeting stays in it as cancelled, so that phones take it away."""
    rows = session.execute(
        sa.select(Meeting, Event)
        .join(Event, Event.id == Meeting.event_id)
        .join(Enrolment, Enrolment.event_id == Event.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.status.in_((EnrolmentStatus.ENROLLED, EnrolmentStatus.COMPLETED)),
            Meeting.ends_at > now - _PAST_SHOWN,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return as_calendar([Entry(meeting, event) for meeting, event in rows], now)


def as_calendar(entries: Iterable[Entry], now: datetime) -> str:
    """Entries as text with CRLF line ends. The same meeting keeps its UID, so a moved one moves in her calendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Berdaya//Jadwal//ID",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for entry in entries:
        lines += _entry(entry, now)
    return "".join(folded(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])


def _entry(entry: Entry, now: datetime) -> list[str]:
    meeting, event = entry.meeting, entry.event
    place = f"{event.venue} ({event.landmark})" if event.landmark else event.venue
    cancelled = meeting.status == MeetingStatus.CANCELLED
    lines = [
        "BEGIN:VEVENT",
        f"UID:meeting-{meeting.id}@berdaya",
        f"DTSTAMP:{_utc(now)}",
        f"SEQUENCE:{int(now.timestamp()) // 60}",  # newer files win in every calendar
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.ends_at)}",
        f"SUMMARY:{escaped(event.title)}",
        f"LOCATION:{escaped(place)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
    ]
    if event.latitude is not None and event.longitude is not None:
        lines.append(f"GEO:{event.latitude:.6f};{event.longitude:.6f}")
    return [*lines, "END:VEVENT"]


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """A text value (RFC 5545, 3.3.11)."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> str:
    """A line cut into pieces of at most 75 bytes, never inside a letter (RFC 5545, 3.1)."""
    pieces, piece, room = [], "", LINE_BYTES
    for letter in line:
        if len((piece + letter).encode()) > room:
            pieces.append(piece)
            piece, room = "", LINE_BYTES - 1  # the space before a continuation counts
        piece += letter
    return "\r\n ".join([*pieces, piece])
