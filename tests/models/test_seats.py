"""Seats: who gets one, who waits, and that nobody is ever given a seat that is not there."""

from datetime import timedelta

import pytest

from models import seats
from models.event_editing import cancel_event, edit
from models.people import Contact
from models.registration import Profile, register_without_contact
from models.seats import (
    AlreadyEnrolled,
    CapacityTooSmall,
    EnrolmentClosed,
    EventCancelled,
    NotEnrolled,
    enrol,
    enrol_by_hand,
    leave,
)
from tests.models.world import SATURDAY, World


def test_who_comes_first_gets_a_seat_and_the_rest_wait_in_order(world: World) -> None:
    sewing = world.event(capacity=1)
    siti, ani, wati = (world.person(name) for name in ("Siti", "Ani", "Wati"))
    assert world.do(enrol, siti, sewing).status == "enrolled"
    first, second = world.do(enrol, ani, sewing), world.do(enrol, wati, sewing)
    assert (first.status, second.status) == ("waitlisted", "waitlisted")
    places = [world.do(seats.wait_position, enrolment) for enrolment in (first, second)]
    assert places == [1, 2]


def test_reserved_seats_are_taken(world: World) -> None:
    sewing = world.event(capacity=3, reserved_seats=2)
    counted = world.do(seats.seats, sewing)
    assert (counted.capacity, counted.taken, counted.left) == (3, 2, 1)
    world.do(enrol, world.person("Siti"), sewing)
    assert world.do(enrol, world.person("Ani"), sewing).status == "waitlisted"


def test_a_newcomer_waits_while_somebody_waits(world: World) -> None:
    sewing = world.event(capacity=1)
    siti, ani, wati = (world.person(name) for name in ("Siti", "Ani", "Wati"))
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    assert world.status(ani, sewing) == "offered"
    assert world.do(enrol, wati, sewing).status == "waitlisted"


def test_enrolling_twice_says_where_she_stands(world: World) -> None:
    sewing, siti = world.event(), world.person("Siti")
    world.do(enrol, siti, sewing)
    with pytest.raises(AlreadyEnrolled) as refused:
        world.do(enrol, siti, sewing)
    assert (refused.value.status, refused.value.key) == ("enrolled", "refused.already_enrolled")


def test_who_comes_back_gets_a_new_place(world: World) -> None:
    sewing = world.event(capacity=1)
    siti, ani, wati = (world.person(name) for name in ("Siti", "Ani", "Wati"))
    for woman in (siti, ani, wati):
        world.do(enrol, woman, sewing)
    world.do(seats.leave_waitlist, ani, sewing)
    back = world.do(enrol, ani, sewing)
    assert back.position is not None
    assert back.position > (world.enrolment(wati, sewing).position or 0)


def test_enrolment_closes_at_the_first_meeting_or_when_the_coordinator_says(world: World) -> None:
    sewing, siti = world.event(count=3), world.person("Siti")
    world.now = SATURDAY
    with pytest.raises(EnrolmentClosed):
        world.do(enrol, siti, sewing)
    world.do(edit, world.ratna, sewing, closes_at=SATURDAY + timedelta(days=3))
    assert world.do(enrol, siti, sewing).status == "enrolled"


def test_a_cancelled_event_takes_nobody(world: World) -> None:
    sewing, siti = world.event(), world.person("Siti")
    world.do(cancel_event, world.ratna, sewing)
    with pytest.raises(EventCancelled):
        world.do(enrol, siti, sewing)


def test_giving_up_what_one_does_not_have_is_refused(world: World) -> None:
    sewing, siti = world.event(), world.person("Siti")
    with pytest.raises(NotEnrolled):
        world.do(leave, siti, sewing)
    world.do(enrol, siti, sewing)
    with pytest.raises(NotEnrolled):
        world.do(seats.leave_waitlist, siti, sewing)


def test_capacity_cannot_go_below_the_seats_taken(world: World) -> None:
    sewing = world.event(capacity=3)
    for name in ("Siti", "Ani"):
        world.do(enrol, world.person(name), sewing)
    with pytest.raises(CapacityTooSmall) as refused:
        world.do(seats.resize, sewing, 1)
    assert refused.value.values["taken"] == 2
    world.do(seats.resize, sewing, 2)
    assert world.the_event(sewing).capacity == 2


def test_more_seats_are_offered_at_once(world: World) -> None:
    sewing = world.event(capacity=1)
    women = [world.person(name) for name in ("Siti", "Ani", "Wati", "Rini")]
    for woman in women:
        world.do(enrol, woman, sewing)
    world.do(edit, world.ratna, sewing, capacity=3)
    assert [world.status(woman, sewing) for woman in women] == ["enrolled", "offered", "offered", "waitlisted"]


def test_a_coordinator_enrols_a_woman_without_a_phone_even_after_closing(world: World) -> None:
    sewing = world.event(count=2)
    murni = world.do(register_without_contact, world.ratna, Profile("Murni")).id
    world.now = SATURDAY
    assert world.do(enrol_by_hand, world.ratna, murni, sewing).status == "enrolled"
    assert world.look(lambda s: s.query(Contact).filter_by(person_id=murni).count()) == 0


def test_another_event_on_the_same_day_is_said(world: World) -> None:
    siti = world.person("Siti")
    sewing = world.event(count=2)
    cooking = world.event("Kue Kering", first=SATURDAY + timedelta(hours=4))
    world.do(enrol, siti, sewing)
    conflicts = world.do(seats.day_conflicts, siti, cooking)
    assert [(conflict.event.id, conflict.starts_at) for conflict in conflicts] == [(sewing, SATURDAY)]
    assert world.do(seats.day_conflicts, siti, world.event("Gizi", first=SATURDAY + timedelta(days=1))) == []
