"""The other sweeps: summaries for coordinators, offers, handovers, finished events."""

from datetime import UTC, datetime, timedelta

from bot.jobs import JOBS, events, handovers, offers, summaries
from models.attendance import answer_reminder
from models.enrolments import Answer
from models.handover import ask, is_open
from models.meeting_changes import move_meeting
from models.offers import offer_accepted
from models.programme import WIB
from models.seats import enrol, leave
from tests.models.world import SATURDAY, World

EVENING = datetime(2026, 11, 27, 20, 0, tzinfo=WIB).astimezone(UTC)


def test_the_evening_before_coordinators_hear_who_comes(world: World) -> None:
    sewing = world.event(capacity=3)
    women = [world.person(name) for name in ("Siti", "Ani", "Wati")]
    enrolments = [world.do(enrol, woman, sewing) for woman in women]
    (meeting,) = world.meetings(sewing)
    for woman, enrolment, answer in zip(women, enrolments, (Answer.COMING, Answer.EXCUSED), strict=False):
        world.do(answer_reminder, woman, enrolment.id, meeting, answer, "button")
    world.now = EVENING - timedelta(seconds=1)
    assert world.do(summaries.run) == 0
    world.now = EVENING
    assert world.do(summaries.run) == 1
    assert world.do(summaries.run) == 0
    (message,) = world.messages(world.ratna)
    assert message.content is not None
    values = message.content["values"]
    assert (values["coming"], values["excused"], values["unanswered"]) == (1, 1, 1)
    assert message.expires_at == SATURDAY


def test_an_event_nobody_joined_needs_no_summary(world: World) -> None:
    world.event()
    world.now = EVENING
    assert world.do(summaries.run) == 0


def test_a_moved_meeting_is_summed_up_again(world: World) -> None:
    sewing = world.event()
    world.do(enrol, world.person("Siti"), sewing)
    world.now = EVENING
    world.do(summaries.run)
    world.do(move_meeting, world.ratna, world.meetings(sewing)[0], SATURDAY + timedelta(days=1))
    world.now = EVENING + timedelta(days=1)
    assert world.do(summaries.run) == 1


def test_offers_run_out_and_find_whoever_writes_again(world: World) -> None:
    sewing = world.event(capacity=1, first=SATURDAY + timedelta(days=7))
    siti, ani, wati = (world.person(name) for name in ("Siti", "Ani", "Wati"))
    for woman in (siti, ani, wati):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    world.do(offer_accepted, world.enrolment(ani, sewing).id)
    world.passes(hours=24)
    assert world.do(offers.run) == 1
    assert [world.status(woman, sewing) for woman in (ani, wati)] == ["cancelled", "offered"]


def test_silent_handovers_and_finished_events_end(world: World) -> None:
    contact, sewing = world.contact("siti"), world.event()
    world.do(ask, contact, "Halo?")
    world.now = SATURDAY + timedelta(hours=3)
    assert (world.do(handovers.run), world.do(events.run)) == (1, 1)
    assert not world.do(is_open, contact)
    assert world.the_event(sewing).status == "finished"


def test_every_sweep_does_nothing_when_nothing_is_due(world: World) -> None:
    assert {name: world.do(job) for name, job in JOBS.items()} == dict.fromkeys(JOBS, 0)
