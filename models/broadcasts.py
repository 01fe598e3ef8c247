"""Broadcasts: one announcement to many. The recipients are frozen as outbox rows; counts reconcile to the unit."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EnumColumn


class BroadcastStatus(StrEnum):
    """Where a broadcast stands."""

    FREEZING = "freezing"  #: recipients are being written down
    SCHEDULED = "scheduled"  #: frozen; waits for its time
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"  #: stopped by a coordinator; what had left had left
    FINISHED = "finished"  #: every recipient has an end


class Broadcast(Base):
    """An announcement: its text, whom it is for (a stored filter), when it goes, and how it went."""

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    #: all | topic:X | kecamatan:CODE | event:SLUG | not-enrolled | resend:ID
    audience: Mapped[str] = mapped_column(sa.String(80))
    content: Mapped[dict[str, Any]]  #: a reply as JSON, the same for everybody
    status: Mapped[BroadcastStatus] = mapped_column(EnumColumn(BroadcastStatus, 10), index=True)
    starts_at: Mapped[datetime]
    last_person_id: Mapped[int] = mapped_column(default=0)  #: how far the freeze has come
    highest_person_id: Mapped[int] = mapped_column(default=0)  #: who registers later is not part of it
    audience_size: Mapped[int] = mapped_column(default=0)
    excluded: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: reason → how many
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: status → how many recipients
    failures: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: reason → how many of the failed
    outside_window: Mapped[int] = mapped_column(default=0)  #: recipients who cost one of the people Meta allows a day
    once_key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)  #: a second click is the same broadcast
    repeat_uncertain: Mapped[bool] = mapped_column(default=True)  #: a message of unknown outcome is sent once more
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]  #: from then on it is news no more, and what still waits ends
    ended_at: Mapped[datetime | None]
