"""Who has a seat, who waits, who was offered one, and who came."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, EnumColumn
from models.events import Event, Meeting
from models.people import Person


class EnrolmentStatus(StrEnum):
    """Where one woman stands in one event."""

    ENROLLED = "enrolled"  #: has a seat
    WAITLISTED = "waitlisted"  #: waits, in order of `position`
    OFFERED = "offered"  #: a seat is held for her until `offer_expires_at`
    CANCELLED = "cancelled"  #: gave it up, declined, or the event was cancelled
    COMPLETED = "completed"  #: the event is over and she took part


class Answer(StrEnum):
    """What she said to a reminder."""

    NONE = "none"
    COMING = "coming"
    EXCUSED = "excused"  #: cannot come this once, stays enrolled


class Presence(StrEnum):
    """What happened at the meeting."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"


class Enrolment(Base):
    """One woman in one event; one row however often she comes and goes."""

    __tablename__ = "enrolments"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "event_id"),
        sa.Index("ix_enrolments_event_status", "event_id", "status", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    status: Mapped[EnrolmentStatus] = mapped_column(EnumColumn(EnrolmentStatus, 10))
    position: Mapped[int | None]  #: order in the waiting list, given under the event's lock; a place given up is gone
    offered_at: Mapped[datetime | None]
    offer_expires_at: Mapped[datetime | None] = mapped_column(index=True)  #: None while the offer is not delivered yet
    passed_over_at: Mapped[datetime | None]  #: an offer could not reach her then; none is made before she writes again
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    person: Mapped[Person] = relationship(lazy="raise")
    event: Mapped[Event] = relationship(lazy="raise")


class Attendance(Base):
    """One woman at one meeting: her answer beforehand and her presence, each with who said so, how and when."""

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("person_id", "meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer] = mapped_column(EnumColumn(Answer, 10), default=Answer.NONE)
    answer_by: Mapped[int | None]  #: person id
    answer_how: Mapped[str | None] = mapped_column(sa.String(20))
    answer_at: Mapped[datetime | None]
    presence: Mapped[Presence] = mapped_column(EnumColumn(Presence, 10), default=Presence.UNKNOWN)
    presence_by: Mapped[int | None]
    presence_how: Mapped[str | None] = mapped_column(sa.String(20))
    presence_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")
    meeting: Mapped[Meeting] = relationship(lazy="raise")
