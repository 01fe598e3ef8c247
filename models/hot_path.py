"""The statements every message passes through, built once and executed as Core (see `docs/decisions.md` for the price).

The ORM is for rules over few rows. Here are only: the inbox key, the person's state, and the saving of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.base import Base
from models.messages import InboxEntry, MessageClass, OutboxMessage, needs_sender
from models.people import Consent, Contact, Conversation, OptOut, Person, Purpose

_inbox, _contacts, _people, _conversations, _outbox, _consents = (
    Base.metadata.tables[entity.__tablename__]
    for entity in (InboxEntry, Contact, Person, Conversation, OutboxMessage, Consent)
)
_INBOX_COLUMNS = ("channel", "account", "message_id", "at")

_NEW_KEY = {
    "sqlite": sqlite.insert(_inbox).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_inbox).on_conflict_do_nothing(),
}
_STATE = (
    sa.select(
        _contacts.c.id, _contacts.c.person_id, _contacts.c.language, _contacts.c.opt_out, _contacts.c.blocked_at,
        _contacts.c.external_id, _contacts.c.last_heard_at, _people.c.name, _people.c.honorific,
        _people.c.language.label("person_language"), _people.c.blocked, _conversations.c.form, _conversations.c.said,
        _conversations.c.shown, _conversations.c.updated_at, _consents.c.id.label("consent_id"),
    )
    .select_from(
        _contacts.outerjoin(_people, _people.c.id == _contacts.c.person_id)
        .outerjoin(_conversations, _conversations.c.contact_id == _contacts.c.id)
        .outerjoin(
            _consents,
            sa.and_(_consents.c.person_id == _contacts.c.person_id, _consents.c.purpose == Purpose.PROGRAMME.value),
        )
    )
)  # fmt: skip
_BY_ADDRESS = _STATE.where(
    _contacts.c.channel == sa.bindparam("channel"), _contacts.c.address == sa.bindparam("address")
)
_BY_EXTERNAL_ID = _STATE.where(
    _contacts.c.channel == sa.bindparam("channel"), _contacts.c.external_id == sa.bindparam("external_id")
)
_HEARD = (
    sa.update(_contacts)
    .where(_contacts.c.id == sa.bindparam("b_id"))
    .values(last_heard_at=sa.bindparam("b_at"), blocked_at=None)
)
_SAVE = {
    dialect: statement.on_conflict_do_update(
        index_elements=[_conversations.c.contact_id],
        set_={name: statement.excluded[name] for name in ("form", "said", "shown", "updated_at")},
    )
    for dialect, statement in (
        ("sqlite", sqlite.insert(_conversations)),
        ("postgresql", postgresql.insert(_conversations)),
    )
}
_WAITING_REPLY = (
    sa.select(_outbox.c.id)
    .where(
        _outbox.c.contact_id == sa.bindparam("contact_id"),
        needs_sender(_outbox.c.status),
        _outbox.c.message_class == MessageClass.REPLY.value,
    )
    .limit(1)
)
_INSERT_OUTBOX = sa.insert(_outbox)


@dataclass(slots=True)
class State:
    """What is known of a contact when a message of hers arrives."""

    contact_id: int
    person_id: int | None
    language: str
    opt_out: OptOut
    name: str | None = None
    honorific: str | None = None
    blocked: bool = False
    registered: bool = False
    form: str | None = None
    said: dict[str, Any] | None = None
    shown: list[Any] | None = None
    new: bool = False
    last_heard_at: datetime | None = None


def is_new(session: Session, channel: str, account: str, message_id: str, now: datetime) -> bool:
    """Take the inbox key; False if it was taken before, so that a redelivery has no second effect."""
    statement = _NEW_KEY[session.get_bind().dialect.name]
    values = dict(zip(_INBOX_COLUMNS, (channel, account, message_id, now), strict=True))
    return getattr(session.execute(statement, values), "rowcount", 0) == 1


def state_of(
    session: Session, channel: str, address: str, external_id: str | None, language: str, now: datetime
) -> State:
    """The state of an address; a new contact is written down first. Links by the provider's own id when it has one."""
    row = session.execute(_BY_ADDRESS, {"channel": channel, "address": address}).first()
    if row is None and external_id:
        row = session.execute(_BY_EXTERNAL_ID, {"channel": channel, "external_id": external_id}).first()
        if row is not None:
            session.execute(sa.update(_contacts).where(_contacts.c.id == row.id).values(address=address))
    if row is None:
        return _new_contact(session, channel, address, external_id, language, now)
    if external_id and row.external_id != external_id:
        session.execute(sa.update(_contacts).where(_contacts.c.id == row.id).values(external_id=external_id))
    return State(
        contact_id=row.id,
        person_id=row.person_id,
        language=row.person_language or row.language,
        opt_out=OptOut(row.opt_out),
        name=row.name,
        honorific=row.honorific,
        blocked=bool(row.blocked),
        registered=row.consent_id is not None,
        form=row.form,
        said=row.said,
        shown=row.shown,
        last_heard_at=row.last_heard_at,
    )


def _new_contact(
    session: Session, channel: str, address: str, external_id: str | None, language: str, now: datetime
) -> State:
    values = {
        "channel": channel, "address": address, "external_id": external_id, "language": language,
        "created_at": now, "opt_out": OptOut.NONE.value,
    }  # fmt: skip
    contact_id = session.scalar(sa.insert(_contacts).values(values).returning(_contacts.c.id))
    assert contact_id is not None
    return State(contact_id, None, language, OptOut.NONE, new=True)


def heard_from(session: Session, contact_id: int, at: datetime) -> None:
    """She wrote: her window is open, and a block of hers has ended."""
    session.execute(_HEARD, {"b_id": contact_id, "b_at": at})


def save_talk(
    session: Session, contact_id: int, form: str | None, said: dict[str, Any], shown: list[Any], now: datetime
) -> None:
    """Keep the conversation's state."""
    values = {"contact_id": contact_id, "form": form, "said": said, "shown": shown, "updated_at": now}
    session.execute(_SAVE[session.get_bind().dialect.name], values)


def has_waiting_reply(session: Session, contact_id: int) -> bool:
    """Whether an earlier reply to her is still on its way: a later one must not overtake it."""
    return session.execute(_WAITING_REPLY, {"contact_id": contact_id}).first() is not None


def insert_outbox(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write outbox rows; their ids, in order."""
    if not rows:
        return []
    if len(rows) == 1:
        result = session.execute(_INSERT_OUTBOX.returning(_outbox.c.id), rows[0])
    else:
        result = session.execute(_INSERT_OUTBOX.returning(_outbox.c.id, sort_by_parameter_order=True), list(rows))
    return list(result.scalars())
