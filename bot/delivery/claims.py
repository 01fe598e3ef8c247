"""Choosing what to send next: due rows, in order of class, one in flight for each contact.

Opt-out, blocks, expiry and quiet hours are decided here, at the last moment, not when the row was written. Rows are read
and claimed with Core statements: a broadcast passes here a million times.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.delivery import crash_points
from bot.delivery.inbox import LEASE, Outgoing
from models import broadcasting, offers
from models.broadcast_counts import Change
from models.messages import MessageClass, OutboxMessage, Status, needs_sender
from models.people import Contact, OptOut, Person
from models.programme import Programme

_earlier = aliased(OutboxMessage)
_DUE = (Status.QUEUED, Status.UNCERTAIN)
_HELD_AT_NIGHT = (MessageClass.REMINDER, MessageClass.BROADCAST)
#: A row may be of unknown outcome this often before it ends (`rules.md`, Delivery: resent at most once).
MOST_UNCERTAIN = 1
#: How long a message rests that would cost one person more than Meta allows today.
FULL_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms rows are claimed: for which channel, by whom, and which contacts must wait."""

    channel: str
    owner: str
    programme: Programme
    asks_provider: bool  #: the channel can be asked what became of an uncertain send
    busy: Collection[str] = ()  #: addresses with a message in flight
    only: str | None = None  #: rows of this address alone
    chat_wait: Callable[[str], float] = lambda address: 0.0  #: seconds until a chat may be written to
    people_left: int | None = None  #: how many more may be written to outside their window today; None: any number


@dataclass(slots=True)
class _Claim:
    """What one claim has chosen so far."""

    session: Session
    terms: Terms
    now: datetime
    running: Mapping[int, sa.Row[Any]]  #: the broadcasts being sent
    people_left: int | None
    chosen: list[Outgoing]
    taken: set[str]


def claim(session: Session, terms: Terms, now: datetime, replies: int, others: int) -> list[Outgoing]:
    """Claim up to so many replies and so many messages the program starts; they are `sending` after the commit."""
    running = broadcasting.running(session, now)
    work = _Claim(session, terms, now, {row.id: row for row in running}, terms.people_left, [], set(terms.busy))
    if replies > 0:
        _choose(work, session.execute(_select(terms, now).where(*_REPLY).limit(replies)).all())
    if others > 0:
        _choose(work, session.execute(_started_by_us(terms, now).limit(others)).all())
    night = terms.programme.quiet.holds(now)
    for broadcast in () if night else running:
        room = others - sum(1 for row in work.chosen if row.message_class is not MessageClass.REPLY)
        if room > 0:
            _choose(work, session.execute(_of_broadcast(terms, now, broadcast, work.people_left).limit(room)).all())
    _write_down(work)
    crash_points.at("claim.before_commit")
    return work.chosen


def _select(terms: Terms, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    row = OutboxMessage
    due = (
        sa.select(
            row.id, row.contact_id, row.address, row.message_class, row.content, row.language, row.token, row.edits,
            row.broadcast_id, row.enrolment_id, row.meeting_id, row.status, row.attempts, row.uncertain_episodes,
            row.outside_window, row.expires_at, row.created_at,
            Contact.opt_out, Contact.blocked_at, Contact.last_heard_at, Contact.language.label("contact_language"),
            Person.honorific, Person.name, Person.language.label("person_language"),
        )
        .outerjoin(Contact, Contact.id == row.contact_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .where(needs_sender(row.status), row.status.in_(_DUE), row.not_before <= now, row.channel == terms.channel)
        .with_for_update(of=row, skip_locked=True)
    )  # fmt: skip
    return due if terms.only is None else due.where(row.address == terms.only)


def _started_by_us(terms: Terms, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Notices and reminders; at night only the notices."""
    last = MessageClass.NOTICE if terms.programme.quiet.holds(now) else MessageClass.BROADCAST
    classes = OutboxMessage.message_class.between(MessageClass.NOTICE, last)
    due = _select(terms, now).where(OutboxMessage.broadcast_id.is_(None), classes)
    return due.order_by(OutboxMessage.message_class, OutboxMessage.id)


def _of_broadcast(
    terms: Terms, now: datetime, broadcast: sa.Row[Any], people_left: int | None
) -> sa.Select[*tuple[Any, ...]]:
    """Rows of one running broadcast, those within their window first; the others only while Meta allows more people."""
    due = _select(terms, now).where(OutboxMessage.broadcast_id == broadcast.id)
    if people_left is not None and people_left <= 0:
        due = due.where(OutboxMessage.outside_window.is_(sa.false()))
    return due.order_by(OutboxMessage.outside_window, OutboxMessage.id)


#: A reply waits for the replies before it.
_REPLY = (
    OutboxMessage.broadcast_id.is_(None),
    OutboxMessage.message_class == MessageClass.REPLY,
    ~sa.exists().where(
        _earlier.contact_id == OutboxMessage.contact_id,
        _earlier.id < OutboxMessage.id,
        _earlier.message_class == sa.literal_column("0"),
        needs_sender(_earlier.status),
    ),
)


def _choose(work: _Claim, candidates: Sequence[sa.Row[Any]]) -> None:
    for row in candidates:
        if row.address not in work.taken and _may_go(work, row):
            work.taken.add(row.address)
            work.chosen.append(_outgoing(work, row))


def _may_go(work: _Claim, row: sa.Row[Any]) -> bool:
    """Whether a candidate is sent now. One that may not is ended with its reason, or put off."""
    terms, now = work.terms, work.now
    if ending := _ending(work, row):
        message = work.session.get_one(OutboxMessage, row.id)
        end(work.session, message, *ending, now, terms.programme)
        return False
    if row.message_class == MessageClass.REPLY:
        return True
    if _offers(row.enrolment_id, row.content) and terms.programme.quiet.holds(now):
        return _put_off(work, row, terms.programme.quiet.ends_after(now))
    if (wait := terms.chat_wait(row.address)) > 0:
        return _put_off(work, row, now + timedelta(seconds=wait))
    if work.people_left is not None and _is_outside(row, terms, now):
        if work.people_left <= 0:
            return row.broadcast_id is None and _put_off(work, row, now + FULL_FOR)
        work.people_left -= 1
    return True


def _put_off(work: _Claim, row: sa.Row[Any], until: datetime) -> bool:
    later = sa.update(OutboxMessage).where(OutboxMessage.id == row.id).values(not_before=until)
    work.session.execute(later, execution_options={"synchronize_session": False})
    return False


def _ending(work: _Claim, row: sa.Row[Any]) -> tuple[Status, str] | None:
    if row.expires_at is not None and row.expires_at <= work.now:
        return Status.EXPIRED, "too_late"
    if row.uncertain_episodes > _most_uncertain(work, row) and not work.terms.asks_provider:
        return Status.FAILED, "unknown_outcome"
    if row.message_class == MessageClass.REPLY:
        return None
    if row.contact_id is None:
        return Status.CANCELLED, "erased"
    if row.opt_out == OptOut.ALL:
        return Status.CANCELLED, "opted_out"
    if row.opt_out == OptOut.BROADCASTS and row.message_class == MessageClass.BROADCAST:
        return Status.CANCELLED, "opted_out"
    if row.blocked_at is not None:
        return Status.FAILED, "blocked"
    return None


def _most_uncertain(work: _Claim, row: sa.Row[Any]) -> int:
    """A coordinator may have chosen that her announcement is rather lost than repeated."""
    broadcast = work.running.get(row.broadcast_id)
    return 0 if broadcast is not None and not broadcast.repeat_uncertain else MOST_UNCERTAIN


def _is_outside(row: sa.Row[Any], terms: Terms, now: datetime) -> bool:
    """Whether she may not be written to freely now, so that she counts among the people of the day."""
    hours = dict(terms.programme.windows).get(terms.channel)
    return hours is not None and (row.last_heard_at is None or row.last_heard_at <= now - timedelta(hours=hours))


def _outgoing(work: _Claim, row: sa.Row[Any]) -> Outgoing:
    content = row.content if row.broadcast_id is None else work.running[row.broadcast_id].content
    return Outgoing(
        id=row.id, contact_id=row.contact_id, channel=work.terms.channel, address=row.address,
        message_class=MessageClass(row.message_class), content=content or {},
        language=row.person_language or row.contact_language or row.language,
        token=row.token or secrets.token_hex(16), edits=row.edits,
        created_at=row.created_at, attempts=row.attempts + 1, uncertain_episodes=row.uncertain_episodes,
        expires_at=row.expires_at, last_heard_at=row.last_heard_at, broadcast_id=row.broadcast_id,
        enrolment_id=row.enrolment_id, honorific=row.honorific, name=row.name, meeting_id=row.meeting_id,
        before=Status(row.status), outside_window=_is_outside(row, work.terms, work.now), since=time.monotonic(),
    )  # fmt: skip


_outbox = cast(sa.Table, OutboxMessage.__table__)
_CLAIMED = (
    sa.update(_outbox)
    .where(_outbox.c.id == sa.bindparam("b_id"))
    .values(
        status=Status.SENDING,
        lease_by=sa.bindparam("b_by"),
        lease_until=sa.bindparam("b_until"),
        attempts=sa.bindparam("b_attempts"),
        token=sa.bindparam("b_token"),
        outside_window=sa.bindparam("b_outside"),
    )
)


def _write_down(work: _Claim) -> None:
    """All that were chosen are `sending` now, under our lease."""
    if not work.chosen:
        return
    until = work.now + LEASE
    work.session.flush()
    work.session.connection().execute(
        _CLAIMED,
        [
            {
                "b_id": row.id, "b_by": work.terms.owner, "b_until": until, "b_attempts": row.attempts,
                "b_token": row.token, "b_outside": row.outside_window,
            }
            for row in work.chosen
        ],
    )  # fmt: skip
    changes: Counter[Change] = Counter(
        (row.broadcast_id, row.before, Status.SENDING, None) for row in work.chosen if row.broadcast_id
    )
    broadcasting.count_changes(work.session, changes)


def _offers(enrolment_id: int | None, content: Mapping[str, Any] | None) -> bool:
    return enrolment_id is not None and (content or {}).get("key") == "offer.made"


def is_offer(message: OutboxMessage | Outgoing) -> bool:
    """Whether a row offers a seat: it waits for the morning, and passes on when it cannot be delivered."""
    return _offers(message.enrolment_id, message.content)


#: A reply of this kind stands in no list and is gone when it ends (`rules.md`, Privacy: violence).
PRIVATE = "private"


def leaves_nothing(message: OutboxMessage | Outgoing) -> bool:
    """Whether a row is deleted when it ends: she was erased, or nobody is ever to see that it was sent."""
    return message.contact_id is None or (message.content or {}).get("key") == PRIVATE


def end(
    session: Session, message: OutboxMessage, status: Status, reason: str, now: datetime, programme: Programme
) -> None:
    """End a row without acceptance; a seat that could not be offered passes on at once. An erased woman's row is gone."""
    before, message.status = message.status, status
    message.error, message.ended_at, message.lease_by, message.lease_until = reason, now, None, None
    if message.broadcast_id is not None:
        broadcasting.count_changes(session, {(message.broadcast_id, before, status, reason): 1})
    if is_offer(message) and message.enrolment_id is not None:
        session.flush()
        offers.offer_undeliverable(session, message.enrolment_id, now, programme)
    if leaves_nothing(message):
        session.delete(message)
