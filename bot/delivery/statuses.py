"""The provider's later word on a message: delivered, read, failed. Applied by rank, never backwards.

It may come before our own commit, twice, or in the wrong order: what we cannot match yet is parked.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.base import DeliveryStatus
from bot.delivery import crash_points
from bot.delivery.ending import end, is_offer
from models import broadcasting, offers, windows
from models.messages import OutboxMessage, ParkedStatus, Status
from models.people import Contact, OptOut
from models.programme import Programme

#: How far a message has come; a word of lower or equal rank changes nothing.
RANK = {
    Status.QUEUED: 0, Status.SENDING: 0, Status.UNCERTAIN: 0, Status.ACCEPTED: 1, Status.DELIVERED: 2, Status.READ: 3,
    Status.FAILED: 2,
}  # fmt: skip


def apply(session: Session, word: DeliveryStatus, now: datetime, programme: Programme) -> bool:
    """Apply one status; False if it was parked, because the message is unknown or its own result is still on its way."""
    row = _row(session, word)
    if row is None or row.status is Status.SENDING:
        session.add(
            ParkedStatus(
                channel=word.channel, token=word.token, provider_id=word.provider_id, status=word.status,
                error=word.error, at=now,
            )
        )  # fmt: skip
        return False
    _advance(session, row, word, now, programme)
    crash_points.at("status.before_commit")
    return True


def apply_parked(session: Session, row: OutboxMessage, now: datetime, programme: Programme) -> None:
    """Apply what was said of a message before we knew it."""
    mine = [ParkedStatus.token == row.token]
    if row.provider_id:
        mine.append(ParkedStatus.provider_id == row.provider_id)
    for parked in session.scalars(
        sa.select(ParkedStatus).where(ParkedStatus.channel == row.channel, sa.or_(*mine)).order_by(ParkedStatus.id)
    ).all():
        word = DeliveryStatus(parked.channel, parked.token, parked.provider_id, parked.status, parked.error)
        _advance(session, row, word, now, programme)
        session.delete(parked)


def _note_on_contact(session: Session, row: OutboxMessage, reason: str | None, now: datetime) -> None:
    """A block or a stop that shows only now holds for everything that comes after."""
    if row.contact_id is None or reason not in {"blocked", "opted_out"}:
        return
    contact = session.get_one(Contact, row.contact_id)
    if reason == "blocked":
        contact.blocked_at = now
    else:
        contact.opt_out, contact.opted_out_at = OptOut.ALL, now


def _row(session: Session, word: DeliveryStatus) -> OutboxMessage | None:
    mine = []
    if word.token:
        mine.append(OutboxMessage.token == word.token)
    if word.provider_id:
        mine.append(OutboxMessage.provider_id == word.provider_id)
    if not mine:
        return None
    found = sa.select(OutboxMessage).where(OutboxMessage.channel == word.channel, sa.or_(*mine)).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).first()  # as it is under the lock


def _advance(session: Session, row: OutboxMessage, word: DeliveryStatus, now: datetime, programme: Programme) -> None:
    status = Status(word.status)
    if RANK[status] <= RANK.get(row.status, RANK[Status.READ]):
        return
    row.provider_id = row.provider_id or word.provider_id
    if status is Status.FAILED:
        if word.error == windows.WINDOW_CLOSED and windows.again_by_template(session, row, now, programme):
            return
        _note_on_contact(session, row, word.error, now)
        end(session, row, Status.FAILED, word.error or "undelivered", now, programme)
        return
    if row.broadcast_id is not None:
        was = row.error if row.status is Status.FAILED else None
        broadcasting.count_changes(session, {(row.broadcast_id, row.status, status, was): 1})
    if is_offer(row) and row.enrolment_id is not None and RANK[Status(row.status)] == 0:
        offers.offer_accepted(session, row.enrolment_id, now, programme)
    row.status, row.ended_at, row.error = status, row.ended_at or now, None
