"""What is told about a question to a person: to the coordinators that there is one, to her that it was answered or closed."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox
from models.messages import MessageClass, OutboxMessage
from models.notices import Content, choice, content
from models.office import Question
from models.people import Contact, Person
from models.roles import coordinators

#: News of a question is stale after the silence that closes it (`rules.md`, A person answers).
FRESH = timedelta(hours=24)


def asked(session: Session, question: Question, text: str, now: datetime) -> int:
    """Tell every coordinator of a new question; how many were told."""
    message = content(
        "question.new",
        [choice(f"take:{question.id}", "button.take")],
        name=asker(session, question),
        text=text,
    )
    told = [
        _put(session, contact, message, now, f"{_mark(question)}new:{contact.person_id}")
        for contact in coordinators(session)
    ]
    return sum(row is not None for row in told)


def taken(session: Session, question: Question, by: Person, now: datetime) -> None:
    """Tell the other coordinators who has taken it; what had not reached them yet is taken back."""
    outbox.cancel(session, *_rows(question, "new:"), reason="taken", now=now)
    message = content("question.taken", name=asker(session, question), by=by.name)
    for contact in coordinators(session):
        if contact.person_id != by.id:
            _put(session, contact, message, now, f"{_mark(question)}taken:{contact.person_id}")


def more(session: Session, question: Question, text: str, now: datetime) -> None:
    """Pass her further words on to the coordinator who owns the question."""
    if question.taken_by is None:
        return
    message = content(
        "question.more",
        [choice(f"answer:{question.id}", "button.answer")],
        name=asker(session, question),
        text=text,
    )
    contact = outbox.best_contact(session, question.taken_by)
    if contact is not None:
        _put(session, contact, message, now, f"{_mark(question)}more:{now.isoformat()}")


def answered(session: Session, question: Question, text: str, now: datetime) -> None:
    """Bring a coordinator's answer to the address she asked from."""
    contact = session.get_one(Contact, question.contact_id)
    outbox.put(session, contact, MessageClass.NOTICE, content("question.answer", text=text), now)


def closed(session: Session, question: Question, now: datetime) -> None:
    """Tell her that from here on the bot answers her again, if she wrote within a day: a courtesy is not worth more."""
    contact = session.get_one(Contact, question.contact_id)
    until = (contact.last_heard_at or now) + FRESH
    message = content("question.closed", [choice("ask", "button.person"), choice("menu", "button.menu")])
    if until > now:
        once = f"{_mark(question)}closed:{now.isoformat(timespec='seconds')}"
        outbox.put(session, contact, MessageClass.NOTICE, message, now, once_key=once, expires_at=until)


def forget(session: Session, question_id: int) -> None:
    """Delete what was told about a question, because she is erased."""
    session.execute(sa.delete(OutboxMessage).where(*_rows_of(f"question:{question_id}:")))


def asker(session: Session, question: Question) -> str | Content:
    """Her name as coordinators see it; a sentence's key where she is not registered."""
    name = session.scalar(
        sa.select(Person.name).join(Contact, Contact.person_id == Person.id).where(Contact.id == question.contact_id)
    )
    return name or {"say": "person.unknown"}


def _mark(question: Question) -> str:
    return f"question:{question.id}:"


def _rows(question: Question, what: str) -> list[sa.ColumnElement[bool]]:
    return _rows_of(_mark(question) + what)


def _rows_of(beginning: str) -> list[sa.ColumnElement[bool]]:
    """Rows by the beginning of their once-key, as a range, so that the unique index finds them."""
    return [
        OutboxMessage.once_key >= beginning,
        OutboxMessage.once_key < beginning[:-1] + chr(ord(beginning[-1]) + 1),
    ]


def _put(session: Session, contact: Contact, message: Content, now: datetime, once_key: str) -> Any:
    return outbox.put(session, contact, MessageClass.NOTICE, message, now, once_key=once_key, expires_at=now + FRESH)
