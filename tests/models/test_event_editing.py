"""A coordinator's work on events: each act needs the role, leaves a trace, and tells whom it concerns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import event_editing
from models.attendance import answer_reminder, mark_presence
from models.enrolments import Answer, Attendance, Presence
from models.event_editing import EventOver, NoMeetings, cancel_event, copy_event, create_event, edit, publish
from models.event_plan import EventPlan, Times, weekly
from models.events import EventKind, Meeting
from models.meeting_changes import InThePast, MeetingExists, OnlyMeeting, add_meeting, cancel_meeting, move_meeting
from models.messages import Status
from models.office import AuditEntry
from models.programme import WIB
from models.roles import NotAllowed
from models.seats import CapacityTooSmall, enrol
from tests.models.world import SATURDAY, World

PLAN = EventPlan(
    EventKind.COURSE, "keuangan", "Buku Kas Sederhana untuk Usaha", "Mencatat.", "Aula", "36.71.08", 20,
    weekly(SATURDAY, 120, 3), bring=("buku tulis",),
)  # fmt: skip


def test_a_new_event_is_a_draft_with_weekly_meetings_and_a_slug(world: World) -> None:
    event = world.do(create_event, world.ratna, PLAN)
    again = world.do(create_event, world.ratna, PLAN)
    assert (event.status, event.slug, again.slug) == (
        "draft",
        "buku-kas-sederhana-untuk-usaha",
        "buku-kas-sederhana-untuk-usaha-2",
    )
    assert len(event.short_title) <= 24
    starts = [world.get(Meeting, meeting).starts_at for meeting in world.meetings(event.id)]
    assert starts == [SATURDAY + timedelta(days=7 * number) for number in range(3)]


def test_publishing_needs_a_coming_meeting(world: World) -> None:
    event = world.do(create_event, world.ratna, PLAN)
    world.now = SATURDAY + timedelta(days=30)
    with pytest.raises(NoMeetings):
        world.do(publish, world.ratna, event.id)


def test_a_copy_has_the_same_texts_and_rhythm(world: World) -> None:
    model = world.event("Menjahit Dasar", count=2, bring=["gunting"])
    copy = world.do(copy_event, world.ratna, model, SATURDAY + timedelta(days=60))
    assert (copy.status, copy.title, copy.bring, copy.slug) == (
        "draft",
        "Menjahit Dasar",
        ["gunting"],
        "menjahit-dasar-2",
    )
    starts = [world.get(Meeting, meeting).starts_at for meeting in world.meetings(copy.id)]
    assert starts == [SATURDAY + timedelta(days=60), SATURDAY + timedelta(days=67)]


@pytest.mark.parametrize(
    ("act", "args"),
    [
        (publish, ()),
        (cancel_event, ()),
        (copy_event, (SATURDAY,)),
        (event_editing.edit, ()),
    ],
)
def test_every_act_asks_for_the_role(world: World, act: Any, args: tuple[Any, ...]) -> None:
    sewing = world.event()
    for stranger in (None, world.person("Siti")):
        with pytest.raises(NotAllowed):
            world.do(act, stranger, sewing, *args)


def test_every_act_leaves_a_trace(world: World) -> None:
    sewing = world.event(count=2)
    first, _ = world.meetings(sewing)
    world.do(edit, world.ratna, sewing, title="Menjahit")
    world.do(move_meeting, world.ratna, first, SATURDAY + timedelta(hours=1))
    world.do(cancel_meeting, world.ratna, first)
    world.do(cancel_event, world.ratna, sewing)
    acts = world.look(lambda s: list(s.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id))))
    assert acts[-6:] == [
        "event.create", "event.publish", "event.edit", "meeting.move", "meeting.cancel", "event.cancel",
    ]  # fmt: skip


def test_reserved_seats_cannot_push_anybody_out(world: World) -> None:
    sewing = world.event(capacity=2)
    world.do(enrol, world.person("Siti"), sewing)
    with pytest.raises(CapacityTooSmall):
        world.do(edit, world.ratna, sewing, reserved_seats=2)


def test_a_moved_meeting_is_announced_and_asked_about_anew(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    enrolment = world.do(enrol, siti, sewing)
    (meeting,) = world.meetings(sewing)
    world.do(answer_reminder, siti, enrolment.id, meeting, Answer.COMING, "button")
    moved = world.do(move_meeting, world.ratna, meeting, SATURDAY + timedelta(days=1))
    assert moved.ends_at - moved.starts_at == timedelta(hours=3)
    assert world.told(siti) == ["notice.moved"]
    assert world.look(lambda s: s.scalars(sa.select(Attendance.answer)).one()) == Answer.NONE


def test_moving_to_the_same_time_tells_nobody(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    world.do(move_meeting, world.ratna, world.meetings(sewing)[0], SATURDAY)
    assert world.told(siti) == []


def test_a_second_move_takes_back_the_first_announcement(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    (meeting,) = world.meetings(sewing)
    for days in (1, 2):
        world.do(move_meeting, world.ratna, meeting, SATURDAY + timedelta(days=days))
    (left,) = world.messages(siti)
    assert left.content is not None
    assert left.content["values"]["before"] == {"moment": (SATURDAY + timedelta(days=1)).isoformat()}
    assert [row.error for row in world.messages(siti, Status.CANCELLED)] == ["moved"]


@pytest.mark.parametrize(("days_before", "morning"), [(3, True), (0, False)])
def test_at_night_only_what_is_soon_is_told_at_once(world: World, days_before: int, morning: bool) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    eve = datetime(2026, 11, 27 - days_before, 22, 0, tzinfo=WIB).astimezone(UTC)
    world.now = eve
    world.do(move_meeting, world.ratna, world.meetings(sewing)[0], SATURDAY + timedelta(hours=1))
    (message,) = world.messages(siti)
    assert message.not_before == (world.programme.quiet.ends_after(eve) if morning else eve)


def test_the_past_cannot_be_changed(world: World) -> None:
    sewing = world.event()
    (meeting,) = world.meetings(sewing)
    with pytest.raises(InThePast):
        world.do(move_meeting, world.ratna, meeting, world.now - timedelta(hours=1))
    world.now = SATURDAY + timedelta(minutes=1)
    with pytest.raises(InThePast):
        world.do(move_meeting, world.ratna, meeting, SATURDAY + timedelta(days=1))


def test_the_only_meeting_is_cancelled_with_its_event(world: World) -> None:
    sewing = world.event()
    with pytest.raises(OnlyMeeting):
        world.do(cancel_meeting, world.ratna, world.meetings(sewing)[0])


def test_a_cancelled_meeting_is_announced(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event(count=2)
    world.do(enrol, siti, sewing)
    world.do(cancel_meeting, world.ratna, world.meetings(sewing)[0])
    assert world.told(siti) == ["notice.meeting_cancelled"]


def test_a_meeting_can_be_added(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    later = SATURDAY + timedelta(days=7)
    world.do(add_meeting, world.ratna, sewing, Times(later, later + timedelta(hours=2)))
    with pytest.raises(MeetingExists):
        world.do(add_meeting, world.ratna, sewing, Times(later, later + timedelta(hours=3)))
    assert len(world.meetings(sewing)) == 2
    assert world.told(siti) == ["notice.meeting_added"]


def test_cancelling_an_event_tells_those_who_had_a_seat_and_those_who_waited(world: World) -> None:
    sewing, siti, ani = world.event(capacity=1), world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    assert world.do(cancel_event, world.ratna, sewing) == 2
    assert [world.told(woman) for woman in (siti, ani)] == [["notice.event_cancelled"]] * 2
    assert [world.status(woman, sewing) for woman in (siti, ani)] == ["cancelled"] * 2
    with pytest.raises(EventOver):
        world.do(cancel_event, world.ratna, sewing)


def test_a_finished_event_is_completed_by_those_who_came(world: World) -> None:
    sewing = world.event(capacity=2)
    siti, ani, wati = (world.person(name) for name in ("Siti", "Ani", "Wati"))
    for woman in (siti, ani, wati):
        world.do(enrol, woman, sewing)
    world.now = SATURDAY + timedelta(hours=2)
    world.do(mark_presence, world.ratna, siti, world.meetings(sewing)[0], Presence.LATE, "list")
    assert world.do(event_editing.finish_events) == 0
    world.passes(hours=1)
    assert world.do(event_editing.finish_events) == 1
    assert [world.status(woman, sewing) for woman in (siti, ani, wati)] == ["completed", "enrolled", "cancelled"]
    assert world.the_event(sewing).status == "finished"
