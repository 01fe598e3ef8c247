"""A small programme for tests of the rules: people, events and a clock over one real database.

`world.do(enrol, siti, sewing)` runs one rule in its own transaction and gives it `now` and the programme if it asks.
"""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles, tables
from models.database import reading, writing
from models.enrolments import Enrolment
from models.event_editing import create_event, publish
from models.event_plan import EventPlan, weekly
from models.events import Event, EventKind, Meeting
from models.messages import OutboxMessage, Status
from models.people import Contact, Person, Purpose
from models.programme import WIB, Programme
from models.registration import Profile, give_consent, register
from tests import databases

T = TypeVar("T")
#: A Tuesday noon in WIB: 24 November 2026.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
#: Saturday, 28 November 2026, 09.00 WIB.
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=WIB).astimezone(UTC)

__all__ = ["NOON", "SATURDAY", "World", "tables"]


class World:
    """One database, one clock, one coordinator called Ratna."""

    def __init__(self, folder: Path, programme: Programme | None = None) -> None:
        self.now = NOON
        self.programme = programme or Programme()
        self.database = databases.opened(folder / "world.db")
        self.ratna = self.coordinator("Ratna")

    def writes(self) -> AbstractContextManager[Session]:
        """A write transaction of a test's own."""
        return writing(self.database)

    def do(self, rule: Callable[..., T], *args: Any, **more: Any) -> T:
        """Run one rule in one transaction. What it refuses is raised after what it wrote was kept, as in a chat."""
        asked = inspect.signature(rule).parameters
        given = {name: getattr(self, name) for name in ("now", "programme") if name in asked and name not in more}
        refused: Exception | None = None
        with self.writes() as session:
            try:
                return rule(session, *args, **given, **more)
            except Exception as problem:
                refused = problem
        raise refused

    def look(self, question: Callable[[Session], T]) -> T:
        """Ask the database something."""
        with reading(self.database) as session:
            return question(session)

    def passes(self, **time: float) -> None:
        """Time passes: `passes(hours=3)`."""
        self.now += timedelta(**time)

    def contact(self, name: str, channel: str = "telegram") -> int:
        """An address that has just written for the first time."""
        with self.writes() as session:
            contact = Contact(channel=channel, address=name, created_at=self.now, last_heard_at=self.now)
            session.add(contact)
            session.flush()
            return contact.id

    def person(self, name: str, channel: str = "telegram", news: bool = False, **profile: Any) -> int:
        """A registered woman who has just written."""
        person = self.do(register, self.contact(name, channel), Profile(name, **profile))
        if news:
            self.do(give_consent, person.id, Purpose.NEWS, channel)
        return person.id

    def coordinator(self, name: str) -> int:
        """A coordinator with a phone."""
        return self.do(roles.add_coordinator, name, "telegram", f"{name}@office")

    def event(
        self, title: str = "Menjahit Dasar", capacity: int = 2, first: datetime = SATURDAY, count: int = 1, **more: Any
    ) -> int:
        """A published event, at 09.00 WIB on Saturday unless a test says otherwise."""
        plan: dict[str, Any] = {
            "kind": EventKind.TRAINING, "topic": "menjahit", "title": title, "description": "", "venue": "Balai Warga",
            "kecamatan": "36.71.05", "capacity": capacity, "meetings": weekly(first, 180, count),
        }  # fmt: skip
        event = self.do(create_event, self.ratna, EventPlan(**plan | more))
        self.do(publish, self.ratna, event.id)
        return event.id

    def meetings(self, event_id: int) -> list[int]:
        """The ids of an event's meetings, in order."""
        where = sa.select(Meeting.id).where(Meeting.event_id == event_id).order_by(Meeting.starts_at)
        return self.look(lambda session: list(session.scalars(where)))

    def enrolment(self, person_id: int, event_id: int) -> Enrolment:
        """Somebody's enrolment as it stands."""
        where = Enrolment.person_id == person_id, Enrolment.event_id == event_id
        return self.look(lambda session: session.scalars(sa.select(Enrolment).where(*where)).one())

    def status(self, person_id: int, event_id: int) -> str:
        """Where somebody stands in an event."""
        return str(self.enrolment(person_id, event_id).status)

    def messages(self, person_id: int, *statuses: Status) -> list[OutboxMessage]:
        """What the program wrote to a person, oldest first; only queued rows unless statuses are named."""
        mine = sa.select(Contact.id).where(Contact.person_id == person_id)
        where = OutboxMessage.contact_id.in_(mine), OutboxMessage.status.in_(statuses or (Status.QUEUED,))
        rows = sa.select(OutboxMessage).where(*where).order_by(OutboxMessage.id)
        return self.look(lambda session: list(session.scalars(rows)))

    def told(self, person_id: int) -> list[str]:
        """The keys of what waits to be sent to a person."""
        return [(row.content or {})["key"] for row in self.messages(person_id)]

    def writes_again(self, person_id: int) -> None:
        """She writes to the bot."""
        with self.writes() as session:
            session.execute(
                sa.update(Contact).where(Contact.person_id == person_id).values(last_heard_at=self.now, blocked_at=None)
            )

    def get(self, table: type[T], key: Any) -> T:
        """One row by its key."""
        return self.look(lambda session: session.get_one(table, key))

    def people(self) -> list[Person]:
        """Everybody, the coordinators too."""
        return self.look(lambda session: list(session.scalars(sa.select(Person).order_by(Person.id))))

    def the_event(self, event_id: int) -> Event:
        """An event as it stands."""
        return self.get(Event, event_id)
