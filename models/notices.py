"""What the program says by itself about an event: offers, changes, reminders, summaries. Each becomes an outbox row.

Contents are replies as JSON, written by hand, because models import nothing of ours; a test reads every one of them
with the conversation's own reader. Questions to a person have their notices in `models/question_notices.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event, Meeting
from models.messages import MessageClass
from models.programme import Programme
from models.roles import coordinators

#: A change to a meeting that starts this soon is told at once, even at night (`rules.md`, Time).
SOON = timedelta(hours=12)
Content = dict[str, Any]


def content(key: str, choices: Sequence[Content] = (), **values: Any) -> Content:
    """A message as the outbox keeps it: the sentence's key, its values, and what she may press."""
    return {"key": key, "values": values} | ({"choices": list(choices)} if choices else {})


def choice(action: str, label: str) -> Content:
    """Something to press; `label` is a sentence's key."""
    return {"action": action, "label": {"say": label}}


def moment(at: datetime) -> Content:
    """A date and time as a value."""
    return {"moment": at.isoformat()}


def times(meeting: Meeting) -> Content:
    """From when to when a meeting lasts, as a value."""
    return {"range": [meeting.starts_at.isoformat(), meeting.ends_at.isoformat()]}


def stamp(at: datetime) -> str:
    """A moment inside a once-key: «2026-12-05T02:00Z»."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def after_quiet(now: datetime, programme: Programme) -> datetime:
    """The first moment from `now` on at which the program may start a message."""
    return programme.quiet.ends_after(now) if programme.quiet.holds(now) else now


def offer_made(
    session: Session, enrolment: Enrolment, event: Event, meeting: Meeting, latest: datetime, deadline: datetime,
    now: datetime, programme: Programme,
) -> None:  # fmt: skip
    """Offer her a seat. `deadline` is what she is told, `latest` the moment after which the message is useless."""
    yes, no = (
        choice(f"offer-yes:{enrolment.id}", "button.offer_yes"),
        choice(f"offer-no:{enrolment.id}", "button.offer_no"),
    )
    message = content(
        "offer.made", [yes, no],
        event=event.title, when=times(meeting), venue=event.venue, deadline=moment(deadline),
    )  # fmt: skip
    outbox.put_to_person(
        session, enrolment.person_id, MessageClass.NOTICE, message, now,
        once_key=f"offer:enrolment {enrolment.id}:place {enrolment.position}:{now.isoformat(timespec='seconds')}",
        not_before=after_quiet(now, programme), expires_at=latest, enrolment_id=enrolment.id,
    )  # fmt: skip


def offer_expired(session: Session, enrolment: Enrolment, event: Event, now: datetime, programme: Programme) -> None:
    """Tell her kindly that her offer's time has passed, and how to come back."""
    message = content("offer.expired", [choice(f"event:{event.id}", "button.see_event")], event=event.title)
    outbox.put_to_person(
        session, enrolment.person_id, MessageClass.NOTICE, message, now,
        once_key=f"offer-expired:enrolment {enrolment.id}:{now.isoformat(timespec='seconds')}",
        not_before=after_quiet(now, programme), expires_at=now + timedelta(days=1), enrolment_id=enrolment.id,
    )  # fmt: skip


def moved(
    session: Session, event: Event, meeting: Meeting, before: datetime, now: datetime, programme: Programme
) -> None:
    """Tell everybody with a seat that a meeting has moved from `before`."""
    message = content("notice.moved", event=event.title, before=moment(before), when=times(meeting), venue=event.venue)
    _tell(
        session, _people(session, event.id, EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED), message, now,
        once=f"moved:meeting {meeting.id}:{stamp(meeting.starts_at)}:{now.isoformat(timespec='seconds')}",
        not_before=_when_to_tell(min(before, meeting.starts_at), now, programme),
        expires_at=meeting.starts_at, meeting_id=meeting.id,
    )  # fmt: skip


def meeting_cancelled(session: Session, event: Event, meeting: Meeting, now: datetime, programme: Programme) -> None:
    """Tell everybody with a seat that one meeting does not take place."""
    message = content("notice.meeting_cancelled", event=event.title, when=times(meeting))
    _tell_seated(session, meeting, message, "cancelled", now, programme)


def meeting_added(session: Session, event: Event, meeting: Meeting, now: datetime, programme: Programme) -> None:
    """Tell everybody with a seat that there is one more meeting."""
    message = content("notice.meeting_added", event=event.title, when=times(meeting), venue=event.venue)
    _tell_seated(session, meeting, message, "added", now, programme)


def event_cancelled(
    session: Session,
    event: Event,
    people: Iterable[int],
    following: Meeting | None,
    now: datetime,
    programme: Programme,
) -> None:
    """Tell those who had a seat or waited that the event is cancelled. `following` would have been its next meeting."""
    soon = following.starts_at if following else now
    _tell(
        session, people, content("notice.event_cancelled", event=event.title), now,
        once=f"cancelled:event {event.id}",
        not_before=_when_to_tell(soon, now, programme), expires_at=max(soon, now + timedelta(days=7)),
        meeting_id=following.id if following else None,
    )  # fmt: skip


def reminder(enrolment_id: int, event: Event, meeting: Meeting, *, said_coming: bool = False) -> Content:
    """The content of a reminder of one meeting. Who has said that she comes is asked whether that still holds."""
    subject = f"{enrolment_id}.{meeting.id}"
    return content(
        "reminder.ask_again" if said_coming else "reminder.ask",
        [choice(f"coming:{subject}", "button.coming"), choice(f"excused:{subject}", "button.excused")],
        event=event.title, near={"near": meeting.starts_at.isoformat()}, when=times(meeting), venue=event.venue,
    )  # fmt: skip


def attendance_summary(
    session: Session,
    event: Event,
    meeting: Meeting,
    counts: Mapping[str, int],
    now: datetime,
    programme: Programme,
) -> int:
    """Tell the coordinators who comes to a meeting; how many were told. `counts`: coming, excused, unanswered."""
    message = content(
        "attendance.summary", [choice(f"roster:{meeting.id}", "button.roster")],
        event=event.title, when=times(meeting), **counts,
    )  # fmt: skip
    told = [
        outbox.put(
            session, contact, MessageClass.NOTICE, message, now,
            once_key=f"summary:meeting {meeting.id}:{stamp(meeting.starts_at)}:person {contact.person_id}",
            not_before=after_quiet(now, programme), expires_at=meeting.starts_at, meeting_id=meeting.id,
        )
        for contact in coordinators(session)
    ]  # fmt: skip
    return sum(row is not None for row in told)


def announcement(text: str, image: str | None = None, choices: Sequence[Content] = ()) -> Content:
    """The content of a broadcast: a coordinator's own words, perhaps a picture (`/media/TOKEN`), and how to stop."""
    message = content("broadcast.text", choices, text=text) | {"footer": {"say": "broadcast.footer"}}
    return message | ({"image": image} if image else {})


def _when_to_tell(starts_at: datetime, now: datetime, programme: Programme) -> datetime:
    return now if starts_at - now <= SOON else after_quiet(now, programme)


def _people(session: Session, event_id: int, *statuses: EnrolmentStatus) -> list[int]:
    where = Enrolment.event_id == event_id, Enrolment.status.in_(statuses)
    return list(session.scalars(sa.select(Enrolment.person_id).where(*where).order_by(Enrolment.id)))


def _tell_seated(
    session: Session, meeting: Meeting, message: Content, what: str, now: datetime, programme: Programme
) -> None:
    """Tell everybody with a seat, once, what became of a meeting; useless once it would have begun."""
    seated = _people(session, meeting.event_id, EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED)
    _tell(
        session, seated, message, now,
        once=f"{what}:meeting {meeting.id}:{stamp(meeting.starts_at)}",
        not_before=_when_to_tell(meeting.starts_at, now, programme),
        expires_at=meeting.starts_at, meeting_id=meeting.id,
    )  # fmt: skip


def _tell(session: Session, people: Iterable[int], message: Content, now: datetime, once: str, **more: Any) -> None:
    for person_id in people:
        outbox.put_to_person(
            session,
            person_id,
            MessageClass.NOTICE,
            message,
            now,
            once_key=f"{once}:person {person_id}",
            **more,
        )
