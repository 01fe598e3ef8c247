"""The sample programme: so that whoever starts the program for the first time sees it work, without any account."""

import tomllib
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.conversation.places import gazetteer
from models import catalogue, roles
from models.database import writing
from models.events import Event
from models.people import Contact, Person, RoleName

SAMPLE = Path(__file__).parents[1] / "models" / "sample" / "programme.toml"
#: The simulated phone of the sample's coordinator.
COORDINATOR = "koordinator"


def seed(database: sa.Engine, now: datetime) -> bool:
    """Load the sample into an empty database; whether it was loaded. Only where no real channel is configured."""
    with writing(database) as session:
        if session.scalar(sa.select(Event.id).limit(1)) or session.scalar(sa.select(Person.id).limit(1)):
            return False
        content = tomllib.loads(SAMPLE.read_text("utf-8"))
        catalogue.import_catalogue(session, content, now, known_region=gazetteer().__contains__)
        _sample_coordinator(session, now)
    return True


def _sample_coordinator(session: Session, now: datetime) -> None:
    person = Person(name="Ratna", honorific="Ibu", language="id", interests=[], created_at=now)
    session.add(person)
    session.flush()
    session.add(Contact(person_id=person.id, channel="simulator", address=COORDINATOR, created_at=now))
    roles.grant(session, person.id, RoleName.COORDINATOR)
