"""The statements every message passes through, built as Core and compiled once (`models/prepared.py`).

The ORM is for rules over few rows. Here are only: the inbox key, the person's state, and the saving of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import outbox
from models.base import Base
from models.messages import InboxEntry, MessageClass, OutboxMessage, Status, needs_sender
from models.people import Consent, Contact, Conversation, OptOut, Person, Purpose
from models.prepared import Prepared

_inbox, _contacts, _people, _conversations, _outbox, _consents = (
    Base.metadata.tables[entity.__tablename__]
    for entity in (InboxEntry, Contact, Person, Conversation, OutboxMessage, Consent)
)
_NEW_KEY = Prepared(
    ("channel", "account", "message_id", "at"),
    sqlite=sqlite.insert(_inbox).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_inbox).on_conflict_do_nothing(),
)
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
_IS_ADDRESS = _contacts.c.channel == sa.bindparam("channel"), _contacts.c.address == sa.bindparam("address")
_IS_EXTERNAL_ID = (
    _contacts.c.channel == sa.bindparam("channel"), _contacts.c.external_id == sa.bindparam("external_id"),
)  # fmt: skip
_BY_ADDRESS, _BY_EXTERNAL_ID = (Prepared(any=_STATE.where(*which)) for which in (_IS_ADDRESS, _IS_EXTERNAL_ID))
#: Two processes that hear one woman at the same moment go one after the other (SQLite has one writer anyway). A statement of
#: its own: one that waited for a lock would still show her conversation as it was before it waited.
_LOCKS = {
    found: Prepared(any=sa.select(_contacts.c.id).where(*which).with_for_update())
    for found, which in ((_BY_ADDRESS, _IS_ADDRESS), (_BY_EXTERNAL_ID, _IS_EXTERNAL_ID))
}
_NEW_CONTACT = Prepared(
    ("channel", "address", "external_id", "language", "created_at", "opt_out"),
    sqlite=sqlite.insert(_contacts).on_conflict_do_nothing().returning(_contacts.c.id),
    postgresql=postgresql.insert(_contacts).on_conflict_do_nothing().returning(_contacts.c.id),
)
_HEARD = Prepared(
    any=sa.update(_contacts)
    .where(_contacts.c.id == sa.bindparam("b_id"))
    .values(last_heard_at=sa.bindparam("b_at"), blocked_at=None)
)
_TALK = ("contact_id", "form", "said", "shown", "updated_at")
_SAVE = Prepared(
    _TALK,
    **{
        dialect: statement.on_conflict_do_update(
            index_elements=[_conversations.c.contact_id],
            set_={name: statement.excluded[name] for name in _TALK[1:]},
        )
        for dialect, statement in (
            ("sqlite", sqlite.insert(_conversations)),
            ("postgresql", postgresql.insert(_conversations)),
        )
    },
)
#: Replies of hers that wait for a turn, or that another process sends: this process keeps the order of its own.
_WAITING_REPLY = Prepared(
    any=sa.select(_outbox.c.id)
    .where(
        _outbox.c.contact_id == sa.bindparam("contact_id"),
        needs_sender(_outbox.c.status),
        _outbox.c.message_class == sa.literal_column("0"),
        sa.or_(_outbox.c.status != Status.SENDING.value, _outbox.c.lease_by != sa.bindparam("owner")),
    )
    .limit(1)
)
_OUTBOX_COLUMNS = (*outbox.row(None, "", "", "", MessageClass.REPLY, {}, datetime.min), "lease_until", "lease_by")
_INSERT_OUTBOX = Prepared(_OUTBOX_COLUMNS, any=sa.insert(_outbox).returning(_outbox.c.id))


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
    values = {"channel": channel, "account": account, "message_id": message_id, "at": now}
    return _NEW_KEY.run(session, values) == 1


def state_of(
    session: Session, channel: str, address: str, external_id: str | None, language: str, now: datetime
) -> State:
    """The state of an address; a new contact is written down first. Links by the provider's own id when it has one."""
    row = _row(session, _BY_ADDRESS, {"channel": channel, "address": address})
    if row is None and external_id:
        row = _row(session, _BY_EXTERNAL_ID, {"channel": channel, "external_id": external_id})
        if row is not None:
            session.execute(sa.update(_contacts).where(_contacts.c.id == row.id).values(address=address))
    if row is None:
        new = _new_contact(session, channel, address, external_id, language, now)
        if new is not None:
            return new
        row = _row(session, _BY_ADDRESS, {"channel": channel, "address": address})
        assert row is not None  # another process was faster by a moment, and has committed
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


class _Row(NamedTuple):
    """What `_STATE` selects, in its order."""

    id: int
    person_id: int | None
    language: str
    opt_out: OptOut
    blocked_at: datetime | None
    external_id: str | None
    last_heard_at: datetime | None
    name: str | None
    honorific: str | None
    person_language: str | None
    blocked: bool | None
    form: str | None
    said: dict[str, Any] | None
    shown: list[Any] | None
    updated_at: datetime | None
    consent_id: int | None


def _row(session: Session, statement: Prepared, values: Mapping[str, Any]) -> _Row | None:
    if session.get_bind().dialect.name != "sqlite" and _LOCKS[statement].first(session, values) is None:
        return None
    found = statement.first(session, values)
    return None if found is None else _Row(*found)


def _new_contact(
    session: Session, channel: str, address: str, external_id: str | None, language: str, now: datetime
) -> State | None:
    """A new contact; None if another process has written her down at the same moment."""
    values = {
        "channel": channel, "address": address, "external_id": external_id, "language": language,
        "created_at": now, "opt_out": OptOut.NONE.value,
    }  # fmt: skip
    created = _NEW_CONTACT.first(session, values)
    return None if created is None else State(created[0], None, language, OptOut.NONE, new=True)


def heard_from(session: Session, contact_id: int, at: datetime) -> None:
    """She wrote: her window is open, and a block of hers has ended."""
    _HEARD.run(session, {"b_id": contact_id, "b_at": at})


def save_talk(
    session: Session, contact_id: int, form: str | None, said: dict[str, Any], shown: list[Any], now: datetime
) -> None:
    """Keep the conversation's state."""
    values = {"contact_id": contact_id, "form": form, "said": said, "shown": shown, "updated_at": now}
    _SAVE.run(session, values)


def has_waiting_reply(session: Session, contact_id: int, owner: str) -> bool:
    """Whether an earlier reply to her waits, or is on its way elsewhere: a later one must not overtake it.

    `owner` is this process, whose sender keeps its own replies in order.
    """
    return _WAITING_REPLY.first(session, {"contact_id": contact_id, "owner": owner}) is not None


def insert_outbox(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write outbox rows (`outbox.row`, with `lease_until` and `lease_by`); their ids, in order."""
    return [written[0] for row in rows if (written := _INSERT_OUTBOX.first(session, row))]
