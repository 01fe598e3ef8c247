"""Reminders: the evening before and two hours before, each once, never at night, never after the start."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.jobs import reminders
from bot.jobs.reminders import dues
from models.attendance import answer_reminder
from models.enrolments import Answer
from models.meeting_changes import cancel_meeting, move_meeting
from models.messages import Status
from models.opting import opt_out
from models.people import Contact, OptOut
from models.programme import WIB, Programme, ReminderRule
from models.seats import enrol, leave
from tests.models.world import SATURDAY, World

EVENING_BEFORE = datetime(2026, 11, 27, 18, 0, tzinfo=WIB).astimezone(UTC)
TWO_HOURS_BEFORE = SATURDAY - timedelta(hours=2)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, in WIB."""
    return datetime(2026, 11, day, hour, minute, tzinfo=WIB).astimezone(UTC)


@pytest.fixture
def siti(world: World) -> int:
    return world.person("Siti")


@pytest.fixture
def sewing(world: World, siti: int) -> int:
    """Saturday, 09.00, and Siti is enrolled."""
    event = world.event()
    world.do(enrol, siti, event)
    return event


def keys(world: World, woman: int, *statuses: Status) -> list[str | None]:
    return [row.once_key for row in world.messages(woman, *statuses)]


def test_the_evening_before_and_two_hours_before(world: World, siti: int, sewing: int) -> None:
    enrolment = world.enrolment(siti, sewing).id
    for moment, name in ((EVENING_BEFORE, "H-1 18:00"), (TWO_HOURS_BEFORE, "-2h")):
        world.now = moment - timedelta(seconds=1)
        assert world.do(reminders.run) == 0
        world.now = moment
        assert world.do(reminders.run) == 1
        assert keys(world, siti)[-1] == f"reminder:{name}:enrolment {enrolment}:2026-11-28T02:00Z"
        assert world.do(reminders.run) == 0, "each once"


def test_a_reminder_is_useless_after_the_start(world: World, siti: int, sewing: int) -> None:
    world.now = EVENING_BEFORE
    world.do(reminders.run)
    (message,) = world.messages(siti)
    assert message.expires_at == SATURDAY
    assert message.content is not None
    subject = f"{world.enrolment(siti, sewing).id}.{world.meetings(sewing)[0]}"
    assert [c["action"] for c in message.content["choices"]] == [f"coming:{subject}", f"excused:{subject}"]


def test_only_who_has_a_seat_and_can_be_reached_is_reminded(world: World, siti: int, sewing: int) -> None:
    ani, wati, rini = (world.person(name) for name in ("Ani", "Wati", "Rini"))
    world.do(enrol, ani, sewing)
    world.do(enrol, wati, sewing)  # waits
    world.do(opt_out, world.look(lambda s: s.query(Contact).filter_by(person_id=ani).one()).id, OptOut.ALL)
    world.now = EVENING_BEFORE
    assert world.do(reminders.run) == 1
    assert [world.told(woman) for woman in (siti, ani, wati, rini)] == [["reminder.ask"], [], [], []]


def test_who_cannot_come_is_not_asked_again(world: World, siti: int, sewing: int) -> None:
    world.now = EVENING_BEFORE
    world.do(reminders.run)
    enrolment = world.enrolment(siti, sewing).id
    world.do(answer_reminder, siti, enrolment, world.meetings(sewing)[0], Answer.EXCUSED, "button")
    world.now = TWO_HOURS_BEFORE
    assert world.do(reminders.run) == 0


def test_who_has_said_that_she_comes_is_asked_whether_that_still_holds(world: World, siti: int, sewing: int) -> None:
    world.now = EVENING_BEFORE
    world.do(reminders.run)
    enrolment = world.enrolment(siti, sewing).id
    world.do(answer_reminder, siti, enrolment, world.meetings(sewing)[0], Answer.COMING, "button")
    world.now = TWO_HOURS_BEFORE
    world.do(reminders.run)
    assert world.told(siti)[-1] == "reminder.ask_again"


def test_who_enrols_after_a_reminder_was_due_has_just_heard(world: World, siti: int, sewing: int) -> None:
    world.now = EVENING_BEFORE + timedelta(minutes=1)
    ani = world.person("Ani")
    world.do(enrol, ani, sewing)
    assert world.do(reminders.run) == 1
    assert world.told(ani) == []
    world.now = TWO_HOURS_BEFORE
    world.do(reminders.run)
    assert world.told(ani) == ["reminder.ask"]


def test_giving_up_the_seat_takes_the_reminder_back(world: World, siti: int, sewing: int) -> None:
    world.now = EVENING_BEFORE
    world.do(reminders.run)
    world.do(leave, siti, sewing)
    assert world.messages(siti) == []


def test_a_moved_meeting_reminds_again_and_back_again(world: World, siti: int, sewing: int) -> None:
    (meeting,) = world.meetings(sewing)
    world.now = EVENING_BEFORE
    world.do(reminders.run)
    world.do(move_meeting, world.ratna, meeting, SATURDAY + timedelta(days=2))
    assert world.told(siti) == ["notice.moved"]
    world.do(move_meeting, world.ratna, meeting, SATURDAY)
    world.do(reminders.run)
    assert world.told(siti) == ["notice.moved", "reminder.ask"]
    world.do(move_meeting, world.ratna, meeting, SATURDAY + timedelta(days=2))
    world.now = EVENING_BEFORE + timedelta(days=2)
    world.do(reminders.run)
    assert world.told(siti)[-1] == "reminder.ask"


def test_a_cancelled_meeting_reminds_nobody(world: World, siti: int) -> None:
    event = world.event("Dua kali", count=2)
    world.do(enrol, siti, event)
    world.do(cancel_meeting, world.ratna, world.meetings(event)[0])
    world.now = EVENING_BEFORE
    assert world.do(reminders.run) == 0


def test_a_night_that_was_missed_is_caught_up_without_a_storm(world: World, siti: int, sewing: int) -> None:
    world.now = TWO_HOURS_BEFORE + timedelta(minutes=30)
    world.do(reminders.run)
    assert [key.split(":")[1] for key in keys(world, siti) if key] == ["-2h"]
    assert [row.error for row in world.messages(siti, Status.EXPIRED)] == ["too_late"]


def test_what_was_held_back_at_night_gives_way_to_the_next(world: World, siti: int, sewing: int) -> None:
    world.now = at(27, 22)
    world.do(reminders.run)
    assert len(world.messages(siti)) == 1
    world.now = TWO_HOURS_BEFORE
    world.do(reminders.run)
    assert [key.split(":")[1] for key in keys(world, siti) if key] == ["-2h"]


@pytest.mark.parametrize("days", [0, 3])
def test_what_comes_after_the_start_is_expired_and_visible(world: World, siti: int, sewing: int, days: int) -> None:
    world.now = SATURDAY + timedelta(days=days, minutes=1)
    assert world.do(reminders.run) == 2
    assert world.messages(siti) == []
    assert [row.error for row in world.messages(siti, Status.EXPIRED)] == ["too_late", "too_late"]


def test_an_early_meeting_reminds_the_evening_before_only(world: World, siti: int) -> None:
    event = world.event("Kebun", first=at(28, 7, 30))
    world.do(enrol, siti, event)
    found = dues(at(28, 7, 30), world.programme)
    assert [(due.rule, due.at, due.shifted) for due in found] == [
        ("H-1 18:00", at(27, 18), False),
        ("-2h", at(27, 20, 45), True),
    ]
    world.now = at(27, 20, 50)
    world.do(reminders.run)
    assert [key.split(":")[1] for key in keys(world, siti) if key] == ["H-1 18"]


def test_a_shifted_reminder_goes_before_the_night_when_it_is_the_only_one(tmp_path: Path) -> None:
    world = World(tmp_path, Programme(reminders=(ReminderRule("-3h", before=timedelta(hours=3)),)))
    siti, event = world.person("Siti"), world.event(first=at(28, 9))
    world.do(enrol, siti, event)
    world.now = at(27, 20, 44)
    assert world.do(reminders.run) == 0
    world.now = at(27, 20, 45)
    assert world.do(reminders.run) == 1


def test_two_shifted_reminders_become_one(tmp_path: Path) -> None:
    rules = tuple(ReminderRule(f"-{hours}h", before=timedelta(hours=hours)) for hours in (2, 3))
    world = World(tmp_path, Programme(reminders=rules))
    siti, event = world.person("Siti"), world.event(first=at(28, 7))
    world.do(enrol, siti, event)
    world.now = at(27, 20, 50)
    assert world.do(reminders.run) == 1


def test_rules_may_be_others(tmp_path: Path) -> None:
    world = World(tmp_path, Programme(reminders=(ReminderRule("H-3 10:00", days_before=3, at=time(10)),)))
    siti, event = world.person("Siti"), world.event()
    world.do(enrol, siti, event)
    world.now = at(25, 10)
    assert world.do(reminders.run) == 1


def test_control_without_the_once_key_she_would_be_reminded_twice(
    world: World, siti: int, sewing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.now = EVENING_BEFORE
    forgetful: Callable[[datetime], str] = lambda moment: str(world.do.__name__) + str(len(world.messages(siti)))  # noqa: E731
    monkeypatch.setattr(reminders, "stamp", forgetful)
    world.do(reminders.run)
    world.do(reminders.run)
    assert len(world.messages(siti, Status.QUEUED, Status.EXPIRED)) == 2
