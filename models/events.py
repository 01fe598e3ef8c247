"""Events and their meetings: what the programme offers, where and when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, EnumColumn


class EventKind(StrEnum):
    """What sort of event (`glossary.md`)."""

    TRAINING = "training"  #: hands-on skill, several meetings
    COURSE = "course"  #: business knowledge, several meetings
    SEMINAR = "seminar"  #: one meeting


class EventStatus(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"  #: only coordinators see it
    PUBLISHED = "published"  #: open to enrolment until `closes_at`
    CANCELLED = "cancelled"  #: will not take place; everybody was told
    FINISHED = "finished"  #: the last meeting is over


class MeetingStatus(StrEnum):
    """Whether a meeting takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Event(Base):
    """Something one can enrol in. Seats are counted by `models/seats.py` alone."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    kind: Mapped[EventKind] = mapped_column(EnumColumn(EventKind, 10))
    topic: Mapped[str] = mapped_column(sa.String(30), index=True)
    title: Mapped[str] = mapped_column(sa.String(80))
    short_title: Mapped[str] = mapped_column(sa.String(24))
    description: Mapped[str] = mapped_column(sa.Text)
    venue: Mapped[str] = mapped_column(sa.String(120))
    landmark: Mapped[str | None] = mapped_column(sa.String(120))
    kecamatan: Mapped[str] = mapped_column(sa.String(13))
    kelurahan_desa: Mapped[str | None] = mapped_column(sa.String(13))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    capacity: Mapped[int]
    reserved_seats: Mapped[int] = mapped_column(default=0)  #: held outside the program; never invented persons
    childcare: Mapped[bool] = mapped_column(default=False)
    women_only: Mapped[bool] = mapped_column(default=False)
    bring: Mapped[list[Any]] = mapped_column(default=list)
    cost: Mapped[str] = mapped_column(sa.String(60), default="gratis")
    organiser: Mapped[str | None] = mapped_column(sa.String(120))
    partner: Mapped[str | None] = mapped_column(sa.String(120))
    min_meetings_for_certificate: Mapped[int | None]  #: None: this event gives no certificate
    status: Mapped[EventStatus] = mapped_column(EnumColumn(EventStatus, 10), default=EventStatus.DRAFT, index=True)
    closes_at: Mapped[datetime | None]  #: enrolment closes; None: at the first meeting's start
    origin: Mapped[str] = mapped_column(sa.String(20), default="coordinator")  #: "sample" for the demo's events
    last_position: Mapped[int] = mapped_column(default=0)  #: of the waiting list, counted up under the event's lock
    created_at: Mapped[datetime]
    meetings: Mapped[list["Meeting"]] = relationship(
        lazy="raise", order_by="Meeting.starts_at", cascade="all, delete-orphan", back_populates="event"
    )


class Meeting(Base):
    """One gathering of an event."""

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    status: Mapped[MeetingStatus] = mapped_column(EnumColumn(MeetingStatus, 10), default=MeetingStatus.PLANNED)
    attendance_code: Mapped[str | None] = mapped_column(sa.String(8))
    swept: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: what was sent about it: rule → the start it named
    event: Mapped[Event] = relationship(lazy="raise", back_populates="meetings")
