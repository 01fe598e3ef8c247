"""What is due in the outbox, and the claiming of it: the statements every message the program starts passes through.

They are compiled once and run without the ORM (`models/prepared.py`): a broadcast passes here a million times.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.messages import MessageClass, OutboxMessage, Status, needs_sender
from models.people import Contact, OptOut, Person
from models.prepared import Prepared, one_of

_outbox, _contacts, _people = (cast(sa.Table, entity.__table__) for entity in (OutboxMessage, Contact, Person))
_earlier = _outbox.alias("earlier")


class Due(NamedTuple):
    """A row that is due, with what of the person decides whether it goes; the columns of the statements below."""

    id: int
    contact_id: int | None
    address: str
    message_class: MessageClass
    content: dict[str, Any] | None
    language: str
    token: str | None
    edits: str | None
    broadcast_id: int | None
    enrolment_id: int | None
    meeting_id: int | None
    status: Status
    attempts: int
    uncertain_episodes: int
    outside_window: bool
    expires_at: datetime | None
    created_at: datetime
    opt_out: OptOut | None
    blocked_at: datetime | None
    last_heard_at: datetime | None
    contact_language: str | None
    honorific: str | None
    name: str | None
    person_language: str | None


_OF_CONTACT = ("opt_out", "blocked_at", "last_heard_at")
_OF_PERSON = ("honorific", "name")
_COLUMNS = (
    *(_outbox.c[name] for name in Due._fields if name in _outbox.c and name not in _OF_PERSON),
    *(_contacts.c[name] for name in _OF_CONTACT), _contacts.c.language.label("contact_language"),
    *(_people.c[name] for name in _OF_PERSON), _people.c.language.label("person_language"),
)  # fmt: skip
#: Waits for its turn, or for a decision about an uncertain send. Values in place, as the partial indexes need them.
_MAY_GO = _outbox.c.status.in_([sa.literal_column("'queued'"), sa.literal_column("'uncertain'")])
_DUE = (
    sa.select(*_COLUMNS)
    .select_from(
        _outbox.outerjoin(_contacts, _contacts.c.id == _outbox.c.contact_id).outerjoin(
            _people, _people.c.id == _contacts.c.person_id
        )
    )
    .where(
        needs_sender(_outbox.c.status), _MAY_GO, _outbox.c.channel == sa.bindparam("channel"),
        _outbox.c.not_before <= sa.bindparam("now"),
    )
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(of=_outbox, skip_locked=True)
)  # fmt: skip
#: A reply waits for the replies before it.
_IS_REPLY = (
    _outbox.c.broadcast_id.is_(None),
    _outbox.c.message_class == sa.literal_column("0"),
    ~sa.exists().where(
        _earlier.c.contact_id == _outbox.c.contact_id,
        _earlier.c.id < _outbox.c.id,
        _earlier.c.message_class == sa.literal_column("0"),
        needs_sender(_earlier.c.status),
    ),
)
_IS_OURS = (
    _outbox.c.broadcast_id.is_(None),
    _outbox.c.message_class.between(sa.bindparam("first"), sa.bindparam("last")),
)
_IS_OF_BROADCAST = (_outbox.c.broadcast_id == sa.bindparam("broadcast"),)
_IS_INSIDE = (*_IS_OF_BROADCAST, _outbox.c.outside_window.is_(sa.false()))
_HERS = _outbox.c.address == sa.bindparam("address")


def _for_all_and_one(statement: sa.Select[Any]) -> dict[bool, Prepared]:
    """A statement for all addresses of a channel, and for one."""
    return {False: Prepared(any=statement), True: Prepared(any=statement.where(_HERS))}


_BROADCAST_ORDER = (_outbox.c.outside_window, _outbox.c.id)
_REPLIES = _for_all_and_one(_DUE.where(*_IS_REPLY))
_OURS = _for_all_and_one(_DUE.where(*_IS_OURS).order_by(_outbox.c.message_class, _outbox.c.id))
_OF_BROADCAST = _for_all_and_one(_DUE.where(*_IS_OF_BROADCAST).order_by(*_BROADCAST_ORDER))
_INSIDE = _for_all_and_one(_DUE.where(*_IS_INSIDE).order_by(*_BROADCAST_ORDER))
_SENDING = one_of(
    "ids", _outbox.c.id,
    sa.update(_outbox).values(
        status=Status.SENDING, lease_by=sa.bindparam("b_by"), lease_until=sa.bindparam("b_until"),
        attempts=_outbox.c.attempts + 1, outside_window=sa.bindparam("b_outside"),
    ),
)  # fmt: skip
_TOKEN = Prepared(
    any=sa.update(_outbox).where(_outbox.c.id == sa.bindparam("b_id")).values(token=sa.bindparam("b_token"))
)


class Outbox:
    """What is due for one channel, of all its addresses or of one."""

    def __init__(self, session: Session, channel: str, address: str | None, now: datetime) -> None:
        """Within the given transaction."""
        self._session = session
        self._values = {"channel": channel, "now": now, "address": address}

    def replies(self, most: int) -> list[Due]:
        """Replies whose turn it is."""
        return self._due(_REPLIES, most)

    def started_by_us(self, most: int, last: MessageClass) -> list[Due]:
        """Notices, and what follows them up to a class, of no broadcast; in order of class."""
        return self._due(_OURS, most, first=MessageClass.NOTICE, last=last)

    def of_broadcast(self, broadcast_id: int, most: int, *, inside_only: bool) -> list[Due]:
        """Rows of one broadcast, those within their window first, or they alone."""
        return self._due(_INSIDE if inside_only else _OF_BROADCAST, most, broadcast=broadcast_id)

    def _due(self, prepared: Mapping[bool, Prepared], most: int, **values: Any) -> list[Due]:
        self._session.flush()
        given = {**self._values, "most": most, **values}
        return [Due._make(row) for row in prepared[given["address"] is not None].all(self._session, given)]


def mark_sending(
    session: Session, ids: Mapping[bool, Sequence[int]], tokens: Mapping[int, str], owner: str, until: datetime
) -> None:
    """Rows are `sending` from now on, under a lease. `ids` by whether they cost one of Meta's people; `tokens` new ones."""
    session.flush()
    for outside, rows in ids.items():
        _SENDING.run(session, {"ids": list(rows), "b_by": owner, "b_until": until, "b_outside": outside})
    for row_id, token in tokens.items():
        _TOKEN.run(session, {"b_id": row_id, "b_token": token})
