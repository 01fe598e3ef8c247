"""Choosing what to send next: due rows, in order of class, one in flight for each contact.

Opt-out, blocks, expiry and quiet hours are decided here, at the last moment, not when the row was written. How rows
are read and marked is in `due.py`, how they end without being sent in `ending.py`.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery import crash_points
from bot.delivery.due import Due, Outbox, mark_sending
from bot.delivery.ending import end, offers_seat
from bot.delivery.inbox import LEASE, Outgoing
from models import broadcasting
from models.broadcast_counts import Change
from models.messages import MessageClass, OutboxMessage, Status
from models.people import OptOut
from models.programme import Programme

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
    running: Mapping[int, broadcasting.Running]  #: the broadcasts being sent
    people_left: int | None
    chosen: list[Outgoing]
    taken: set[str]
    tokens: dict[int, str] = field(default_factory=dict)  #: new ones, by row

    def new_token(self, row_id: int) -> str:
        """The token of a broadcast's row. It is kept where the provider names it in its callbacks."""
        if not self.terms.asks_provider:
            return str(row_id)
        return self.tokens.setdefault(row_id, secrets.token_hex(16))


def claim(session: Session, terms: Terms, now: datetime, replies: int, others: int) -> list[Outgoing]:
    """Claim up to so many replies and so many messages the program starts; they are `sending` after the commit."""
    running = broadcasting.running(session, now)
    work = _Claim(session, terms, now, {row.id: row for row in running}, terms.people_left, [], set(terms.busy))
    outbox = Outbox(session, terms.channel, terms.only, now)
    if replies > 0:
        _choose(work, outbox.replies(replies))
    night = terms.programme.quiet.holds(now)
    if others > 0:
        _choose(work, outbox.started_by_us(others, MessageClass.NOTICE if night else MessageClass.BROADCAST))
    for broadcast in () if night else running:
        room = others - sum(1 for row in work.chosen if row.message_class is not MessageClass.REPLY)
        if room > 0:
            full = work.people_left is not None and work.people_left <= 0
            _choose(work, outbox.of_broadcast(broadcast.id, room, inside_only=full))
    _write_down(work)
    crash_points.at("claim.before_commit")
    return work.chosen


def _choose(work: _Claim, candidates: Sequence[Due]) -> None:
    for row in candidates:
        if row.address not in work.taken and _may_go(work, row):
            work.taken.add(row.address)
            work.chosen.append(_outgoing(work, row))


def _may_go(work: _Claim, row: Due) -> bool:
    """Whether a candidate is sent now. One that may not is ended with its reason, or put off."""
    terms, now = work.terms, work.now
    if ending := _ending(work, row):
        message = work.session.get_one(OutboxMessage, row.id)
        end(work.session, message, *ending, now, terms.programme)
        return False
    if row.message_class == MessageClass.REPLY:
        return True
    if offers_seat(row.enrolment_id, row.content) and terms.programme.quiet.holds(now):
        return _put_off(work, row, terms.programme.quiet.ends_after(now))
    if (wait := terms.chat_wait(row.address)) > 0:
        return _put_off(work, row, now + timedelta(seconds=wait))
    if work.people_left is not None and _is_outside(row, terms, now):
        if work.people_left <= 0:
            return row.broadcast_id is None and _put_off(work, row, now + FULL_FOR)
        work.people_left -= 1
    return True


def _put_off(work: _Claim, row: Due, until: datetime) -> bool:
    later = sa.update(OutboxMessage).where(OutboxMessage.id == row.id).values(not_before=until)
    work.session.execute(later, execution_options={"synchronize_session": False})
    return False


def _ending(work: _Claim, row: Due) -> tuple[Status, str] | None:
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


def _most_uncertain(work: _Claim, row: Due) -> int:
    """A coordinator may have chosen that her announcement is rather lost than repeated."""
    broadcast = work.running.get(row.broadcast_id or 0)
    return 0 if broadcast is not None and not broadcast.repeat_uncertain else MOST_UNCERTAIN


def _is_outside(row: Due, terms: Terms, now: datetime) -> bool:
    """Whether she may not be written to freely now, so that she counts among the people of the day."""
    hours = dict(terms.programme.windows).get(terms.channel)
    return hours is not None and (row.last_heard_at is None or row.last_heard_at <= now - timedelta(hours=hours))


def _outgoing(work: _Claim, row: Due) -> Outgoing:
    content = row.content if row.broadcast_id is None else work.running[row.broadcast_id].content
    token = row.token or work.new_token(row.id)
    return Outgoing(
        id=row.id, contact_id=row.contact_id, channel=work.terms.channel, address=row.address,
        message_class=row.message_class, content=content or {},
        language=row.person_language or row.contact_language or row.language,
        token=token, edits=row.edits,
        created_at=row.created_at, attempts=row.attempts + 1, uncertain_episodes=row.uncertain_episodes,
        expires_at=row.expires_at, last_heard_at=row.last_heard_at, broadcast_id=row.broadcast_id,
        enrolment_id=row.enrolment_id, honorific=row.honorific, name=row.name, meeting_id=row.meeting_id,
        before=row.status, outside_window=_is_outside(row, work.terms, work.now), since=time.monotonic(),
    )  # fmt: skip


def _write_down(work: _Claim) -> None:
    """All that were chosen are `sending` now, under our lease."""
    if not work.chosen:
        return
    ids: dict[bool, list[int]] = {}
    for row in work.chosen:
        ids.setdefault(row.outside_window, []).append(row.id)
    mark_sending(work.session, ids, work.tokens, work.terms.owner, work.now + LEASE)
    changes: Counter[Change] = Counter(
        (row.broadcast_id, row.before, Status.SENDING, None) for row in work.chosen if row.broadcast_id
    )
    broadcasting.count_changes(work.session, changes)
