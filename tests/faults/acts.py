"""What a scenario arranges beforehand, by the program's own rules: an announcement, an event with few seats, enrolments."""

import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from models import broadcasting, notices, roles, seats
from models.database import writing
from models.events import Event, EventKind, EventStatus, Meeting
from models.messages import MessageClass, OutboxMessage, Status
from models.outbox import row as outbox_row
from models.people import Contact
from models.programme import Programme
from tests.faults.court import Woman
from tests.faults.trial import Trial, quick

PROGRAMME = Programme()


def announces(trial: Trial, text: str, *, audience: str = "all", repeat: bool = True, once: str | None = None) -> int:
    """A broadcast as `berdaya broadcast` makes it; its number."""
    now = trial.now()
    with writing(trial.place.engine) as session:
        made = broadcasting.create(
            session, roles.COMMAND_LINE, audience, notices.announcement(text), now, now, once, repeat_uncertain=repeat
        )
        return made.id


def makes_event(trial: Trial, slug: str, capacity: int, starts_in: timedelta = timedelta(days=10)) -> int:
    """A published event with one meeting; its number."""
    now = trial.now()
    with writing(trial.place.engine) as session:
        event = Event(
            slug=slug, kind=EventKind.SEMINAR, topic="menjahit", title=f"Seminar {slug}"[:80], short_title=slug[:24],
            description="Satu pertemuan.", venue="Balai", kecamatan="36.71.05", capacity=capacity,
            status=EventStatus.PUBLISHED, created_at=now, bring=[],
        )  # fmt: skip
        session.add(event)
        session.flush()
        starts_at = now + starts_in
        session.add(Meeting(event_id=event.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)))
        return event.id


def person_of(trial: Trial, woman: Woman) -> int:
    """Who she is in the database."""
    with writing(trial.place.engine) as session:
        found = session.scalar(sa.select(Contact.person_id).where(Contact.address == woman.address))
        assert found is not None
        return found


def takes_seats(trial: Trial, event_id: int, women: Sequence[Woman]) -> list[int]:
    """Each takes a seat or a place in the line, in this order, before anything goes wrong; their enrolments."""
    people = [person_of(trial, woman) for woman in women]
    with writing(trial.place.engine) as session:
        return [seats.enrol(session, person, event_id, trial.now(), PROGRAMME).id for person in people]


def contact_of(trial: Trial, woman: Woman) -> int:
    """Her contact in the database."""
    with writing(trial.place.engine) as session:
        found = session.scalar(sa.select(Contact.id).where(Contact.address == woman.address))
        assert found is not None
        return found


def queues(trial: Trial, woman: Woman, message_class: MessageClass, text: str, at: datetime | None = None) -> int:
    """A message of that class to her, due at once or later; the number of its row."""
    now = trial.now()
    content = notices.content("broadcast.text", (), text=text)
    values = outbox_row(contact_of(trial, woman), woman.channel, woman.address, "id", message_class, content, now)
    values["not_before"] = at or now
    with writing(trial.place.engine) as session:
        made = session.execute(sa.insert(OutboxMessage).values(values).returning(OutboxMessage.id)).scalar()
        assert made is not None
        return made


def status_of(trial: Trial, row: int) -> tuple[str, str | None]:
    """Where a row stands, and its reason."""
    ((status, error),) = trial.place.asks(f"SELECT status, error FROM outbox WHERE id = {row}")
    return str(status), None if error is None else str(error)


def is_over(trial: Trial, broadcast: int) -> bool:
    """Whether a broadcast has finished or was stopped for good."""
    return trial.place.asks(f"SELECT status FROM broadcasts WHERE id = {broadcast}")[0][0] in ("finished", "cancelled")


def sent_of(trial: Trial, text: str) -> int:
    """How many sends with these words the referee has seen."""
    return int(trial.court.sends(text)["count"])


def write_until(women: Sequence[Woman], words: str, is_dead: Callable[[], bool], patience: float = 60) -> None:
    """They write, and write again until the program has died of it. Raises AssertionError after `patience` seconds."""
    began = time.monotonic()
    while True:
        for woman in women:
            woman.says(words)
        with contextlib.suppress(AssertionError):
            return quick(is_dead, 2)
        assert time.monotonic() - began < patience, f"it still lives after {patience} s"


def closed(status: str) -> bool:
    """Whether a status is an end."""
    return status not in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN, Status.HELD)
