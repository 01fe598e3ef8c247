"""Offers: a freed seat goes to the next in line, with a deadline, and is never stuck with somebody out of reach."""

from datetime import UTC, datetime, timedelta

import pytest

from models import offers
from models.events import Event
from models.messages import Status
from models.offers import AlreadyEnrolled, NotHers, OfferExpired, accept_offer, decline_offer, expire_offers
from models.opting import opt_in, opt_out
from models.people import Contact, OptOut
from models.programme import WIB
from models.registration import Profile, register_without_contact
from models.seats import Seats, enrol, enrol_by_hand, leave
from tests.models.world import SATURDAY, World


def full_event(world: World, *names: str) -> tuple[int, list[int]]:
    """An event with one seat: the first woman has it, the others wait."""
    sewing = world.event(capacity=1)
    women = [world.person(name) for name in names]
    for woman in women:
        world.do(enrol, woman, sewing)
    return sewing, women


def offer_of(world: World, woman: int, sewing: int) -> int:
    return world.enrolment(woman, sewing).id


def contact_of(world: World, woman: int) -> int:
    return world.look(lambda s: s.query(Contact).filter_by(person_id=woman).one()).id


def test_a_freed_seat_is_offered_with_two_buttons_and_a_deadline(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(leave, siti, sewing)
    (message,) = world.messages(ani)
    offer = offer_of(world, ani, sewing)
    assert message.content is not None
    assert message.content["key"] == "offer.made"
    assert [c["action"] for c in message.content["choices"]] == [f"offer-yes:{offer}", f"offer-no:{offer}"]
    assert message.content["values"]["deadline"] == {"moment": (world.now + timedelta(hours=24)).isoformat()}


def test_her_time_begins_when_the_provider_has_taken_the_offer(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(leave, siti, sewing)
    assert world.enrolment(ani, sewing).offer_expires_at is None
    world.passes(hours=2)
    world.do(offers.offer_accepted, offer_of(world, ani, sewing))
    assert world.enrolment(ani, sewing).offer_expires_at == world.now + timedelta(hours=24)


def test_the_deadline_is_three_hours_before_the_start_at_most(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.now = SATURDAY - timedelta(hours=15)
    world.do(leave, siti, sewing)
    world.do(offers.offer_accepted, offer_of(world, ani, sewing))
    assert world.enrolment(ani, sewing).offer_expires_at == SATURDAY - timedelta(hours=3)


def test_nothing_is_offered_when_it_is_too_late_to_answer(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.now = SATURDAY - timedelta(hours=2, minutes=30)
    world.do(leave, siti, sewing)
    assert world.status(ani, sewing) == "waitlisted"


def test_nothing_is_offered_at_night_when_morning_is_too_late(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.now = datetime(2026, 11, 27, 22, 0, tzinfo=WIB).astimezone(UTC)
    world.do(leave, siti, sewing)
    assert world.status(ani, sewing) == "waitlisted"


def test_an_offer_made_at_night_waits_for_the_morning(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.now = datetime(2026, 11, 24, 22, 0, tzinfo=WIB).astimezone(UTC)
    world.do(leave, siti, sewing)
    (message,) = world.messages(ani)
    assert message.not_before == datetime(2026, 11, 25, 7, 0, tzinfo=WIB)


def test_saying_yes_gives_the_seat_once(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(leave, siti, sewing)
    assert world.do(accept_offer, offer_of(world, ani, sewing), ani).status == "enrolled"
    with pytest.raises(AlreadyEnrolled):
        world.do(accept_offer, offer_of(world, ani, sewing), ani)


def test_saying_no_passes_the_seat_on(world: World) -> None:
    sewing, (siti, ani, wati) = full_event(world, "Siti", "Ani", "Wati")
    world.do(leave, siti, sewing)
    world.do(decline_offer, offer_of(world, ani, sewing), ani)
    assert [world.status(woman, sewing) for woman in (ani, wati)] == ["cancelled", "offered"]
    assert world.told(ani) == []


def test_an_offer_belongs_to_one_woman(world: World) -> None:
    sewing, (siti, ani, wati) = full_event(world, "Siti", "Ani", "Wati")
    world.do(leave, siti, sewing)
    for stranger in (wati, None):
        with pytest.raises(NotHers):
            world.do(accept_offer, offer_of(world, ani, sewing), stranger)


def test_an_offer_whose_time_has_passed_cannot_be_taken(world: World) -> None:
    sewing, (siti, ani, wati) = full_event(world, "Siti", "Ani", "Wati")
    world.do(leave, siti, sewing)
    world.do(offers.offer_accepted, offer_of(world, ani, sewing))
    world.passes(hours=24)
    with pytest.raises(OfferExpired):
        world.do(accept_offer, offer_of(world, ani, sewing), ani)
    assert world.do(expire_offers) == 1
    assert [world.status(woman, sewing) for woman in (ani, wati)] == ["cancelled", "offered"]
    assert world.told(ani) == ["offer.expired"]
    with pytest.raises(OfferExpired):
        world.do(accept_offer, offer_of(world, ani, sewing), ani)


def test_an_offer_that_cannot_be_delivered_passes_on_and_she_keeps_her_place(world: World) -> None:
    sewing, (siti, ani, wati) = full_event(world, "Siti", "Ani", "Wati")
    place = world.enrolment(ani, sewing).position
    world.do(leave, siti, sewing)
    world.do(offers.offer_undeliverable, offer_of(world, ani, sewing))
    assert [world.status(woman, sewing) for woman in (ani, wati)] == ["waitlisted", "offered"]
    assert world.enrolment(ani, sewing).position == place


def test_she_is_offered_a_seat_again_when_she_has_written_again(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(leave, siti, sewing)
    world.do(offers.offer_undeliverable, offer_of(world, ani, sewing))
    assert world.do(offers.offer_waiting_seats) == 0
    world.passes(minutes=5)
    world.writes_again(ani)
    assert world.do(offers.offer_waiting_seats) == 1
    assert world.status(ani, sewing) == "offered"


def test_a_woman_without_a_phone_is_passed_over(world: World) -> None:
    sewing, (siti,) = full_event(world, "Siti")
    murni = world.do(register_without_contact, world.ratna, Profile("Murni")).id
    world.do(enrol_by_hand, world.ratna, murni, sewing)
    ani = world.person("Ani")
    world.do(enrol, ani, sewing)
    world.do(leave, siti, sewing)
    assert [world.status(woman, sewing) for woman in (murni, ani)] == ["waitlisted", "offered"]


def test_a_newcomer_behind_somebody_out_of_reach_gets_an_offer(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(opt_out, contact_of(world, ani), OptOut.ALL)
    world.do(leave, siti, sewing)
    assert world.do(enrol, world.person("Wati"), sewing).status == "offered"
    assert world.status(ani, sewing) == "waitlisted"


def test_control_without_the_rule_a_newcomer_would_overtake(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(opt_out, contact_of(world, ani), OptOut.ALL)
    world.do(leave, siti, sewing)
    monkeypatch.setattr(Seats, "open_to_newcomers", property(lambda counted: counted.left > 0))
    assert world.do(enrol, world.person("Wati"), sewing).status == "enrolled"


def test_stopping_all_messages_passes_a_waiting_offer_on_at_once(world: World) -> None:
    sewing, (siti, ani, wati) = full_event(world, "Siti", "Ani", "Wati")
    world.do(leave, siti, sewing)
    world.do(opt_out, contact_of(world, ani), OptOut.ALL)
    assert [world.status(woman, sewing) for woman in (ani, wati)] == ["waitlisted", "offered"]
    assert [row.error for row in world.messages(ani, Status.CANCELLED)] == ["opted_out"]


def test_who_starts_messages_again_is_in_line_as_before(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(opt_out, contact_of(world, ani), OptOut.ALL)
    world.do(leave, siti, sewing)
    world.passes(minutes=1)
    world.do(opt_in, contact_of(world, ani))
    world.do(offers.offer_waiting_seats)
    assert world.status(ani, sewing) == "offered"


def test_an_offer_never_delivered_ends_when_nobody_could_answer_it(world: World) -> None:
    sewing, (siti, ani) = full_event(world, "Siti", "Ani")
    world.do(leave, siti, sewing)
    world.now = SATURDAY - timedelta(hours=3)
    assert world.do(expire_offers) == 1
    assert world.status(ani, sewing) == "waitlisted"
    assert world.look(lambda s: s.get_one(Event, sewing)).capacity == 1
