"""By which of her contacts a person is reached, as part of a larger query (`models/outbox.py` asks for one person)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models.people import Contact, OptOut


def best_contact_of(person_id: Any) -> sa.ScalarSelect[int]:
    """The id of the reachable contact a person last wrote from; `person_id` is a column of the query around it."""
    contact = aliased(Contact)
    return (
        sa.select(contact.id)
        .where(contact.person_id == person_id, contact.blocked_at.is_(None), contact.opt_out != OptOut.ALL)
        .order_by(contact.last_heard_at.desc().nulls_last(), contact.id)
        .limit(1)
        .scalar_subquery()
    )
