"""«Data saya»: everything kept about one woman, as plain facts for showing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import learning
from models.enrolments import Answer, Attendance, Enrolment, EnrolmentStatus, Presence
from models.events import Event, Meeting
from models.messages import OutboxMessage
from models.office import Question, QuestionLine
from models.people import Consent, Contact, Conversation, OptOut, Person, Purpose, Role, RoleName


@dataclass(frozen=True, slots=True)
class ContactFact:
    """One address of hers."""

    channel: str
    address: str
    opt_out: OptOut
    last_heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """One yes of hers."""

    purpose: Purpose
    at: datetime
    channel: str
    text_version: str


@dataclass(frozen=True, slots=True)
class EnrolmentFact:
    """One event she came to."""

    event: str
    status: EnrolmentStatus
    since: datetime


@dataclass(frozen=True, slots=True)
class AttendanceFact:
    """One meeting: what she answered and whether she was there."""

    event: str
    starts_at: datetime
    answer: Answer
    presence: Presence


@dataclass(frozen=True, slots=True)
class SaidFact:
    """One thing she said, or was told, in a handover."""

    at: datetime
    by_her: bool
    text: str


@dataclass(frozen=True, slots=True)
class UnclearFact:
    """One message of hers that was not understood, as it is kept to improve the answers."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything kept about her. `messages` counts rows of messages sent or waiting; `open_form` names an open form."""

    person: Person
    roles: tuple[RoleName, ...]
    contacts: tuple[ContactFact, ...]
    consents: tuple[ConsentFact, ...]
    enrolments: tuple[EnrolmentFact, ...]
    attendance: tuple[AttendanceFact, ...]
    questions: tuple[SaidFact, ...]
    unclear: tuple[UnclearFact, ...]
    messages: int
    open_form: str | None


def data_about(session: Session, person_id: int) -> PersonalData:
    """Everything kept about a person. Raises NoResultFound for an unknown id."""
    contacts = session.scalars(sa.select(Contact).where(Contact.person_id == person_id).order_by(Contact.id)).all()
    ids = [contact.id for contact in contacts]
    return PersonalData(
        person=session.get_one(Person, person_id),
        roles=tuple(RoleName(r) for r in session.scalars(sa.select(Role.role).where(Role.person_id == person_id))),
        contacts=tuple(ContactFact(c.channel, c.address, OptOut(c.opt_out), c.last_heard_at) for c in contacts),
        consents=_consents(session, person_id),
        enrolments=_enrolments(session, person_id),
        attendance=_attendance(session, person_id),
        questions=_questions(session, ids),
        unclear=tuple(UnclearFact(row.at, row.text) for row in learning.kept_of(session, person_id)),
        messages=session.scalar(sa.select(sa.func.count()).where(OutboxMessage.contact_id.in_(ids))) or 0,
        open_form=session.scalar(
            sa.select(Conversation.form).where(Conversation.contact_id.in_(ids), Conversation.form.is_not(None))
        ),
    )


def _consents(session: Session, person_id: int) -> tuple[ConsentFact, ...]:
    rows = session.scalars(
        sa.select(Consent).where(Consent.person_id == person_id).order_by(Consent.at, Consent.purpose)
    )
    return tuple(ConsentFact(Purpose(row.purpose), row.at, row.channel, row.text_version) for row in rows)


def _enrolments(session: Session, person_id: int) -> tuple[EnrolmentFact, ...]:
    rows = session.execute(
        sa.select(Event.title, Enrolment.status, Enrolment.created_at)
        .join(Enrolment, Enrolment.event_id == Event.id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.id)
    )
    return tuple(EnrolmentFact(title, EnrolmentStatus(status), since) for title, status, since in rows)


def _attendance(session: Session, person_id: int) -> tuple[AttendanceFact, ...]:
    rows = session.execute(
        sa.select(Event.title, Meeting.starts_at, Attendance.answer, Attendance.presence)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Event, Event.id == Meeting.event_id)
        .where(Attendance.person_id == person_id)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return tuple(AttendanceFact(title, at, Answer(answer), Presence(there)) for title, at, answer, there in rows)


def _questions(session: Session, contact_ids: list[int]) -> tuple[SaidFact, ...]:
    rows = session.scalars(
        sa.select(QuestionLine)
        .join(Question, Question.id == QuestionLine.question_id)
        .where(Question.contact_id.in_(contact_ids))
        .order_by(QuestionLine.id)
    )
    return tuple(SaidFact(row.at, row.by_person_id is None, row.text) for row in rows)
