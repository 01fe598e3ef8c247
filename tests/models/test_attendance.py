"""Answers to reminders, presence at meetings, and the counts coordinators get."""

from datetime import timedelta

import pytest

from models.attendance import (
    EARLIEST,
    MeetingCancelled,
    MeetingOver,
    NoSuchMeeting,
    TooEarly,
    answer_reminder,
    counts,
    mark_presence,
    roster,
)
from models.enrolments import Answer, Presence
from models.meeting_changes import cancel_meeting
from models.offers import NotHers
from models.roles import NotAllowed
from models.seats import enrol, leave
from tests.models.world import SATURDAY, World


def test_her_last_answer_counts_with_who_how_and_when(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    enrolment, (meeting,) = world.do(enrol, siti, sewing), world.meetings(sewing)
    world.do(answer_reminder, siti, enrolment.id, meeting, Answer.COMING, "button")
    world.passes(minutes=3)
    kept = world.do(answer_reminder, siti, enrolment.id, meeting, Answer.EXCUSED, "text")
    assert (kept.answer, kept.answer_by, kept.answer_how, kept.answer_at) == ("excused", siti, "text", world.now)
    assert len(world.do(roster, meeting)) == 1


def test_an_old_or_foreign_button_changes_nothing(world: World) -> None:
    siti, ani, sewing = world.person("Siti"), world.person("Ani"), world.event()
    enrolment, (meeting,) = world.do(enrol, siti, sewing), world.meetings(sewing)
    other = world.meetings(world.event("Lain"))[0]
    for person, button in ((ani, meeting), (None, meeting), (siti, other)):
        with pytest.raises(NotHers):
            world.do(answer_reminder, person, enrolment.id, button, Answer.COMING, "button")
    world.do(leave, siti, sewing)
    with pytest.raises(NotHers):
        world.do(answer_reminder, siti, enrolment.id, meeting, Answer.COMING, "button")
    with pytest.raises(NoSuchMeeting):
        world.do(answer_reminder, siti, enrolment.id, 999, Answer.COMING, "button")


def test_an_answer_after_the_end_or_to_a_cancelled_meeting_is_told_the_truth(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event(count=2)
    enrolment, (first, second) = world.do(enrol, siti, sewing), world.meetings(sewing)
    world.do(cancel_meeting, world.ratna, second)
    with pytest.raises(MeetingCancelled):
        world.do(answer_reminder, siti, enrolment.id, second, Answer.COMING, "button")
    world.now = SATURDAY + timedelta(hours=3)
    with pytest.raises(MeetingOver):
        world.do(answer_reminder, siti, enrolment.id, first, Answer.COMING, "button")


def test_the_counts_of_the_evening_before(world: World) -> None:
    sewing = world.event(capacity=3)
    women = [world.person(name) for name in ("Siti", "Ani", "Wati", "Rini")]
    enrolments = [world.do(enrol, woman, sewing) for woman in women]
    (meeting,) = world.meetings(sewing)
    for woman, enrolment, answer in zip(women, enrolments, (Answer.COMING, Answer.EXCUSED), strict=False):
        world.do(answer_reminder, woman, enrolment.id, meeting, answer, "button")
    found = world.do(counts, meeting)
    assert (found.coming, found.excused, found.unanswered, found.expected) == (1, 1, 1, 3)


def test_nobody_has_come_long_before_a_meeting(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    world.now = SATURDAY - EARLIEST - timedelta(minutes=1)
    with pytest.raises(TooEarly):
        world.do(mark_presence, world.ratna, siti, world.meetings(sewing)[0], Presence.PRESENT, "list")


def test_only_coordinators_note_who_came_and_only_of_those_on_the_list(world: World) -> None:
    siti, ani, sewing = world.person("Siti"), world.person("Ani"), world.event()
    world.do(enrol, siti, sewing)
    (meeting,) = world.meetings(sewing)
    world.now = SATURDAY - EARLIEST
    with pytest.raises(NotAllowed):
        world.do(mark_presence, siti, siti, meeting, Presence.PRESENT, "list")
    with pytest.raises(NotHers):
        world.do(mark_presence, world.ratna, ani, meeting, Presence.PRESENT, "list")
    world.do(mark_presence, world.ratna, siti, meeting, Presence.PRESENT, "list")
    world.do(mark_presence, world.ratna, siti, meeting, Presence.LATE, "list")
    assert [line.presence for line in world.do(roster, meeting)] == ["late"]
