"""Looking at the programme: what is coming, one event's card, one woman's own meetings. Changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from models.enrolments import Answer, Attendance, Enrolment, EnrolmentStatus
from models.events import Event, EventKind, EventStatus, Meeting, MeetingStatus
from models.prepared import Prepared
from models.seat_count import ACTIVE, NoSuchEvent, Seats, seats_of

#: Letters of a code that name the kabupaten or kota: "36.71" of "36.71.05".
KABUPATEN = 5


@dataclass(frozen=True, slots=True)
class Card:
    """An event with everything a card shows. `meetings` are the planned ones, `next` the first that is not over."""

    event: Event
    meetings: tuple[Meeting, ...]
    next: Meeting | None
    seats: Seats
    closes_at: datetime | None
    is_open: bool  #: enrolment is possible now


@dataclass(frozen=True, slots=True)
class Offered:
    """An event one can enrol in now, as far as a search or a choice of ways needs it."""

    id: int
    slug: str
    title: str
    short_title: str
    kind: EventKind
    topic: str


@dataclass(frozen=True, slots=True)
class MyMeeting:
    """One coming meeting of hers: the `number`th of `of` planned ones of its event."""

    event: Event
    meeting: Meeting
    enrolment: Enrolment
    answer: Answer
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class MyEvent:
    """One event she takes part in, waits for, or is offered a seat in."""

    event: Event
    enrolment: Enrolment


def upcoming(
    session: Session,
    now: datetime,
    kinds: Collection[EventKind] | None = None,
    topic: str | None = None,
    near: str | None = None,
) -> list[Card]:
    """Events one can enrol in now: those in the same kecamatan as `near`, the same kabupaten/kota, the rest; by date.

    `near` is a kecamatan code, "luar" or None. Events without a coming meeting are not shown.
    """
    wanted = [Event.status == EventStatus.PUBLISHED]
    if kinds is not None:
        wanted.append(Event.kind.in_(list(kinds)))
    if topic is not None:
        wanted.append(Event.topic == topic)
    wanted.append(sa.exists().where(Meeting.event_id == Event.id, Meeting.starts_at > now))
    events = session.scalars(sa.select(Event).where(*wanted).options(selectinload(Event.meetings))).all()
    cards = [card for card in _cards(session, events, now) if card.is_open and card.next is not None]
    return sorted(cards, key=lambda card: (_distance(card.event.kecamatan, near), _first(card, now), card.event.id))


_planned = (
    sa.select(
        Meeting.event_id,
        sa.func.min(Meeting.starts_at, type_=Meeting.starts_at.type).label("first"),
        sa.func.max(Meeting.ends_at, type_=Meeting.ends_at.type).label("last"),
    )
    .where(Meeting.status == MeetingStatus.PLANNED)
    .group_by(Meeting.event_id)
    .subquery()
)
_OFFERED = Prepared(
    any=sa.select(Event.id, Event.slug, Event.title, Event.short_title, Event.kind, Event.topic)
    .join(_planned, _planned.c.event_id == Event.id)
    .where(
        Event.status == EventStatus.PUBLISHED,
        _planned.c.last > sa.bindparam("now"),
        sa.func.coalesce(Event.closes_at, _planned.c.first) > sa.bindparam("now"),
    )
    .order_by(_planned.c.first, Event.id)
)


def offered(session: Session, now: datetime) -> list[Offered]:
    """What `upcoming` finds, by name only and at a twentieth of its price: most messages need no more."""
    session.flush()
    return [Offered(*row) for row in _OFFERED.all(session, {"now": now})]


def _distance(kecamatan: str, near: str | None) -> int:
    if near is None or kecamatan[:KABUPATEN] != near[:KABUPATEN]:
        return 2
    return 0 if kecamatan == near else 1


def _first(card: Card, now: datetime) -> datetime:
    return card.next.starts_at if card.next else now


def _cards(session: Session, events: Sequence[Event], now: datetime) -> list[Card]:
    counted = seats_of(session, [event.id for event in events])
    return [_card(event, counted[event.id], now) for event in events]


def _card(event: Event, counted: Seats, now: datetime) -> Card:
    planned = tuple(meeting for meeting in event.meetings if meeting.status == MeetingStatus.PLANNED)
    coming = next((meeting for meeting in planned if meeting.ends_at > now), None)
    closing = event.closes_at or (planned[0].starts_at if planned else None)
    is_open = event.status == EventStatus.PUBLISHED and closing is not None and now < closing
    return Card(event, planned, coming, counted, closing, is_open)


def card(session: Session, event_id: int, now: datetime) -> Card:
    """Everything a card shows of one event. Raises NoSuchEvent."""
    event = session.scalar(
        sa.select(Event)
        .where(Event.id == event_id)
        .options(selectinload(Event.meetings))
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NoSuchEvent
    return _cards(session, [event], now)[0]


def by_slug(session: Session, slug: str) -> Event | None:
    """The event a poster names, unless it is still a draft."""
    where = Event.slug == slug.strip().lower(), Event.status != EventStatus.DRAFT
    return session.scalar(sa.select(Event).where(*where))


def for_coordinators(session: Session, *statuses: EventStatus) -> list[Event]:
    """Events of these statuses (all if none is given), the newest first."""
    where = [Event.status.in_(statuses)] if statuses else []
    return list(session.scalars(sa.select(Event).where(*where).order_by(Event.id.desc())))


def next_meetings(session: Session, event_id: int, now: datetime) -> list[Meeting]:
    """The planned meetings of an event that are not over, in order."""
    return list(
        session.scalars(
            sa.select(Meeting)
            .where(Meeting.event_id == event_id, Meeting.status == MeetingStatus.PLANNED, Meeting.ends_at > now)
            .order_by(Meeting.starts_at, Meeting.id)
        )
    )


def my_events(session: Session, person_id: int) -> list[MyEvent]:
    """What she is enrolled in, offered, or waits for, in the order in which she came to it."""
    rows = session.execute(
        sa.select(Event, Enrolment)
        .join(Enrolment, Enrolment.event_id == Event.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.status.in_(ACTIVE),
            Event.status == EventStatus.PUBLISHED,
        )
        .order_by(Enrolment.id)
    )
    return [MyEvent(event, enrolment) for event, enrolment in rows]


def my_meetings(session: Session, person_id: int, now: datetime) -> list[MyMeeting]:
    """Her coming meetings, earliest first, with what she has answered."""
    rows = session.execute(
        sa.select(Event, Enrolment)
        .join(Enrolment, Enrolment.event_id == Event.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Event.status == EventStatus.PUBLISHED,
        )
        .options(selectinload(Event.meetings))
        .execution_options(populate_existing=True)
    ).all()
    answers = _answers(session, person_id)
    mine = [
        MyMeeting(event, meeting, enrolment, answers.get(meeting.id, Answer.NONE), number, len(planned))
        for event, enrolment in rows
        for planned in [[m for m in event.meetings if m.status == MeetingStatus.PLANNED]]
        for number, meeting in enumerate(planned, 1)
        if meeting.ends_at > now
    ]
    return sorted(mine, key=lambda entry: (entry.meeting.starts_at, entry.meeting.id))


def _answers(session: Session, person_id: int) -> dict[int, Answer]:
    rows = session.execute(sa.select(Attendance.meeting_id, Attendance.answer).where(Attendance.person_id == person_id))
    return {meeting_id: Answer(answer) for meeting_id, answer in rows}
