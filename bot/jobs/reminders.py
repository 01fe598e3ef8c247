"""Reminders of meetings: when each is due, and the sweep that turns what is due into outbox rows.

Change here when reminders go; the rules themselves («H-1 18:00», «-2h») stand in the configuration.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox
from models.enrolments import Answer, Attendance, Enrolment, EnrolmentStatus
from models.events import Event, EventStatus, Meeting, MeetingStatus
from models.messages import MessageClass, OutboxMessage, Status
from models.notices import reminder, stamp
from models.people import Contact
from models.programme import Programme
from models.reach import best_contact_of

#: A reminder that had to be shifted so close to another of the same meeting is dropped (`rules.md`, Time).
TOO_CLOSE = timedelta(hours=6)
#: What would fall into the quiet hours goes so long before them, so that it has left when they begin.
BEFORE_NIGHT = timedelta(minutes=15)
#: What was missed for longer leaves no row: nobody looks for it any more.
LOOK_BACK = timedelta(days=7)
#: A sweep ends after the meeting with which it has written so many rows; the next tick goes on.
ENOUGH = 500
_outbox = cast(sa.Table, OutboxMessage.__table__)


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder of one meeting: by which rule, when, and whether the quiet hours shifted it."""

    rule: str
    at: datetime
    shifted: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A woman who may be reminded: since when she has her seat, how she is reached, whether she has said that she comes."""

    enrolment_id: int
    since: datetime
    contact: Contact
    said_coming: bool


def run(session: Session, now: datetime, programme: Programme) -> int:
    """Write the reminders that are due; how many rows. Each woman, meeting, start and rule gives one row at most.

    What comes too late to be useful becomes an `expired` row: the meeting has begun, or a later reminder of the same
    meeting is due as well.
    """
    touched = 0
    for meeting, event in _near_meetings(session, now, programme):
        touched += _sweep(session, meeting, event, now, programme)
        if touched >= ENOUGH:
            break
    return touched


def next_due(session: Session, now: datetime, programme: Programme) -> datetime | None:
    """When the next reminder of anybody with a seat is due; None while nobody is to be reminded."""
    meetings = session.scalars(
        sa.select(Meeting.starts_at)
        .join(Enrolment, Enrolment.event_id == Meeting.event_id)
        .where(
            Meeting.starts_at > now,
            Meeting.status == MeetingStatus.PLANNED,
            Enrolment.status == EnrolmentStatus.ENROLLED,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .distinct()
        .limit(20)
    )
    return min((due.at for at in meetings for due in dues(at, programme) if due.at > now), default=None)


def dues(starts_at: datetime, programme: Programme) -> list[Due]:
    """All reminders of a meeting, in order of time."""
    found = []
    for rule in programme.reminders:
        at = rule.due(starts_at)
        shifted = programme.quiet.holds(at)
        found.append(Due(rule.name, programme.quiet.began_before(at) - BEFORE_NIGHT if shifted else at, shifted))
    return sorted(found, key=lambda due: due.at)


def kept(due: Due, meeting_dues: Sequence[Due], since: datetime) -> bool:
    """Whether a reminder goes to a woman who has had her seat since then.

    It does not if it was due before she had it, or if it was shifted to close to another that she gets.
    """
    if due.at <= since:
        return False
    others = [other for other in meeting_dues if other != due and other.at > since]
    firm = [other for other in others if not other.shifted or meeting_dues.index(other) < meeting_dues.index(due)]
    return not (due.shifted and any(abs(other.at - due.at) <= TOO_CLOSE for other in firm))


def _near_meetings(session: Session, now: datetime, programme: Programme) -> Sequence[tuple[Meeting, Event]]:
    """Meetings a reminder of which may be due: nothing further away is looked at."""
    earliest = max((_lead(rule.before, rule.days_before) for rule in programme.reminders), default=timedelta())
    rows = session.execute(
        sa.select(Meeting, Event)
        .join(Event, Event.id == Meeting.event_id)
        .where(
            Meeting.starts_at.between(now - LOOK_BACK, now + earliest),
            Meeting.status == MeetingStatus.PLANNED,
            Event.status.in_((EventStatus.PUBLISHED, EventStatus.FINISHED)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(meeting, event) for meeting, event in rows]


def _lead(before: timedelta | None, days_before: int | None) -> timedelta:
    """How long before a start a rule can be due at most: the day of the rule, and a night it may be shifted over."""
    return (before or timedelta(days=days_before or 0)) + timedelta(days=2)


def _sweep(session: Session, meeting: Meeting, event: Event, now: datetime, programme: Programme) -> int:
    all_dues = dues(meeting.starts_at, programme)
    start, touched = stamp(meeting.starts_at), 0
    for due in all_dues:
        if due.at > now or meeting.swept.get(due.rule) == start:
            continue
        rows = list(_rows(session, meeting, event, due, all_dues, now))
        if rows:
            _overtake(session, meeting.id, [row["enrolment_id"] for row in rows], now)
            session.execute(sa.insert(_outbox), rows)
        meeting.swept = {**meeting.swept, due.rule: start}
        touched += len(rows)
    return touched


def _rows(
    session: Session, meeting: Meeting, event: Event, due: Due, all_dues: Sequence[Due], now: datetime
) -> Iterator[dict[str, Any]]:
    """A row for everybody who gets this reminder; too late where the meeting has begun, or a later one is due too."""
    for person in _people(session, meeting, due):
        hers = [other for other in all_dues if other.at <= now and kept(other, all_dues, person.since)]
        if due in hers:
            yield _row(person, meeting, event, due, now, too_late=meeting.starts_at <= now or due != hers[-1])


def _people(session: Session, meeting: Meeting, due: Due) -> list[_Candidate]:
    """Whoever has a seat, can be reached, has not said that she cannot come, and has no such row yet."""
    key = sa.literal(f"reminder:{due.rule}:enrolment ") + sa.cast(Enrolment.id, sa.String)
    written = sa.exists().where(OutboxMessage.once_key == key + sa.literal(f":{stamp(meeting.starts_at)}"))
    found = session.execute(
        sa.select(Enrolment.id, Enrolment.changed_at, Contact, Attendance.answer)
        .select_from(Enrolment)
        .join(Contact, Contact.id == best_contact_of(Enrolment.person_id))
        .outerjoin(
            Attendance,
            sa.and_(Attendance.person_id == Enrolment.person_id, Attendance.meeting_id == meeting.id),
        )
        .where(
            Enrolment.event_id == meeting.event_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            sa.func.coalesce(Attendance.answer, Answer.NONE.value) != Answer.EXCUSED,
            ~written,
        )
        .order_by(Enrolment.id)
    )
    return [_Candidate(number, since, contact, answer == Answer.COMING) for number, since, contact, answer in found]


def _row(
    person: _Candidate, meeting: Meeting, event: Event, due: Due, now: datetime, *, too_late: bool
) -> dict[str, Any]:
    contact = person.contact
    queued = {"status": Status.QUEUED, "error": None, "ended_at": None}
    expired = {"status": Status.EXPIRED, "error": "too_late", "ended_at": now}
    return outbox.row(
        contact.id, contact.channel, contact.address, contact.language, MessageClass.REMINDER,
        reminder(person.enrolment_id, event, meeting, said_coming=person.said_coming), now,
        once_key=f"reminder:{due.rule}:enrolment {person.enrolment_id}:{stamp(meeting.starts_at)}",
        enrolment_id=person.enrolment_id, meeting_id=meeting.id, expires_at=meeting.starts_at,
        **(expired if too_late else queued),
    )  # fmt: skip


def _overtake(session: Session, meeting_id: int, enrolment_ids: list[int], now: datetime) -> None:
    """An earlier reminder that has not left yet says nothing the newer one does not say."""
    waiting = (
        OutboxMessage.meeting_id == meeting_id,
        OutboxMessage.enrolment_id.in_(enrolment_ids),
        OutboxMessage.message_class == MessageClass.REMINDER,
        OutboxMessage.status.in_((Status.QUEUED, Status.HELD)),
    )
    session.execute(
        sa.update(OutboxMessage).where(*waiting).values(status=Status.EXPIRED, error="too_late", ended_at=now)
    )
