"""The evening before a meeting, the coordinators hear who comes, who cannot, and who has not answered."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import attendance, notices
from models.events import Event, EventStatus, Meeting, MeetingStatus
from models.programme import WIB, Programme

#: Two hours after the first reminder asked, in WIB: by then most have answered.
AT = time(20)
#: Under this name a meeting remembers for which start its summary went.
SUMMARY = "summary"


def run(session: Session, now: datetime, programme: Programme) -> int:
    """Write the summaries that are due; how many rows."""
    soon = session.execute(
        sa.select(Meeting, Event)
        .join(Event, Event.id == Meeting.event_id)
        .where(
            Meeting.starts_at > now,
            Meeting.starts_at <= now + timedelta(days=2),
            Meeting.status == MeetingStatus.PLANNED,
            Event.status == EventStatus.PUBLISHED,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    return sum(_sum_up(session, meeting, event, now, programme) for meeting, event in soon)


def due(starts_at: datetime, programme: Programme) -> datetime:
    """When a meeting's summary goes: at 20.00 the evening before, earlier where the quiet hours begin earlier."""
    eve = starts_at.astimezone(WIB).date() - timedelta(days=1)
    at = datetime.combine(eve, AT, WIB)
    return programme.quiet.began_before(at) - timedelta(minutes=1) if programme.quiet.holds(at) else at


def _sum_up(session: Session, meeting: Meeting, event: Event, now: datetime, programme: Programme) -> int:
    start = notices.stamp(meeting.starts_at)
    if meeting.swept.get(SUMMARY) == start or now < due(meeting.starts_at, programme):
        return 0
    meeting.swept = {**meeting.swept, SUMMARY: start}
    counts = attendance.counts(session, meeting.id)
    if not counts.expected:
        return 0
    return notices.attendance_summary(session, event, meeting, counts.as_values(), now, programme)
