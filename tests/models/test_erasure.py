"""Forgetting: after it, neither her name nor her address is anywhere in the database file."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from bot.jobs import broadcasts
from models.attendance import mark_presence
from models.base import Base
from models.broadcasting import create, progress
from models.broadcasts import Broadcast
from models.enrolments import Presence
from models.erasure import erase, erase_person
from models.handover import answer, ask
from models.messages import MessageClass, OutboxMessage, QuarantinedMessage, Status
from models.notices import announcement
from models.office import AuditEntry
from models.outbox import put
from models.people import Contact, Conversation, Person
from models.personal_data import data_about
from models.registration import Profile, register_without_contact
from models.seats import enrol, leave
from tests.models.world import SATURDAY, World


def contact_of(world: World, person: int) -> int:
    return world.look(lambda s: s.query(Contact).filter_by(person_id=person).one()).id


def everything(world: World) -> bytes:
    """The bytes of the database after the log was emptied; of a server's, all that its tables say."""
    if world.database.dialect.name != "sqlite":
        return world.look(
            lambda s: "".join(str(s.execute(t.select()).all()) for t in Base.metadata.sorted_tables)
        ).encode()
    world.database.dispose()
    file = Path(str(world.database.url.database))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (
        file.read_bytes() + file.with_name(file.name + "-wal").read_bytes()
        if (file.with_name(file.name + "-wal").exists())
        else file.read_bytes()
    )


def busy_life(world: World) -> int:
    """A woman with a seat, attendance, a question answered, an open form and a broadcast on its way."""
    siti = world.person("Zubaidah Qonita", news=True)
    contact = contact_of(world, siti)
    sewing = world.event(capacity=1)
    world.do(enrol, siti, sewing)
    world.do(mark_presence, world.ratna, siti, world.meetings(sewing)[0], Presence.PRESENT, "list", now=SATURDAY)
    question = world.do(ask, contact, "Rahasia saya")
    world.do(answer, world.ratna, question.id, "Baik, Bu Zubaidah Qonita")
    with world.writes() as session:
        session.add(
            Conversation(
                contact_id=contact, form="profile", said={"name": ["Zubaidah Qonita"]}, shown=[], updated_at=world.now
            )
        )
        session.add(
            QuarantinedMessage(
                channel="telegram",
                account="1",
                message_id="9",
                address="Zubaidah Qonita",
                body={"text": "Rahasia saya"},
                error="x",
                at=world.now,
            )
        )
        list_of_names = {"key": "roster.page", "values": {"names": "Bu Zubaidah Qonita"}}
        office = session.get_one(Contact, contact_of(world, world.ratna))
        put(session, office, MessageClass.REPLY, list_of_names, world.now)
        put(session, office, MessageClass.REPLY, list_of_names, world.now, status=Status.ACCEPTED, ended_at=world.now)
        session.add(
            Conversation(
                contact_id=office.id,
                form=None,
                said={},
                shown=[["t", [["person:1", "Zubaidah Qonita"]]]],
                updated_at=world.now,
            )
        )
    world.do(create, world.ratna, "all", announcement("Halo semua"), world.now)
    world.do(broadcasts.run)
    return siti


def test_nothing_of_her_is_left_in_the_file(world: World) -> None:
    siti = busy_life(world)
    assert b"Zubaidah" in everything(world)
    world.do(erase, contact_of(world, siti))
    left = everything(world)
    assert b"Zubaidah" not in left
    assert b"Rahasia saya" not in left


def test_counts_stay(world: World) -> None:
    siti = busy_life(world)
    world.do(erase, contact_of(world, siti))
    trace = world.look(lambda s: s.scalars(sa.select(AuditEntry).where(AuditEntry.act == "person.erased")).one())
    assert (trace.subject, trace.detail) == ("person", {"enrolments": 1, "attended": 1})
    broadcast = world.look(lambda s: s.scalars(sa.select(Broadcast.id)).one())
    told = world.do(progress, broadcast)
    assert told.counts == {"cancelled": 1}
    assert told.recipients + sum(told.excluded.values()) == told.audience


def test_her_seat_goes_to_who_waits(world: World) -> None:
    sewing, siti, ani = world.event(capacity=1), world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    world.do(erase, contact_of(world, siti))
    assert world.status(ani, sewing) == "offered"
    assert [person.name for person in world.people()] == ["Ratna", "Ani"]


def test_the_others_keep_what_is_theirs(world: World) -> None:
    sewing, siti, ani = world.event(capacity=1), world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    world.do(erase, contact_of(world, siti))
    assert world.told(ani) == ["offer.made"]


def test_an_address_without_a_yes_is_forgotten_too(world: World) -> None:
    contact = world.contact("baru")
    world.do(ask, contact, "Halo?")
    world.do(erase, contact)
    assert world.look(lambda s: s.get(Contact, contact)) is None
    assert world.look(lambda s: s.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))) == 0


def test_a_woman_without_a_phone_can_be_forgotten(world: World) -> None:
    murni = world.do(register_without_contact, world.ratna, Profile("Murni")).id
    world.do(erase_person, murni)
    assert world.look(lambda s: s.get(Person, murni)) is None


def test_she_can_read_everything_that_is_kept(world: World) -> None:
    siti = busy_life(world)
    data = world.do(data_about, siti)
    assert data.person.name == "Zubaidah Qonita"
    assert [contact.channel for contact in data.contacts] == ["telegram"]
    assert {consent.purpose for consent in data.consents} == {"programme", "news"}
    assert [(e.event, e.status) for e in data.enrolments] == [("Menjahit Dasar", "enrolled")]
    assert [(a.event, a.presence) for a in data.attendance] == [("Menjahit Dasar", "present")]
    assert (data.questions[0].by_her, data.questions[0].text) == (True, "Rahasia saya")
    assert (data.messages, data.open_form) == (2, "profile")
