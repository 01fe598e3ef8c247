"""Stopping what the program starts, and bringing it back, on one contact. If she writes, she is answered anyway."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox
from models.messages import MessageClass, OutboxMessage, Status
from models.offers import offer_undeliverable
from models.people import Contact, OptOut
from models.programme import Programme


def opt_out(session: Session, contact_id: int, how_much: OptOut, now: datetime, programme: Programme) -> None:
    """Stop broadcasts, or all, on this contact at once: what is queued is taken back, an unsent offer passes on.

    Her enrolments stay. Stopping broadcasts does not weaken an earlier "all".
    """
    contact = session.get_one(Contact, contact_id)
    if contact.opt_out == OptOut.ALL and how_much != OptOut.ALL:
        return
    contact.opt_out, contact.opted_out_at = how_much, now
    session.flush()
    if how_much == OptOut.ALL:
        _take_back_all(session, contact_id, now, programme)


def _take_back_all(session: Session, contact_id: int, now: datetime, programme: Programme) -> None:
    """Broadcast rows are left to the sender, which counts them as it ends them."""
    mine = [
        OutboxMessage.contact_id == contact_id,
        OutboxMessage.message_class.in_((MessageClass.NOTICE, MessageClass.REMINDER)),
    ]
    queued = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.status == Status.QUEUED, *mine)).all()
    offers = [row.enrolment_id for row in queued if (row.content or {}).get("key") == "offer.made"]
    outbox.cancel(session, *mine, reason="opted_out", now=now)
    for enrolment_id in offers:
        if enrolment_id is not None:
            offer_undeliverable(session, enrolment_id, now, programme)


def opt_in(session: Session, contact_id: int, now: datetime) -> None:
    """Bring everything back on this contact: she wrote MULAI. A waiting list she stands in reaches her again."""
    contact = session.get_one(Contact, contact_id)
    contact.opt_out, contact.opted_out_at, contact.last_heard_at = OptOut.NONE, None, now
    session.flush()
