"""By which of her contacts a person is reached, as part of a larger query (`models/outbox.py` asks for one person)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models.people import Consent, Contact, OptOut, Person, Purpose
from models.programme import Programme


class Reach(StrEnum):
    """Whether and why a person of the audience gets the message. Each person is in exactly one state."""

    REACHABLE = "reachable"
    WINDOW_CLOSED = "window_closed"  #: only by an approved template; is a recipient all the same
    OPTED_OUT = "opted_out"  #: on every contact of hers
    BLOCKED = "blocked"  #: she blocked us, or a coordinator blocked her
    NO_CONSENT = "no_consent"  #: did not say yes to announcements
    NO_CONTACT = "no_contact"


#: Who gets a row.
RECIPIENTS = (Reach.REACHABLE, Reach.WINDOW_CLOSED)


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


def reach_of(
    people: sa.ColumnElement[bool], needs: Purpose, at: datetime, programme: Programme
) -> sa.Select[int, int | None, str | None, str | None, str | None, str]:
    """Everybody a condition on `Person` names: id, chosen contact (id, channel, address, language) and `Reach`.

    The contact chosen is the reachable one she last wrote from; one state for each person. It is looked up for one
    person after the other by index, so that a range of ids costs what the range holds.
    """
    rank = _rank(Contact, at, programme)
    consent = sa.exists().where(Consent.person_id == Person.id, Consent.purpose == needs)
    state = sa.case(
        (Contact.id.is_(None), Reach.NO_CONTACT.value),
        (~consent, Reach.NO_CONSENT.value),
        (sa.or_(Person.blocked, rank == 3), Reach.BLOCKED.value),
        (rank == 2, Reach.OPTED_OUT.value),
        (rank == 1, Reach.WINDOW_CLOSED.value),
        else_=Reach.REACHABLE.value,
    )
    return (
        sa.select(
            Person.id, Contact.id.label("contact_id"), Contact.channel, Contact.address, Contact.language,
            state.label("reach"),
        )
        .outerjoin(Contact, Contact.id == _best_contact(at, programme))
        .where(people)
    )  # fmt: skip


def _best_contact(at: datetime, programme: Programme) -> sa.ScalarSelect[int]:
    """The contact a person is written to, reachable or not."""
    hers = aliased(Contact)
    return (
        sa.select(hers.id)
        .where(hers.person_id == Person.id)
        .order_by(_rank(hers, at, programme), hers.last_heard_at.desc().nulls_last(), hers.id)
        .limit(1)
        .scalar_subquery()
    )


def _rank(contact: type[Contact], at: datetime, programme: Programme) -> sa.Case[int]:
    """How well a contact is reached, the best first: 0 reachable, 1 window closed, 2 opted out, 3 blocked."""
    closed = [
        sa.and_(
            contact.channel == channel,
            sa.or_(contact.last_heard_at.is_(None), contact.last_heard_at <= at - timedelta(hours=hours)),
        )
        for channel, hours in programme.windows
    ]
    return sa.case(
        (contact.blocked_at.is_not(None), 3),
        (contact.opt_out != OptOut.NONE, 2),
        (sa.or_(sa.false(), *closed), 1),
        else_=0,
    )
