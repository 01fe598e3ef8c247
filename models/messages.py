"""Messages in and out: what was handled, what is to be sent, and how that went.

The hot path works on these tables with Core statements (`models/hot_path.py`); the classes are for rules and pages.
"""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from models.base import Base, EnumColumn


class MessageClass(IntEnum):
    """Why a message is sent, in the order in which they go out: the smaller overtakes the larger."""

    REPLY = 0  #: answers what she just wrote
    NOTICE = 1  #: tells her of a change that concerns her: an offer, a moved meeting, a coordinator's answer
    REMINDER = 2
    BROADCAST = 3


class Status(StrEnum):
    """Where an outgoing message stands. Delivery only moves forward."""

    QUEUED = "queued"  #: waits for its time and its turn
    SENDING = "sending"  #: handed to the channel under a lease; after a crash this means uncertain
    UNCERTAIN = "uncertain"  #: may have been sent; decided by class (Telegram) or by asking (Twilio)
    HELD = "held"  #: waits for a coordinator's decision, after a restored backup
    ACCEPTED = "accepted"  #: the provider took it
    DELIVERED = "delivered"  #: it reached her phone
    READ = "read"  #: she has seen it
    FAILED = "failed"  #: it will not reach her; `error` says why
    EXPIRED = "expired"  #: its time had passed before it could be sent
    CANCELLED = "cancelled"  #: what it spoke of no longer holds, or she does not want it


#: Replies whose key begins so stand in no list, and their rows are gone when they end (`rules.md`, Privacy: violence).
PRIVATE = "private"
#: Statuses in which a row still needs the sender.
OPEN = (Status.QUEUED, Status.SENDING, Status.UNCERTAIN, Status.HELD)


#: The conditions of the partial indexes below, as both databases read them.
_OPEN = "status IN ('queued', 'sending', 'uncertain')"
_SPENT = "status IN ('sending', 'uncertain', 'accepted', 'delivered', 'read')"
_OUTSIDE: dict[str, Any] = {
    "sqlite_where": sa.text(f"outside_window IS 1 AND {_SPENT}"),
    "postgresql_where": sa.text(f"outside_window IS true AND {_SPENT}"),
}


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _set(column: str, *, unique: bool = False) -> sa.Index:
    """An index over the rows that have this value at all: most rows of a broadcast have none of them."""
    return sa.Index(f"ix_outbox_{column}", column, unique=unique, **_where(f"{column} IS NOT NULL"))


def needs_sender(status: sa.ColumnElement[Any] | InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
    """Whether a row still needs the sender, said word for word as the partial indexes below say it.

    SQLite uses such an index only when the query repeats its condition, with the values in place.
    """
    return status.in_([sa.literal_column(f"'{value}'") for value in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN)])


def spent_outside_window(table: Any) -> sa.ColumnElement[bool]:
    """Whether a row has cost, or may yet have cost, one of Meta's people: word for word as its index says it.

    `table` is `OutboxMessage` or an alias of it.
    """
    values = [Status.SENDING, Status.UNCERTAIN, Status.ACCEPTED, Status.DELIVERED, Status.READ]
    statuses = sa.bindparam(None, values, expanding=True, literal_execute=True, type_=sa.String())
    return sa.and_(table.outside_window.is_(True), table.status.in_(statuses))


class InboxEntry(Base):
    """A message already handled: its id alone, kept 7 days so that a redelivery is recognised."""

    __tablename__ = "inbox"

    channel: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class FailedStep(Base):
    """A message whose step failed: how often it was tried. The third failure moves it to quarantine."""

    __tablename__ = "failed_steps"

    channel: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    attempts: Mapped[int]
    at: Mapped[datetime]


class QuarantinedMessage(Base):
    """A message that failed three times. Its body is wiped after 24 hours."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    account: Mapped[str] = mapped_column(sa.String(80))
    message_id: Mapped[str] = mapped_column(sa.String(80))
    address: Mapped[str] = mapped_column(sa.String(160))
    body: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime]


class OutboxMessage(Base):
    """One message to one contact. Survives its contact: after an erasure only the address stays until it ends."""

    __tablename__ = "outbox"
    __table_args__ = (
        # What is due, in the order of sending; a broadcast's rows are found by their broadcast instead.
        sa.Index("ix_outbox_due", "channel", "message_class", "id", **_where(f"{_OPEN} AND broadcast_id IS NULL")),
        sa.Index("ix_outbox_open_broadcast", "broadcast_id", "channel", "outside_window", "id",
                 **_where(f"{_OPEN} AND broadcast_id IS NOT NULL")),
        sa.Index("ix_outbox_failed", "broadcast_id", "id", **_where("status = 'failed' AND broadcast_id IS NOT NULL")),
        sa.Index("ix_outbox_open_reply", "contact_id", **_where(f"{_OPEN} AND message_class = 0")),
        sa.Index("ix_outbox_outside_window", "ended_at", "contact_id", **_OUTSIDE),
        sa.Index("ix_outbox_held", "broadcast_id", "id", **_where("status = 'held'")),
        _set("once_key", unique=True), _set("token", unique=True), _set("provider_id"),
        _set("enrolment_id"), _set("meeting_id"), _set("ended_at"), _set("lease_until"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(160))
    message_class: Mapped[MessageClass] = mapped_column(EnumColumn(MessageClass))
    #: `Reply.to_json`; wiped 7 days after the row ends. None in a broadcast's row: the broadcast has it, once for all.
    content: Mapped[dict[str, Any] | None]
    language: Mapped[str] = mapped_column(sa.String(5))
    once_key: Mapped[str | None] = mapped_column(sa.String(120))  #: unique
    edits: Mapped[str | None] = mapped_column(sa.String(80))  #: provider id of the message it may replace
    #: Random and unique; finds the row from a status callback. A broadcast's row gets it when it is claimed.
    token: Mapped[str | None] = mapped_column(sa.String(32))
    broadcast_id: Mapped[int | None] = mapped_column(sa.ForeignKey("broadcasts.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int | None]  #: the enrolment an offer or reminder speaks of
    meeting_id: Mapped[int | None]  #: the meeting a reminder speaks of
    outside_window: Mapped[bool] = mapped_column(default=False)  #: costs one of the people Meta allows us a day
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    status: Mapped[Status] = mapped_column(EnumColumn(Status, 10))
    attempts: Mapped[int] = mapped_column(default=0)  #: sends that the provider did not ask us to repeat
    uncertain_episodes: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(sa.String(40))  #: the process that holds the lease
    provider_id: Mapped[str | None] = mapped_column(sa.String(80))
    error: Mapped[str | None] = mapped_column(sa.String(80))  #: a reason with a sentence in `texts/` (`reason.*`)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ParkedStatus(Base):
    """A provider's word on a message we do not know yet: it may come before our own commit."""

    __tablename__ = "parked_statuses"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    token: Mapped[str | None] = mapped_column(sa.String(32), index=True)
    provider_id: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    status: Mapped[str] = mapped_column(sa.String(20))
    error: Mapped[str | None] = mapped_column(sa.String(80))
    at: Mapped[datetime]


class MessageCount(Base):
    """What remains of outbox rows after their time: how many, by month, channel, class and end."""

    __tablename__ = "message_counts"

    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)  #: "2026-11", in UTC
    channel: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    message_class: Mapped[MessageClass] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    status: Mapped[Status] = mapped_column(EnumColumn(Status, 10), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
