"""A person answers: a woman's question goes to the coordinators, the first who takes it owns it, the bot steps back."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import question_notices, roles
from models.base import Refused
from models.office import Question, QuestionLine, QuestionStatus
from models.people import Person
from models.prepared import Prepared

#: So long without a word of either side, and the handover ends by itself (`rules.md`, A person answers).
SILENCE = timedelta(hours=24)


class AlreadyTaken(Refused):
    """Another coordinator owns the question (`by`: her name)."""

    key = "refused.question_taken"


class QuestionClosed(Refused):
    """The question is closed, or gone."""

    key = "refused.question_closed"


def ask(session: Session, contact_id: int, text: str, now: datetime) -> Question:
    """Pass a question on to the coordinators. While one of hers is open, this adds to it."""
    question = open_question(session, contact_id)
    if question is not None:
        _say_more(session, question, text, now)
        return question
    question = Question(contact_id=contact_id, status=QuestionStatus.OPEN, created_at=now, last_at=now)
    session.add(question)
    session.flush()
    _line(session, question, None, text, now)
    question_notices.asked(session, question, text, now)
    return question


def say_more(session: Session, contact_id: int, text: str, now: datetime) -> bool:
    """Her further words: kept, and passed on to the owner. False if nothing of hers is open."""
    question = open_question(session, contact_id)
    if question is None:
        return False
    _say_more(session, question, text, now)
    return True


def _say_more(session: Session, question: Question, text: str, now: datetime) -> None:
    _line(session, question, None, text, now)
    question_notices.more(session, question, text, now)


def take(session: Session, actor_id: int | None, question_id: int, now: datetime) -> Question:
    """A coordinator makes the question hers; pressing twice changes nothing. The others are told.

    Raises NotAllowed, AlreadyTaken, QuestionClosed.
    """
    actor = roles.require(session, actor_id)
    question = _locked(session, question_id)
    if question.status == QuestionStatus.TAKEN and question.taken_by == actor:
        return question
    if question.status == QuestionStatus.TAKEN:
        raise AlreadyTaken(by=_name(session, question.taken_by))
    question.status, question.taken_by, question.last_at = QuestionStatus.TAKEN, actor, now
    session.flush()
    question_notices.taken(session, question, session.get_one(Person, actor), now)
    roles.audit(session, actor, "question.take", f"question {question_id}", now)
    return question


def answer(session: Session, actor_id: int | None, question_id: int, text: str, now: datetime) -> Question:
    """The owner answers; the answer goes to the address she asked from. An open question is taken by answering it.

    Raises NotAllowed, AlreadyTaken, QuestionClosed.
    """
    question = take(session, actor_id, question_id, now)
    _line(session, question, question.taken_by, text, now)
    question_notices.answered(session, question, text, now)
    roles.audit(session, question.taken_by, "question.answer", f"question {question_id}", now)
    return question


def close(session: Session, actor_id: int | None, question_id: int, now: datetime) -> Question:
    """A coordinator ends the handover; she who asked is told. Raises NotAllowed, QuestionClosed."""
    actor = roles.require(session, actor_id)
    question = _locked(session, question_id)
    _close(question, now)
    question_notices.closed(session, question, now)
    roles.audit(session, actor, "question.close", f"question {question_id}", now)
    return question


def close_for(session: Session, contact_id: int, now: datetime) -> bool:
    """She goes back to the bot (MENU). False if nothing of hers was open."""
    question = open_question(session, contact_id)
    if question is None:
        return False
    _close(question, now)
    return True


def close_silent(session: Session, now: datetime) -> int:
    """End the handovers in which nobody has said a word for 24 hours; how many."""
    silent = session.scalars(
        sa.select(Question).where(Question.status != QuestionStatus.CLOSED, Question.last_at <= now - SILENCE)
    ).all()
    for question in silent:
        _close(question, now)
    return len(silent)


def open_question(session: Session, contact_id: int) -> Question | None:
    """Her question that is not closed, if any."""
    session.flush()
    found = _OPEN.first(session, {"contact_id": contact_id})
    return None if found is None else session.get_one(Question, found[0])


_OPEN = Prepared(
    any=sa.select(Question.id)
    .where(Question.contact_id == sa.bindparam("contact_id"), Question.status != QuestionStatus.CLOSED.value)
    .order_by(Question.id.desc())
    .limit(1)
)


def is_open(session: Session, contact_id: int) -> bool:
    """Whether a person answers her at present, so that the bot steps back."""
    return open_question(session, contact_id) is not None


def waiting(session: Session, actor_id: int | None) -> list[Question]:
    """What a coordinator has to do: her own questions first, then those nobody has taken, the oldest first."""
    actor = roles.require(session, actor_id)
    mine_or_open = sa.or_(Question.taken_by == actor, Question.status == QuestionStatus.OPEN)
    return list(
        session.scalars(
            sa.select(Question)
            .where(Question.status != QuestionStatus.CLOSED, mine_or_open)
            .order_by(Question.status.desc(), Question.id)
        )
    )


def lines(session: Session, question_id: int) -> list[QuestionLine]:
    """What was said in a handover, in order."""
    return list(
        session.scalars(
            sa.select(QuestionLine).where(QuestionLine.question_id == question_id).order_by(QuestionLine.id)
        )
    )


def _locked(session: Session, question_id: int) -> Question:
    question = session.scalar(
        sa.select(Question)
        .where(Question.id == question_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if question is None or question.status == QuestionStatus.CLOSED:
        raise QuestionClosed
    return question


def _close(question: Question, now: datetime) -> None:
    question.status, question.closed_at = QuestionStatus.CLOSED, now


def _line(session: Session, question: Question, by: int | None, text: str, now: datetime) -> None:
    session.add(QuestionLine(question_id=question.id, by_person_id=by, text=text, at=now))
    question.last_at = now
    session.flush()


def _name(session: Session, person_id: int | None) -> str:
    return session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""
