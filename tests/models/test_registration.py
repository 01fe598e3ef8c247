"""Registering, consenting, changing answers, moving to another phone, stopping and starting messages."""

import pytest
import sqlalchemy as sa

from models.messages import Status
from models.office import AuditEntry
from models.opting import opt_in, opt_out
from models.people import Consent, Contact, Interest, OptOut, Person, Purpose
from models.registration import (
    ContactTaken,
    Profile,
    change_profile,
    give_consent,
    has_consent,
    move_to_contact,
    register,
    register_without_contact,
    set_language,
    withdraw_consent,
)
from models.roles import NotAllowed
from models.seats import enrol, leave
from tests.models.world import World


def test_registering_keeps_her_answers_and_her_yes(world: World) -> None:
    contact = world.contact("siti")
    siti = world.do(register, contact, Profile("Siti", "Ibu", "36.71.05", None, ("menjahit", "memasak")))
    assert world.get(Contact, contact).person_id == siti.id
    topics = world.look(lambda s: list(s.scalars(sa.select(Interest.topic).order_by(Interest.topic))))
    assert topics == ["memasak", "menjahit"]
    consent = world.look(lambda s: s.scalars(sa.select(Consent)).one())
    assert (consent.purpose, consent.channel, consent.text_version) == ("programme", "telegram", "2026-11")


def test_registering_twice_is_one_person(world: World) -> None:
    contact = world.contact("siti")
    first = world.do(register, contact, Profile("Siti"))
    second = world.do(register, contact, Profile("Siti Aminah"))
    assert (first.id, second.name) == (second.id, "Siti Aminah")
    assert len(world.people()) == 2  # she and the coordinator


def test_another_kecamatan_forgets_the_old_kelurahan(world: World) -> None:
    siti = world.person("Siti", kecamatan="36.71.05", kelurahan_desa="36.71.05.1008")
    changed = world.do(change_profile, siti, kecamatan="36.71.06")
    assert (changed.kecamatan, changed.kelurahan_desa) == ("36.71.06", None)


def test_new_interests_replace_the_old(world: World) -> None:
    siti = world.person("Siti", interests=("menjahit",))
    world.do(change_profile, siti, interests=["memasak", "memasak", "kesehatan"])
    assert world.get(Person, siti).interests == ["memasak", "kesehatan"]
    kept = world.look(lambda s: set(s.scalars(sa.select(Interest.topic).where(Interest.person_id == siti))))
    assert kept == {"memasak", "kesehatan"}


def test_what_is_no_part_of_a_profile_cannot_be_changed(world: World) -> None:
    with pytest.raises(ValueError, match="blocked"):
        world.do(change_profile, world.person("Siti"), blocked=True)


def test_a_yes_can_be_taken_back(world: World) -> None:
    siti = world.person("Siti", news=True)
    assert world.do(withdraw_consent, siti, Purpose.NEWS)
    assert not world.do(has_consent, siti, Purpose.NEWS)
    assert not world.do(withdraw_consent, siti, Purpose.NEWS)
    world.do(give_consent, siti, Purpose.NEWS, "telegram")
    assert world.do(has_consent, siti, Purpose.NEWS)


def test_only_a_coordinator_writes_somebody_down_by_hand(world: World) -> None:
    for stranger in (None, world.person("Siti")):
        with pytest.raises(NotAllowed):
            world.do(register_without_contact, stranger, Profile("Murni"))
    murni = world.do(register_without_contact, world.ratna, Profile("Murni"))
    trace = world.look(lambda s: s.scalars(sa.select(AuditEntry).where(AuditEntry.act == "person.by_hand")).one())
    assert (trace.actor_id, trace.subject) == (world.ratna, f"person {murni.id}")


def test_moving_to_a_new_phone_takes_along_what_waits(world: World) -> None:
    sewing, siti, ani = world.event(capacity=1), world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    new = world.contact("628110000", "whatsapp")
    world.do(move_to_contact, world.ratna, ani, new)
    (offer,) = world.messages(ani)
    assert (offer.contact_id, offer.channel, offer.address) == (new, "whatsapp", "628110000")
    assert world.look(lambda s: s.query(Contact).filter_by(person_id=ani).count()) == 1


def test_nobody_is_moved_to_somebody_elses_phone(world: World) -> None:
    siti, ani = world.person("Siti"), world.person("Ani")
    hers = world.look(lambda s: s.query(Contact).filter_by(person_id=ani).one()).id
    with pytest.raises(ContactTaken):
        world.do(move_to_contact, world.ratna, siti, hers)


def test_a_language_is_hers_everywhere(world: World) -> None:
    siti = world.person("Siti")
    contact = world.look(lambda s: s.query(Contact).filter_by(person_id=siti).one()).id
    world.do(set_language, contact, "en")
    assert (world.get(Contact, contact).language, world.get(Person, siti).language) == ("en", "en")


def test_stopping_broadcasts_later_does_not_weaken_stopping_all(world: World) -> None:
    contact = world.contact("siti")
    world.do(opt_out, contact, OptOut.ALL)
    world.do(opt_out, contact, OptOut.BROADCASTS)
    assert world.get(Contact, contact).opt_out == OptOut.ALL
    world.do(opt_in, contact)
    assert world.get(Contact, contact).opt_out == OptOut.NONE


def test_stopping_broadcasts_leaves_reminders_alone(world: World) -> None:
    sewing, siti, ani = world.event(capacity=1), world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    contact = world.look(lambda s: s.query(Contact).filter_by(person_id=ani).one()).id
    world.do(opt_out, contact, OptOut.BROADCASTS)
    assert len(world.messages(ani, Status.QUEUED)) == 1
