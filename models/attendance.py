"""Who comes and who came: her answer to a reminder, her presence at the meeting, and the counts coordinators need."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.base import Refused
from models.enrolments import Answer, Attendance, Enrolment, EnrolmentStatus, Presence
from models.events import Event, Meeting, MeetingStatus
from models.notices import moment
from models.offers import NotHers
from models.people import Person
from models.seat_count import lock_person

#: Who comes early is noted from so long before the start: time to set up the room and write down the first arrivals.
EARLIEST = timedelta(hours=2)
#: Who belongs on a meeting's list.
LISTED = (EnrolmentStatus.ENROLLED, EnrolmentStatus.COMPLETED)


class MeetingOver(Refused):
    """The meeting has ended: an answer comes too late."""

    key = "refused.meeting_over"


class MeetingCancelled(Refused):
    """The meeting does not take place."""

    key = "refused.meeting_cancelled"


class NoSuchMeeting(Refused):
    """There is no such meeting."""

    key = "refused.no_such_meeting"


class TooEarly(Refused):
    """Nobody can have come yet (`event`, `when` the meeting begins)."""

    key = "refused.presence_too_early"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many enrolled women come to a meeting, cannot, or have not answered."""

    coming: int
    excused: int
    unanswered: int

    @property
    def expected(self) -> int:
        """Everybody on the list."""
        return self.coming + self.excused + self.unanswered

    def as_values(self) -> dict[str, int]:
        """The counts as values of a sentence."""
        return {"coming": self.coming, "excused": self.excused, "unanswered": self.unanswered}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One woman on a meeting's list."""

    person_id: int
    name: str
    honorific: str | None
    answer: Answer
    presence: Presence


def answer_reminder(
    session: Session,
    person_id: int | None,
    enrolment_id: int,
    meeting_id: int,
    answer: Answer,
    how: str,
    now: datetime,
) -> Attendance:
    """Keep her answer about one meeting; the last answer before its end counts. `how`: "button", "text", …

    Raises NotHers (not her enrolment, or no seat any more), NoSuchMeeting, MeetingCancelled, MeetingOver.
    """
    enrolment = session.get(Enrolment, enrolment_id)
    meeting = _meeting(session, meeting_id)
    if (
        enrolment is None
        or person_id is None
        or enrolment.person_id != person_id
        or enrolment.status not in LISTED
        or meeting.event_id != enrolment.event_id
    ):
        raise NotHers
    if meeting.status == MeetingStatus.CANCELLED:
        raise MeetingCancelled(event=session.get_one(Event, meeting.event_id).title)
    if meeting.ends_at <= now:
        raise MeetingOver(event=session.get_one(Event, meeting.event_id).title)
    attendance = _attendance(session, person_id, meeting_id)
    attendance.answer, attendance.answer_by = answer, person_id
    attendance.answer_how, attendance.answer_at = how, now
    session.flush()
    return attendance


def mark_presence(
    session: Session,
    actor_id: int | None,
    person_id: int,
    meeting_id: int,
    presence: Presence,
    how: str,
    now: datetime,
) -> Attendance:
    """A coordinator notes who came.

    Raises NotAllowed, NoSuchMeeting, NotHers for somebody who is not on the list, TooEarly before `EARLIEST`.
    """
    actor = roles.require(session, actor_id)
    meeting = _meeting(session, meeting_id)
    if now < meeting.starts_at - EARLIEST:
        event = session.get_one(Event, meeting.event_id)
        raise TooEarly(event=event.title, when=moment(meeting.starts_at), hours=EARLIEST // timedelta(hours=1))
    listed = (
        Enrolment.event_id == meeting.event_id,
        Enrolment.person_id == person_id,
        Enrolment.status.in_(LISTED),
    )
    if session.scalar(sa.select(Enrolment.id).where(*listed)) is None:
        raise NotHers
    attendance = _attendance(session, person_id, meeting_id)
    attendance.presence, attendance.presence_by = presence, actor
    attendance.presence_how, attendance.presence_at = how, now
    roles.audit(
        session,
        actor,
        "attendance.mark",
        f"meeting {meeting_id}",
        now,
        person=person_id,
        presence=presence.value,
    )
    session.flush()
    return attendance


def _meeting(session: Session, meeting_id: int) -> Meeting:
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise NoSuchMeeting
    return meeting


def _attendance(session: Session, person_id: int, meeting_id: int) -> Attendance:
    """Her row for a meeting; the person's lock keeps two answers at once from making two."""
    lock_person(session, person_id)
    where = Attendance.person_id == person_id, Attendance.meeting_id == meeting_id
    found = session.scalar(sa.select(Attendance).where(*where))
    if found is None:
        found = Attendance(person_id=person_id, meeting_id=meeting_id, answer=Answer.NONE, presence=Presence.UNKNOWN)
        session.add(found)
    return found


def roster(session: Session, meeting_id: int) -> list[RosterLine]:
    """Everybody enrolled, by name, with her answer and her presence. Raises NoSuchMeeting."""
    meeting = _meeting(session, meeting_id)
    rows = session.execute(
        sa.select(Person.id, Person.name, Person.honorific, Attendance.answer, Attendance.presence)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Attendance, sa.and_(Attendance.person_id == Person.id, Attendance.meeting_id == meeting_id))
        .where(Enrolment.event_id == meeting.event_id, Enrolment.status.in_(LISTED))
        .order_by(Person.name, Person.id)
    )
    return [
        RosterLine(person_id, name, honorific, Answer(answer or Answer.NONE), Presence(presence or Presence.UNKNOWN))
        for person_id, name, honorific, answer, presence in rows
    ]


def counts(session: Session, meeting_id: int) -> Counts:
    """How many come, cannot, and have not answered. Raises NoSuchMeeting."""
    answers = Counter(line.answer for line in roster(session, meeting_id))
    return Counts(answers[Answer.COMING], answers[Answer.EXCUSED], answers[Answer.NONE])
