"""Moving, cancelling and adding single meetings. What was on its way about them is taken back, everybody is told."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import notices, outbox, roles
from models.attendance import MeetingCancelled, NoSuchMeeting
from models.base import Refused
from models.enrolments import Answer, Attendance
from models.event_editing import open_to_change
from models.event_plan import Times
from models.events import Event, EventStatus, Meeting, MeetingStatus
from models.messages import OutboxMessage, Status
from models.programme import Programme


class InThePast(Refused):
    """A meeting cannot be put into the past, and one that has begun cannot be moved or cancelled."""

    key = "refused.in_the_past"


class MeetingExists(Refused):
    """The event has a meeting that begins at that moment (`event`, `when`)."""

    key = "refused.meeting_exists"


class OnlyMeeting(Refused):
    """The last planned meeting of an event cannot be cancelled alone: cancel the event."""

    key = "refused.only_meeting"


def move_meeting(
    session: Session,
    actor_id: int | None,
    meeting_id: int,
    starts_at: datetime,
    now: datetime,
    programme: Programme,
    ends_at: datetime | None = None,
) -> Meeting:
    """Move a meeting; without `ends_at` it stays as long as it was. Answers to the old time are forgotten.

    The same time again changes nothing and tells nobody. Raises NotAllowed, NoSuchMeeting, EventOver,
    MeetingCancelled, InThePast.
    """
    actor, event, meeting = _changeable(session, actor_id, meeting_id, now)
    until = ends_at or starts_at + (meeting.ends_at - meeting.starts_at)
    if starts_at <= now or until <= starts_at:
        raise InThePast
    before = meeting.starts_at
    if (before, meeting.ends_at) == (starts_at, until):
        return meeting
    meeting.starts_at, meeting.ends_at, meeting.swept = starts_at, until, {}
    _forget_answers(session, meeting_id)
    _take_back(session, meeting_id, now)
    if event.status == EventStatus.PUBLISHED:
        notices.moved(session, event, meeting, before, now, programme)
    roles.audit(
        session, actor, "meeting.move", f"meeting {meeting_id}", now,
        before=notices.stamp(before), after=notices.stamp(starts_at),
    )  # fmt: skip
    return meeting


def cancel_meeting(
    session: Session, actor_id: int | None, meeting_id: int, now: datetime, programme: Programme
) -> Meeting:
    """Cancel one meeting of several.

    Raises NotAllowed, NoSuchMeeting, EventOver, MeetingCancelled, InThePast, OnlyMeeting.
    """
    actor, event, meeting = _changeable(session, actor_id, meeting_id, now)
    others = Meeting.event_id == event.id, Meeting.status == MeetingStatus.PLANNED, Meeting.id != meeting_id
    if session.scalar(sa.select(Meeting.id).where(*others).limit(1)) is None:
        raise OnlyMeeting(event=event.title)
    meeting.status = MeetingStatus.CANCELLED
    session.flush()
    outbox.cancel(session, OutboxMessage.meeting_id == meeting_id, reason="meeting_cancelled", now=now)
    if event.status == EventStatus.PUBLISHED:
        notices.meeting_cancelled(session, event, meeting, now, programme)
    roles.audit(session, actor, "meeting.cancel", f"meeting {meeting_id}", now)
    return meeting


def add_meeting(
    session: Session, actor_id: int | None, event_id: int, times: Times, now: datetime, programme: Programme
) -> Meeting:
    """Add one more meeting; whoever has a seat is told.

    Raises NotAllowed, NoSuchEvent, EventOver, InThePast, MeetingExists.
    """
    actor, event = open_to_change(session, actor_id, event_id)
    if times.starts_at <= now or times.ends_at <= times.starts_at:
        raise InThePast
    there = Meeting.event_id == event_id, Meeting.starts_at == times.starts_at, Meeting.status == MeetingStatus.PLANNED
    if known := session.scalar(sa.select(Meeting).where(*there)):
        raise MeetingExists(event=event.title, when=notices.times(known))
    meeting = Meeting(event_id=event_id, starts_at=times.starts_at, ends_at=times.ends_at)
    session.add(meeting)
    session.flush()
    if event.status == EventStatus.PUBLISHED:
        notices.meeting_added(session, event, meeting, now, programme)
    roles.audit(session, actor, "meeting.add", f"meeting {meeting.id}", now)
    return meeting


def _changeable(session: Session, actor_id: int | None, meeting_id: int, now: datetime) -> tuple[int, Event, Meeting]:
    roles.require(session, actor_id)
    event_id = session.scalar(sa.select(Meeting.event_id).where(Meeting.id == meeting_id))
    if event_id is None:
        raise NoSuchMeeting
    actor, event = open_to_change(session, actor_id, event_id)
    meeting = session.get_one(Meeting, meeting_id, populate_existing=True)
    if meeting.status == MeetingStatus.CANCELLED:
        raise MeetingCancelled(event=event.title)
    if meeting.starts_at <= now:
        raise InThePast
    return actor, event, meeting


def _take_back(session: Session, meeting_id: int, now: datetime) -> None:
    """What spoke of the old time is taken back, and forgotten as said: a meeting may move back to it."""
    about = OutboxMessage.meeting_id == meeting_id
    outbox.cancel(session, about, reason="moved", now=now)
    session.execute(
        sa.update(OutboxMessage).where(about, OutboxMessage.status == Status.CANCELLED).values(once_key=None)
    )


def _forget_answers(session: Session, meeting_id: int) -> None:
    session.flush()
    session.execute(
        sa.update(Attendance)
        .where(Attendance.meeting_id == meeting_id)
        .values(answer=Answer.NONE, answer_by=None, answer_how=None, answer_at=None)
    )
