"""People, the addresses they write from, what they agreed to, and what they may do."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, EnumColumn


class Purpose(StrEnum):
    """What she agreed to (`rules.md`, What stops and what goes on)."""

    PROGRAMME = "programme"  #: to be registered, enrolled and reminded
    NEWS = "news"  #: to be told of new activities
    IMPROVE = "improve"  #: messages that were not understood may be kept to improve the answers


class RoleName(StrEnum):
    """What somebody may do beyond taking part."""

    COORDINATOR = "coordinator"
    SUPPORT_CONTACT = "support_contact"  #: trained to receive violence cases
    ADMIN = "admin"


class OptOut(StrEnum):
    """How much of what the program starts is stopped on one contact."""

    NONE = "none"
    BROADCASTS = "broadcasts"
    ALL = "all"


class Person(Base):
    """One human being. Never keyed on a phone number: WhatsApp may withhold it, and some have no phone."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    honorific: Mapped[str | None] = mapped_column(sa.String(20))
    language: Mapped[str] = mapped_column(sa.String(5), default="id")
    kecamatan: Mapped[str | None] = mapped_column(sa.String(13), index=True)  #: region code, or "luar"
    kelurahan_desa: Mapped[str | None] = mapped_column(sa.String(13))
    interests: Mapped[list[Any]] = mapped_column(default=list)  #: topic codes
    discreet: Mapped[bool] = mapped_column(default=False)
    news_asked: Mapped[bool] = mapped_column(default=False)  #: the question about announcements is asked once
    blocked: Mapped[bool] = mapped_column(default=False)  #: by a coordinator: stored, unanswered
    created_at: Mapped[datetime]
    contacts: Mapped[list["Contact"]] = relationship(lazy="raise", back_populates="person")
    consents: Mapped[list["Consent"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    roles: Mapped[list["Role"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class Interest(Base):
    """One topic of one person: the index by which a broadcast finds its audience. Follows `Person.interests`."""

    __tablename__ = "interests"
    __table_args__ = (sa.Index("ix_interests_topic", "topic", "person_id"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(30), primary_key=True)


class Consent(Base):
    """Her yes to one purpose: which text she saw, when and where."""

    __tablename__ = "consents"
    __table_args__ = (sa.UniqueConstraint("person_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = mapped_column(EnumColumn(Purpose, 20))
    text_version: Mapped[str] = mapped_column(sa.String(20))
    channel: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime]


class Role(Base):
    """A right somebody holds."""

    __tablename__ = "roles"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[RoleName] = mapped_column(EnumColumn(RoleName, 20), primary_key=True, index=True)


class Contact(Base):
    """One address of hers on one channel. Exists before she registers; then `person_id` is empty."""

    __tablename__ = "contacts"
    __table_args__ = (
        sa.UniqueConstraint("channel", "address"),
        sa.Index("ix_contacts_external_id", "channel", "external_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(160))
    external_id: Mapped[str | None] = mapped_column(sa.String(160))
    language: Mapped[str] = mapped_column(sa.String(5), default="id")
    created_at: Mapped[datetime]
    last_heard_at: Mapped[datetime | None] = mapped_column(index=True)  #: opens WhatsApp's 24-hour window
    opt_out: Mapped[OptOut] = mapped_column(EnumColumn(OptOut, 12), default=OptOut.NONE)
    opted_out_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]  #: she blocked us; ends when she writes again
    person: Mapped[Person | None] = relationship(lazy="raise", back_populates="contacts")


class Conversation(Base):
    """The state of one contact's conversation (`bot.conversation.talk.Talk`), as JSON."""

    __tablename__ = "conversations"

    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    form: Mapped[str | None] = mapped_column(sa.String(40))
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shown: Mapped[list[Any]] = mapped_column(default=list)
    updated_at: Mapped[datetime]
