"""Whom the programme knows when a trial begins: registered women on both messengers, one coordinator, the sample events."""

import tomllib
from datetime import datetime

import sqlalchemy as sa

from bot.conversation.places import gazetteer
from models import catalogue, migrations
from models.database import writing
from models.people import Consent, Contact, Interest, Person, Purpose, Role, RoleName
from tests.e2e.journey import SAMPLE
from tests.faults import witness
from tests.faults.court import address

#: So many women on each messenger. Number 1 of Telegram is the coordinator.
WOMEN = 120
COORDINATOR = 1


def furnish(database: sa.Engine, now: datetime) -> None:
    """Tables, sample events, women and the witness, in an empty database."""
    migrations.upgrade(database)
    with writing(database) as session:
        content = tomllib.loads(SAMPLE.read_text("utf-8"))
        catalogue.import_catalogue(session, content, now, known_region=gazetteer().__contains__)
    write_women(database, "telegram", 1, WOMEN, now)
    write_women(database, "whatsapp", 1, WOMEN, now)
    with writing(database) as session:
        hers = sa.select(Contact.person_id).where(Contact.address == address("telegram", COORDINATOR))
        session.add(Role(person_id=session.scalar(hers), role=RoleName.COORDINATOR))
    witness.install(database)


def write_women(database: sa.Engine, channel: str, first: int, count: int, now: datetime) -> None:
    """So many registered women who agreed to news and wrote a moment ago."""
    numbers = range(first, first + count)
    with writing(database) as session:
        before = session.scalar(sa.select(sa.func.max(Person.id))) or 0
        people = [_person(before + place, channel, number, now) for place, number in enumerate(numbers, 1)]
        session.execute(sa.insert(Person), people)
        session.execute(sa.insert(Contact), [_contact(before + p, channel, n, now) for p, n in enumerate(numbers, 1)])
        session.execute(sa.insert(Interest), [{"person_id": row["id"], "topic": "menjahit"} for row in people])
        session.execute(
            sa.insert(Consent),
            [
                {"person_id": row["id"], "purpose": purpose, "text_version": "1", "channel": channel, "at": now}
                for row in people
                for purpose in (Purpose.PROGRAMME, Purpose.NEWS)
            ],
        )
    if database.dialect.name == "postgresql":
        with database.begin() as connection:
            connection.exec_driver_sql("SELECT setval('people_id_seq', (SELECT max(id) FROM people))")


def _person(person_id: int, channel: str, number: int, now: datetime) -> dict[str, object]:
    return {
        "id": person_id, "name": f"Ibu {channel} {number}", "honorific": "Ibu", "language": "id",
        "kecamatan": "36.71.05", "interests": ["menjahit"], "discreet": False, "news_asked": True, "blocked": False,
        "created_at": now,
    }  # fmt: skip


def _contact(person_id: int, channel: str, number: int, now: datetime) -> dict[str, object]:
    return {
        "person_id": person_id, "channel": channel, "address": address(channel, number), "language": "id",
        "created_at": now, "last_heard_at": now,
    }  # fmt: skip
