"""Forgetting somebody: every row, conversation and message of hers, at once. Only counts stay.

What the write-ahead log still holds is emptied by the root after the commit (`wal_checkpoint(TRUNCATE)`). What she may
know before she decides is in `models/personal_data.py`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcasting, learning, question_notices, roles
from models.enrolments import Attendance, Enrolment, Presence
from models.messages import OPEN, OutboxMessage, QuarantinedMessage, Status
from models.office import InviteCode, Question
from models.people import Contact, Conversation, Person, Role
from models.programme import Programme
from models.seats import ACTIVE, leave

#: Kept when she is gone: present or late counts as having been there.
_THERE = (Presence.PRESENT, Presence.LATE)


def erase(session: Session, contact_id: int, now: datetime, programme: Programme) -> None:
    """Forget whoever writes from this contact, with all her addresses. Her seats go to those who wait.

    A message of hers that is being sent at this moment may still arrive; its row is gone. The one message that
    confirms the erasure is written afterwards, without a contact, and keeps her address only until it ends.
    """
    contact = session.get_one(Contact, contact_id)
    if contact.person_id is None:
        _erase_contacts(session, [contact])
    else:
        erase_person(session, contact.person_id, now, programme)


def erase_person(session: Session, person_id: int, now: datetime, programme: Programme) -> None:
    """Forget a person, also one without a contact."""
    person = session.get_one(Person, person_id)
    contacts = session.scalars(sa.select(Contact).where(Contact.person_id == person_id)).all()
    _keep_counts(session, person_id, now)
    _free_seats(session, person_id, now, programme)
    learning.forget(session, person_id)
    _wipe_mentions(session, person_id, [person.name, *(contact.address for contact in contacts)])
    _erase_contacts(session, contacts)
    session.execute(sa.delete(InviteCode).where(InviteCode.used_by == person_id))
    session.execute(sa.delete(Person).where(Person.id == person_id))
    session.expire_all()


def _keep_counts(session: Session, person_id: int, now: datetime) -> None:
    """How much she took part, without who she was."""
    joined = sa.select(sa.func.count()).where(Enrolment.person_id == person_id)
    there = sa.select(sa.func.count()).where(Attendance.person_id == person_id, Attendance.presence.in_(_THERE))
    roles.audit(
        session, None, "person.erased", "person", now,
        enrolments=session.scalar(joined) or 0, attended=session.scalar(there) or 0,
    )  # fmt: skip


def _free_seats(session: Session, person_id: int, now: datetime, programme: Programme) -> None:
    held = session.scalars(
        sa.select(Enrolment.event_id)
        .where(Enrolment.person_id == person_id, Enrolment.status.in_(ACTIVE))
        .order_by(Enrolment.event_id)
    ).all()
    for event_id in held:
        leave(session, person_id, event_id, now, programme)


def _erase_contacts(session: Session, contacts: Sequence[Contact]) -> None:
    ids, addresses = [contact.id for contact in contacts], [contact.address for contact in contacts]
    for question_id in session.scalars(sa.select(Question.id).where(Question.contact_id.in_(ids))).all():
        question_notices.forget(session, question_id)
    hers = OutboxMessage.contact_id.in_(ids)
    _uncount(session, hers)
    session.execute(sa.delete(OutboxMessage).where(hers))
    session.execute(sa.delete(QuarantinedMessage).where(QuarantinedMessage.address.in_(addresses)))
    session.execute(sa.delete(Contact).where(Contact.id.in_(ids)))


def _uncount(session: Session, hers: sa.ColumnElement[bool]) -> None:
    """Her open broadcast rows are cancelled before they go, so that the broadcast's counts still add up."""
    where = hers, OutboxMessage.broadcast_id.is_not(None), OutboxMessage.status.in_(OPEN)
    rows = session.execute(sa.select(OutboxMessage.broadcast_id, OutboxMessage.status).where(*where)).all()
    for broadcast_id, status in rows:
        assert broadcast_id is not None
        broadcasting.count_change(session, broadcast_id, Status(status), Status.CANCELLED)


def _wipe_mentions(session: Session, person_id: int, words: Sequence[str]) -> None:
    """Her name and addresses in what coordinators were sent and shown: lists, summaries, questions."""
    theirs = (
        sa.select(Contact.id)
        .join(Role, Role.person_id == Contact.person_id)
        .where(Contact.person_id != person_id)
        .distinct()
    )
    found = OutboxMessage.contact_id.in_(theirs), _mentions(OutboxMessage.content, words)
    unsent = OutboxMessage.status.in_((Status.QUEUED, Status.HELD))
    session.execute(sa.delete(OutboxMessage).where(*found, unsent))
    session.execute(sa.update(OutboxMessage).where(*found, OutboxMessage.status.not_in(OPEN)).values(content=sa.null()))
    session.execute(
        sa.update(Conversation)
        .where(
            Conversation.contact_id.in_(theirs),
            sa.or_(_mentions(Conversation.shown, words), _mentions(Conversation.said, words)),
        )
        .values(shown=[], said={}, form=None)
    )


def _mentions(column: Any, words: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a JSON column holds one of the words, as JSON writes them."""
    text = sa.cast(column, sa.Text)
    return sa.or_(*(text.contains(json.dumps(word)[1:-1], autoescape=True) for word in words))
