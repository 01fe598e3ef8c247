"""What is coming, near her first, and her own meetings."""

from datetime import timedelta

import pytest

from models.attendance import answer_reminder
from models.enrolments import Answer
from models.event_editing import create_event
from models.event_plan import EventPlan, weekly
from models.events import EventKind
from models.meeting_changes import cancel_meeting
from models.programme_events import Card, by_slug, card, my_events, my_meetings, next_meetings, upcoming
from models.seats import NoSuchEvent, enrol
from tests.models.world import SATURDAY, World


def titles(cards: list[Card]) -> list[str]:
    return [entry.event.title for entry in cards]


def test_near_ones_come_first_then_by_date(world: World) -> None:
    world.event("Jauh", kecamatan="36.03.12", first=SATURDAY - timedelta(days=1))
    world.event("Satu kota", kecamatan="36.71.06")
    world.event("Dekat, nanti", kecamatan="36.71.05", first=SATURDAY + timedelta(days=7))
    world.event("Dekat", kecamatan="36.71.05")
    assert titles(world.do(upcoming, near="36.71.05")) == ["Dekat", "Dekat, nanti", "Satu kota", "Jauh"]
    assert titles(world.do(upcoming, near="luar"))[0] == "Jauh"


def test_by_kind_and_topic(world: World) -> None:
    world.event("Menjahit")
    world.event("Gizi", kind=EventKind.SEMINAR, topic="kesehatan")
    assert titles(world.do(upcoming, kinds=[EventKind.SEMINAR])) == ["Gizi"]
    assert titles(world.do(upcoming, topic="menjahit")) == ["Menjahit"]


def test_what_cannot_be_joined_any_more_is_not_shown(world: World) -> None:
    world.event("Sudah mulai", count=4)
    world.event("Masih buka", first=SATURDAY + timedelta(days=7))
    world.event("Ditutup lebih awal", first=SATURDAY + timedelta(days=7), closes_at=SATURDAY - timedelta(days=1))
    world.event("Boleh menyusul", count=4, closes_at=SATURDAY + timedelta(days=8))
    world.now = SATURDAY + timedelta(hours=1)
    assert titles(world.do(upcoming)) == ["Boleh menyusul", "Masih buka"]


def test_drafts_are_hidden(world: World) -> None:
    plan = EventPlan(EventKind.SEMINAR, "kesehatan", "Rahasia", "", "Aula", "36.71.05", 10, weekly(SATURDAY, 60, 1))
    draft = world.do(create_event, world.ratna, plan)
    assert titles(world.do(upcoming)) == []
    assert world.do(by_slug, draft.slug) is None


def test_a_card_knows_seats_and_the_next_meeting(world: World) -> None:
    sewing = world.event(capacity=2, count=3)
    world.do(enrol, world.person("Siti"), sewing)
    world.now = SATURDAY + timedelta(days=1)
    shown = world.do(card, sewing)
    assert (shown.seats.left, len(shown.meetings), shown.is_open) == (1, 3, False)
    assert shown.next is not None
    assert shown.next.starts_at == SATURDAY + timedelta(days=7)
    with pytest.raises(NoSuchEvent):
        world.do(card, 999)


def test_a_poster_leads_to_its_event(world: World) -> None:
    sewing = world.event("Menjahit Dasar")
    found = world.do(by_slug, " Menjahit-Dasar ")
    assert found is not None
    assert found.id == sewing


def test_her_meetings_are_numbered_and_carry_her_answer(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event(count=3)
    enrolment = world.do(enrol, siti, sewing)
    first, second, third = world.meetings(sewing)
    world.do(answer_reminder, siti, enrolment.id, second, Answer.COMING, "button")
    world.do(cancel_meeting, world.ratna, third)
    world.now = SATURDAY + timedelta(days=1)
    (mine,) = world.do(my_meetings, siti)
    assert (mine.meeting.id, mine.number, mine.of, mine.answer) == (second, 2, 2, Answer.COMING)
    assert [meeting.id for meeting in world.do(next_meetings, sewing)] == [second]
    assert first not in {entry.meeting.id for entry in world.do(my_meetings, siti)}


def test_waiting_is_hers_too_but_has_no_meetings(world: World) -> None:
    sewing, siti, ani = world.event(capacity=1), world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    assert [(e.event.id, e.enrolment.status) for e in world.do(my_events, ani)] == [(sewing, "waitlisted")]
    assert world.do(my_meetings, ani) == []
