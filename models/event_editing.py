"""A coordinator's work on events: create, copy, publish, edit, cancel. Each act asks for the role and leaves a trace.

Changes to single meetings are in `models/meeting_changes.py`, plain values of a new event in `models/event_plan.py`.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import notices, outbox, roles
from models.base import Refused
from models.enrolments import Attendance, Enrolment, EnrolmentStatus, Presence
from models.event_plan import EventPlan, Times, free_slug, short
from models.events import Event, EventStatus, Meeting, MeetingStatus
from models.messages import OutboxMessage
from models.programme import Programme
from models.seats import ACTIVE, CapacityTooSmall, lock_event, resize, seats

#: What `edit` may change beside the capacity.
EDITABLE = frozenset(
    {
        "title", "short_title", "description", "venue", "landmark", "kecamatan", "kelurahan_desa", "latitude",
        "longitude", "childcare", "women_only", "bring", "cost", "organiser", "partner", "topic", "kind",
        "min_meetings_for_certificate", "closes_at", "reserved_seats",
    }
)  # fmt: skip
_COPIED = EDITABLE - {"closes_at", "reserved_seats"} | {"capacity"}


class EventOver(Refused):
    """The event is cancelled or finished: nothing about it changes any more."""

    key = "refused.event_over"


class NoMeetings(Refused):
    """An event without a coming meeting cannot be published."""

    key = "refused.no_meetings"


def create_event(session: Session, actor_id: int | None, plan: EventPlan, now: datetime) -> Event:
    """Write down a new event as a draft. Raises NotAllowed."""
    actor = roles.require(session, actor_id)
    values = {name: getattr(plan, name) for name in EventPlan.__slots__ if name not in {"meetings", "slug"}}
    event = Event(
        **values | {"short_title": plan.short_title or short(plan.title), "bring": list(plan.bring)},
        slug=plan.slug or free_slug(session, plan.title),
        status=EventStatus.DRAFT,
        created_at=now,
    )
    _write(session, event, plan.meetings)
    roles.audit(session, actor, "event.create", f"event {event.id}", now)
    return event


def copy_event(session: Session, actor_id: int | None, event_id: int, first: datetime, now: datetime) -> Event:
    """A new draft like an earlier event, its first meeting at `first` and the others as far apart as they were.

    Raises NotAllowed, NoSuchEvent.
    """
    actor = roles.require(session, actor_id)
    model = lock_event(session, event_id)
    meetings = _planned(session, event_id)
    shift = first - meetings[0].starts_at if meetings else None
    event = Event(
        **{name: getattr(model, name) for name in _COPIED},
        slug=free_slug(session, model.title),
        status=EventStatus.DRAFT,
        created_at=now,
    )
    _write(session, event, [Times(m.starts_at + shift, m.ends_at + shift) for m in meetings if shift is not None])
    roles.audit(session, actor, "event.copy", f"event {event.id}", now, of=event_id)
    return event


def _write(session: Session, event: Event, times: Any) -> None:
    session.add(event)
    session.flush()
    session.add_all(Meeting(event_id=event.id, starts_at=t.starts_at, ends_at=t.ends_at) for t in times)
    session.flush()


def publish(session: Session, actor_id: int | None, event_id: int, now: datetime) -> Event:
    """Open a draft to everybody; publishing twice changes nothing. Raises NotAllowed, EventOver, NoMeetings."""
    actor, event = open_to_change(session, actor_id, event_id)
    if not any(meeting.starts_at > now for meeting in _planned(session, event_id)):
        raise NoMeetings(event=event.title)
    event.status = EventStatus.PUBLISHED
    roles.audit(session, actor, "event.publish", f"event {event_id}", now)
    return event


def edit(
    session: Session, actor_id: int | None, event_id: int, now: datetime, programme: Programme, **changes: Any
) -> Event:
    """Change fields of an event (`EDITABLE`, and `capacity`). More seats are offered to those who wait, at once.

    Raises NotAllowed, NoSuchEvent, EventOver, CapacityTooSmall.
    """
    unknown = set(changes) - EDITABLE - {"capacity"}
    if unknown:
        raise ValueError(f"cannot be edited: {sorted(unknown)}")
    actor, event = open_to_change(session, actor_id, event_id)
    capacity = changes.pop("capacity", event.capacity)
    _refuse_too_many_reserved(session, event, changes.get("reserved_seats", event.reserved_seats), capacity)
    for name, value in changes.items():
        setattr(event, name, value)
    session.flush()
    resize(session, event_id, capacity, now, programme)
    roles.audit(session, actor, "event.edit", f"event {event_id}", now, fields=sorted(changes), capacity=capacity)
    return event


def _refuse_too_many_reserved(session: Session, event: Event, reserved: int, capacity: int) -> None:
    taken = seats(session, event.id).taken - event.reserved_seats + reserved
    if reserved < 0 or taken > capacity:
        raise CapacityTooSmall(event=event.title, taken=taken)


def cancel_event(session: Session, actor_id: int | None, event_id: int, now: datetime, programme: Programme) -> int:
    """Cancel an event: reminders and offers on their way are taken back, all who had to do with it are told.

    How many had a seat or waited. Raises NotAllowed, NoSuchEvent, EventOver.
    """
    actor, event = open_to_change(session, actor_id, event_id)
    following = next((meeting for meeting in _planned(session, event_id) if meeting.starts_at > now), None)
    held = session.scalars(
        sa.select(Enrolment).where(Enrolment.event_id == event_id, Enrolment.status.in_(ACTIVE)).order_by(Enrolment.id)
    ).all()
    event.status = EventStatus.CANCELLED
    for enrolment in held:
        enrolment.status, enrolment.changed_at, enrolment.position = EnrolmentStatus.CANCELLED, now, None
        enrolment.offered_at = enrolment.offer_expires_at = enrolment.passed_over_at = None
    session.flush()
    for subject in (
        OutboxMessage.enrolment_id.in_([enrolment.id for enrolment in held]),
        OutboxMessage.meeting_id.in_(sa.select(Meeting.id).where(Meeting.event_id == event_id)),
    ):
        outbox.cancel(session, subject, reason="event_cancelled", now=now)
    people = [enrolment.person_id for enrolment in held]
    notices.event_cancelled(session, event, people, following, now, programme)
    roles.audit(session, actor, "event.cancel", f"event {event_id}", now, people=len(people))
    return len(people)


def finish_events(session: Session, now: datetime) -> int:
    """End the events whose last meeting is over; how many. Who was there has completed it; nobody waits any longer."""
    last = sa.func.max(Meeting.ends_at)
    over = session.scalars(
        sa.select(Event.id)
        .join(Meeting, Meeting.event_id == Event.id)
        .where(Event.status == EventStatus.PUBLISHED, Meeting.status == MeetingStatus.PLANNED)
        .group_by(Event.id)
        .having(last <= now)
        .order_by(Event.id)
    ).all()
    for event_id in over:
        lock_event(session, event_id).status = EventStatus.FINISHED
        _end_enrolments(session, event_id, now)
    return len(over)


def _end_enrolments(session: Session, event_id: int, now: datetime) -> None:
    was_there = sa.exists().where(
        Attendance.person_id == Enrolment.person_id,
        Attendance.meeting_id == Meeting.id,
        Meeting.event_id == event_id,
        Attendance.presence.in_((Presence.PRESENT, Presence.LATE)),
    )
    its = sa.update(Enrolment).where(Enrolment.event_id == event_id)
    ends = {"changed_at": now, "position": None, "offered_at": None, "offer_expires_at": None}
    waiting = EnrolmentStatus.WAITLISTED, EnrolmentStatus.OFFERED
    session.execute(
        its.where(Enrolment.status == EnrolmentStatus.ENROLLED, was_there).values(
            status=EnrolmentStatus.COMPLETED, changed_at=now
        ),
        execution_options={"synchronize_session": "fetch"},
    )
    session.execute(
        its.where(Enrolment.status.in_(waiting)).values(status=EnrolmentStatus.CANCELLED, **ends),
        execution_options={"synchronize_session": "fetch"},
    )


def open_to_change(session: Session, actor_id: int | None, event_id: int) -> tuple[int, Event]:
    """The coordinator and the event, locked. Raises NotAllowed, NoSuchEvent, EventOver."""
    actor = roles.require(session, actor_id)
    event = lock_event(session, event_id)
    if event.status in (EventStatus.CANCELLED, EventStatus.FINISHED):
        raise EventOver(event=event.title)
    return actor, event


def _planned(session: Session, event_id: int) -> list[Meeting]:
    where = Meeting.event_id == event_id, Meeting.status == MeetingStatus.PLANNED
    return list(session.scalars(sa.select(Meeting).where(*where).order_by(Meeting.starts_at, Meeting.id)))
