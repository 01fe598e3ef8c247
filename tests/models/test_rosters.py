"""Coordinators' lists: who is in an event, and whom the program could not reach."""

import pytest
import sqlalchemy as sa

from models.messages import MessageClass, OutboxMessage, Status
from models.opting import opt_out
from models.people import Contact, OptOut
from models.registration import Profile, register_without_contact
from models.roles import NotAllowed
from models.rosters import not_reached, participants
from models.seats import enrol, enrol_by_hand, leave
from tests.models.world import World


def contact_of(world: World, person: int) -> int:
    return world.look(lambda s: s.query(Contact).filter_by(person_id=person).one()).id


def test_enrolled_by_name_then_offered_then_waiting_in_order(world: World) -> None:
    sewing = world.event(capacity=3)
    women = {name: world.person(name) for name in ("Wati", "Ani", "Siti", "Zaenab", "Beti", "Ceri")}
    for woman in women.values():
        world.do(enrol, woman, sewing)
    world.do(leave, women["Siti"], sewing)
    listed = world.do(participants, world.ratna, sewing)
    assert [(entry.name, entry.status, entry.place) for entry in listed] == [
        ("Ani", "enrolled", None),
        ("Wati", "enrolled", None),
        ("Zaenab", "offered", None),
        ("Beti", "waitlisted", 1),
        ("Ceri", "waitlisted", 2),
    ]
    with pytest.raises(NotAllowed):
        world.do(participants, women["Ani"], sewing)


def test_who_was_not_reached_and_why(world: World) -> None:
    sewing = world.event(capacity=9)
    siti, ani, wati, rini = (world.person(name) for name in ("Siti", "Ani", "Wati", "Rini"))
    murni = world.do(register_without_contact, world.ratna, Profile("Murni")).id
    for woman in (siti, ani, wati, rini):
        world.do(enrol, woman, sewing)
    world.do(enrol_by_hand, world.ratna, murni, sewing)
    contact = {woman: contact_of(world, woman) for woman in (ani, wati, rini)}
    world.do(opt_out, contact[ani], OptOut.ALL)
    with world.writes() as session:
        session.get_one(Contact, contact[wati]).blocked_at = world.now
        failed = OutboxMessage(
            contact_id=contact[rini], channel="telegram", address="Rini", message_class=MessageClass.REMINDER,
            content={"key": "reminder.ask"}, language="id", token="t", not_before=world.now, status=Status.FAILED,
            error="window_closed", created_at=world.now, ended_at=world.now,
        )  # fmt: skip
        session.add(failed)
    found = {entry.name: entry.reason for entry in world.do(not_reached, world.ratna, sewing)}
    assert found == {"Ani": "opted_out", "Wati": "blocked", "Rini": "window_closed", "Murni": "no_contact"}
    with world.writes() as session:
        session.execute(sa.update(OutboxMessage).values(status=Status.READ))
    assert "Rini" not in {entry.name for entry in world.do(not_reached, world.ratna, sewing)}
