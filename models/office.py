"""What coordinators work with: questions handed to a person, invitations, the audit trail, pictures and links."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EnumColumn


class QuestionStatus(StrEnum):
    """Where a question to a person stands."""

    OPEN = "open"  #: nobody has taken it
    TAKEN = "taken"  #: one coordinator owns it
    CLOSED = "closed"


class Question(Base):
    """A woman's question to a person (handover). While it is not closed, the bot steps back."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    status: Mapped[QuestionStatus] = mapped_column(EnumColumn(QuestionStatus, 10), index=True)
    taken_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]  #: the last word of either side; 24 silent hours close it
    closed_at: Mapped[datetime | None]


class QuestionLine(Base):
    """One thing said in a handover, by her or by a coordinator."""

    __tablename__ = "question_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    by_person_id: Mapped[int | None]  #: the coordinator; None: she herself
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]


class InviteCode(Base):
    """A one-time code by which somebody becomes a coordinator, or joins a second contact to herself."""

    __tablename__ = "invite_codes"

    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))  #: who it is for
    name: Mapped[str | None] = mapped_column(sa.String(60))
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None]


class AuditEntry(Base):
    """Who did what with a privileged right. Holds ids and codes, never a name or a sentence."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    actor_id: Mapped[int | None]  #: person id; None: the command line
    act: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(80))  #: such as "event 7"
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(index=True)


class MediaStatus(StrEnum):
    """Whether the bytes are here."""

    PENDING = "pending"  #: known by its channel's reference only
    FETCHED = "fetched"
    REFUSED = "refused"  #: too large, or not a picture


class Media(Base):
    """A picture, at the unguessable address `/media/TOKEN` until it expires. Bytes live in the database."""

    __tablename__ = "media"

    token: Mapped[str] = mapped_column(sa.String(43), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    ref: Mapped[str] = mapped_column(sa.String(300))
    content_type: Mapped[str] = mapped_column(sa.String(60))
    status: Mapped[MediaStatus] = mapped_column(EnumColumn(MediaStatus, 10))
    data: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    wanted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("contacts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Link(Base):
    """An unguessable, expiring address of one woman's own page, such as her calendar."""

    __tablename__ = "links"

    token: Mapped[str] = mapped_column(sa.String(43), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    expires_at: Mapped[datetime]


class CatalogueEntry(Base):
    """An entry of the catalogue that is only shown: helplines, topics, communities, stories, the programme's texts."""

    __tablename__ = "catalogue"
    __table_args__ = (sa.UniqueConstraint("section", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(sa.String(30))
    slug: Mapped[str] = mapped_column(sa.String(60))
    data: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class ProviderState(Base):
    """Small facts a channel must keep over a restart: the polling offset, Content SIDs by hash, the last message seen."""

    __tablename__ = "provider_state"

    channel: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)
