"""Writing down what became of a send, many at a time. The lease is the fence: who lost it has nothing to say any more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.base import Blocked, Moved, NotSent, OptedOut, Sent, TryLater, Uncertain
from bot.conversation.talk import Shown, Talk
from bot.delivery import crash_points, statuses
from bot.delivery.ending import end, is_offer, leaves_nothing
from bot.delivery.inbox import Outgoing
from models import broadcasting, offers
from models.broadcast_counts import Change
from models.messages import MessageClass, OutboxMessage, ParkedStatus, Status
from models.people import Contact, Conversation, OptOut
from models.prepared import for_each, one_of
from models.programme import Programme

#: Attempts the provider counted as such before a row is given up.
MOST_ATTEMPTS = 8
#: How long an uncertain row rests before it is looked at again: a provider's own list of messages may lag.
SETTLES = timedelta(seconds=10)
#: The same where the provider cannot be asked anyway.
RESTS = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one send: `Sent`, or why not. `at` is when."""

    outgoing: Outgoing
    outcome: Sent | NotSent
    at: datetime


@dataclass(frozen=True)
class Ledger:
    """Writes results into the outbox for one process."""

    owner: str
    programme: Programme
    asked: frozenset[str] = frozenset()  #: channels whose provider can say what became of an uncertain send

    def record(self, session: Session, results: Sequence[Result]) -> None:
        """Write down a batch. A row that is no longer ours is left alone."""
        session.flush()
        asked = {"ids": [result.outgoing.id for result in results], "owner": self.owner}
        ours = {row_id for (row_id,) in _STILL_OURS.all(session, asked)}
        mine = [result for result in results if result.outgoing.id in ours]
        plain = [result for result in mine if _is_plain(result)]
        self._accept_all(session, plain)
        for result in mine:
            if not _is_plain(result):
                self._record(session, session.get_one(OutboxMessage, result.outgoing.id), result)
        crash_points.at("result.before_commit")

    def _accept_all(self, session: Session, results: Sequence[Result]) -> None:
        """The many that were simply taken by the provider, in a few statements."""
        if not results:
            return
        sent = {r.outgoing.id: r.outcome.provider_id or None for r in results if isinstance(r.outcome, Sent)}
        _ACCEPTED.run(session, {"sent": sent, "b_at": results[-1].at})
        changes: Counter[Change] = Counter(
            (r.outgoing.broadcast_id, Status.SENDING, Status.ACCEPTED, None) for r in results if r.outgoing.broadcast_id
        )
        broadcasting.count_changes(session, changes)
        remember_all_shown(session, results)
        self._catch_up(session, [r.outgoing for r in results if r.outgoing.channel in self.asked], results[-1].at)

    def _catch_up(self, session: Session, sent: Sequence[Outgoing], now: datetime) -> None:
        """Apply what the provider said of these before we knew that it had taken them."""
        if not sent or session.scalar(sa.select(ParkedStatus.id).limit(1)) is None:
            return
        for outgoing in sent:
            statuses.apply_parked(session, session.get_one(OutboxMessage, outgoing.id), now, self.programme)

    def _record(self, session: Session, row: OutboxMessage, result: Result) -> None:
        row.lease_by = row.lease_until = None
        match result.outcome:
            case Sent() as sent:
                self._accepted(session, row, sent, result.at)
            case Uncertain():
                self._open_again(session, row, Status.UNCERTAIN, result.at + self._rest(row))
                row.uncertain_episodes += 1
            case TryLater() as later:
                self._later(session, row, later, result.at)
            case Moved() as moved:
                self._move(session, row, moved.address, result.at)
            case NotSent() as no:
                self._never(session, row, no, result.at)

    def _accepted(self, session: Session, row: OutboxMessage, sent: Sent, now: datetime) -> None:
        self._count(session, row, Status.ACCEPTED)
        row.status, row.provider_id, row.ended_at, row.error = (
            Status.ACCEPTED,
            sent.provider_id or None,
            now,
            None,
        )
        if row.message_class is not MessageClass.REPLY and sent.shown and row.contact_id is not None:
            remember_shown(session, row.contact_id, sent.shown, now)
        if is_offer(row) and row.enrolment_id is not None:
            offers.offer_accepted(session, row.enrolment_id, now, self.programme)
        if leaves_nothing(row):
            session.delete(row)
            return
        session.flush()
        statuses.apply_parked(session, row, now, self.programme)

    def _rest(self, row: OutboxMessage) -> timedelta:
        return SETTLES if row.channel in self.asked else RESTS

    def _later(self, session: Session, row: OutboxMessage, later: TryLater, now: datetime) -> None:
        if not later.counts:
            row.attempts -= 1
        if row.attempts >= MOST_ATTEMPTS:
            end(session, row, Status.FAILED, "gave_up", now, self.programme)
            return
        self._open_again(session, row, Status.QUEUED, now + timedelta(seconds=later.after))
        row.error = later.reason

    def _move(self, session: Session, row: OutboxMessage, address: str, now: datetime) -> None:
        row.address = address
        if row.contact_id is not None:
            session.execute(sa.update(Contact).where(Contact.id == row.contact_id).values(address=address))
        self._open_again(session, row, Status.QUEUED, now)

    def _never(self, session: Session, row: OutboxMessage, no: NotSent, now: datetime) -> None:
        if row.contact_id is not None and isinstance(no, Blocked | OptedOut):
            values = {"blocked_at": now} if isinstance(no, Blocked) else {"opt_out": OptOut.ALL, "opted_out_at": now}
            session.execute(sa.update(Contact).where(Contact.id == row.contact_id).values(values))
        end(session, row, Status.FAILED, no.reason, now, self.programme)

    def _open_again(self, session: Session, row: OutboxMessage, status: Status, at: datetime) -> None:
        self._count(session, row, status)
        row.status, row.not_before = status, at

    def _count(self, session: Session, row: OutboxMessage, status: Status) -> None:
        if row.broadcast_id is not None:
            broadcasting.count_changes(session, {(row.broadcast_id, row.status, status, None): 1})


_outbox = cast(sa.Table, OutboxMessage.__table__)
_STILL_OURS = one_of(
    "ids", _outbox.c.id,
    sa.select(_outbox.c.id).where(_outbox.c.status == Status.SENDING, _outbox.c.lease_by == sa.bindparam("owner")),
    lambda found: found.order_by(_outbox.c.id).with_for_update(),  # the same results may be handed in again meanwhile
)  # fmt: skip
_ACCEPTED = for_each(
    "sent", _outbox.c.id,
    lambda provider_id: sa.update(_outbox).values(
        status=Status.ACCEPTED, provider_id=provider_id, ended_at=sa.bindparam("b_at"), error=None, lease_by=None,
        lease_until=None,
    ),
)  # fmt: skip


def _is_plain(result: Result) -> bool:
    """Whether acceptance is all there is to write: nothing hangs on this row, and it may stay."""
    outgoing = result.outgoing
    return isinstance(result.outcome, Sent) and not is_offer(outgoing) and not leaves_nothing(outgoing)


def remember_all_shown(session: Session, results: Sequence[Result]) -> None:
    """What the program itself sent is the newest list she can answer by a number, from the moment it was accepted."""
    for result in results:
        outgoing, outcome = result.outgoing, result.outcome
        started_by_us = outgoing.message_class is not MessageClass.REPLY and outgoing.contact_id is not None
        if started_by_us and isinstance(outcome, Sent) and outcome.shown and outgoing.contact_id is not None:
            remember_shown(session, outgoing.contact_id, outcome.shown, result.at)


def remember_shown(session: Session, contact_id: int, shown: Shown, now: datetime) -> None:
    """What the program itself sent is the newest list she can answer by a number, from the moment it was accepted."""
    conversation = session.get(Conversation, contact_id)
    if conversation is None:
        conversation = Conversation(contact_id=contact_id, said={}, shown=[], updated_at=now)
        session.add(conversation)
    talk = Talk(shown=[Shown.from_json(entry) for entry in conversation.shown])
    talk.show(Shown(now, shown.choices))
    conversation.shown = [entry.to_json() for entry in talk.shown]


def recover(session: Session, now: datetime, *, everything: bool) -> int:
    """Rows that were being sent when their process died are uncertain now; how many.

    `everything` where this process is known to be the only one and has sent nothing yet; otherwise leases that ran out.
    """
    lost = [OutboxMessage.status == Status.SENDING, OutboxMessage.lease_until.is_not(None)]
    if not everything:
        lost.append(OutboxMessage.lease_until < now)
    rows = session.scalars(sa.select(OutboxMessage).where(*lost).with_for_update(skip_locked=True)).all()
    changes: Counter[Change] = Counter(
        (row.broadcast_id, Status.SENDING, Status.UNCERTAIN, None) for row in rows if row.broadcast_id
    )
    for row in rows:
        row.status, row.not_before, row.lease_by, row.lease_until = Status.UNCERTAIN, now, None, None
        row.uncertain_episodes += 1
    broadcasting.count_changes(session, changes)
    return len(rows)
