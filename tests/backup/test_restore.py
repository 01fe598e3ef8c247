"""Bringing a backup back: what it holds is there again, what was replaced is kept, and nothing old goes out."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import backup_file, backup_sqlite, restoring
from bot.backup_file import NotABackup
from bot.commands.context import UsageProblem
from bot.delivery.claims import Terms, claim
from bot.jobs import JOBS
from bot.lock import FileLock
from models import broadcasting, held, held_decisions, holding, notices, outbox
from models.broadcasts import Broadcast, BroadcastStatus
from models.database import connect, reading
from models.enrolments import EnrolmentStatus
from models.meeting_changes import cancel_meeting
from models.messages import MessageClass, OutboxMessage, Status
from models.people import Contact
from models.seats import enrol, leave
from tests.backup.conftest import Command, ignored
from tests.models.world import NOON, SATURDAY, World


def everything_runs(world: World) -> None:
    """What a program does after its start: every sweep, again and again."""
    for _ in range(4):
        for job in JOBS.values():
            with world.writes() as session:
                job(session, world.now, world.programme)


def goes_out(world: World, channel: str = "telegram") -> list[str]:
    """The keys of what would be sent now."""
    with world.writes() as session:
        return [
            row.content["key"]
            for row in claim(session, Terms(channel, "test", world.programme, False), world.now, 100, 100)
        ]


def statuses(world: World) -> dict[str, int]:
    return world.look(
        lambda s: {
            str(status): count
            for status, count in s.execute(
                sa.select(OutboxMessage.status, sa.func.count()).group_by(OutboxMessage.status)
            )
        }
    )


def test_it_is_as_it_was_and_what_was_replaced_is_kept(berdaya: Command, world: World, tmp_path: Path) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    berdaya("backup", "b.db")
    world.person("Wati")
    world.do(leave, siti, sewing)
    result = berdaya("restore", "b.db", "--yes")
    assert result.exit_code == 0, result.output
    assert [person.name for person in world.people()] == ["Ratna", "Siti"]
    assert world.status(siti, sewing) == EnrolmentStatus.ENROLLED
    with reading(connect(f"sqlite:///{tmp_path / 'world.db.before-restore'}")) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM people")) == 3
    assert berdaya("restore", "b.db", "--yes").exit_code == 0
    assert (tmp_path / "world.db.before-restore-2").exists()


def test_a_running_program_is_not_robbed_of_its_database(berdaya: Command, world: World, tmp_path: Path) -> None:
    berdaya("backup", "b.db")
    world.person("Wati")
    lock = FileLock(tmp_path / "world.db")
    lock.acquire()
    result = berdaya("restore", "b.db", "--yes")
    assert (result.exit_code, "sedang berjalan" in result.stderr) == (1, True)
    lock.release()
    assert len(world.people()) == 2


def test_without_a_terminal_it_wants_a_yes(berdaya: Command, world: World) -> None:
    berdaya("backup", "b.db")
    assert isinstance(berdaya("restore", "b.db").exception, UsageProblem)
    assert not world.look(holding.restored_at)


def test_onto_an_empty_place_it_needs_no_yes_and_a_damaged_database_is_kept_too(
    berdaya: Command, world: World, tmp_path: Path
) -> None:
    world.person("Siti")
    berdaya("backup", "b.db")
    new = tmp_path / "new" / "place.db"
    assert berdaya("restore", "b.db", url=f"sqlite:///{new}").exit_code == 0
    new.write_bytes(b"the disk has eaten this file" * 400)
    assert isinstance(berdaya("restore", "b.db", url=f"sqlite:///{new}").exception, UsageProblem)
    assert berdaya("restore", "b.db", "--yes", url=f"sqlite:///{new}").exit_code == 0
    assert new.with_name("place.db.before-restore").read_bytes().startswith(b"the disk")
    with reading(connect(f"sqlite:///{new}")) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM people")) == 2


def test_a_backup_of_a_newer_program_is_refused(berdaya: Command, world: World, tmp_path: Path) -> None:
    with world.writes() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with backup_file.new_file(tmp_path / "b.db") as part:
        backup_sqlite.copy(tmp_path / "world.db", part, NOON, ignored)
    with backup_file.spare_file(tmp_path / "x.db") as copy, pytest.raises(NotABackup, match="newer version"):
        restoring.prepare(tmp_path / "b.db", copy, NOON, world.programme)


def test_three_days_later_nothing_old_goes_out(berdaya: Command, world: World) -> None:
    """The row of the fault table: reminders that fell due meanwhile are held or expired, and so is all else unsent."""
    siti, wati, sewing = world.person("Siti"), world.person("Wati"), world.event(first=SATURDAY, count=2)
    past = world.event("Memasak", first=NOON + timedelta(days=1))
    for woman in (siti, wati):
        world.do(enrol, woman, sewing)
        world.do(enrol, woman, past)
    with world.writes() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.person_id == siti)).one()
        outbox.put(session, contact, MessageClass.REPLY, notices.content("menu.ask"), world.now)
        outbox.put(session, contact, MessageClass.NOTICE, notices.content("question.answer", text="Ya."), world.now)
    berdaya("backup", "b.db")
    world.now = SATURDAY - timedelta(hours=1)  # both reminders of the first Saturday have fallen due
    result = berdaya("restore", "b.db", "--yes")
    assert result.exit_code == 0
    assert "Pesan ditahan" in result.stdout
    everything_runs(world)
    assert goes_out(world) == []
    assert set(statuses(world)) == {Status.HELD, Status.EXPIRED}
    assert [row.content["key"] for row in world.messages(wati, Status.HELD) if row.content] == ["reminder.ask"]
    world.passes(days=6, hours=12)
    everything_runs(world)
    # What falls due after the restore goes as ever.
    assert goes_out(world) == ["attendance.summary", "reminder.ask", "reminder.ask"]


def test_control_a_copy_by_hand_would_send_the_old(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    world.now = SATURDAY - timedelta(hours=1)
    everything_runs(world)
    assert goes_out(world) == ["attendance.summary", "reminder.ask"]


def test_what_was_in_flight_is_counted_as_uncertain_and_a_private_reply_is_gone(world: World) -> None:
    siti = world.person("Siti")
    with world.writes() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.person_id == siti)).one()
        outbox.put(session, contact, MessageClass.REPLY, notices.content("private"), world.now)
        outbox.put(session, contact, MessageClass.NOTICE, notices.content("question.answer", text="Ya."), world.now)
        session.execute(sa.update(OutboxMessage).values(status=Status.SENDING, lease_by="x", lease_until=world.now))
    assert world.do(holding.hold_unsent) == 1
    (row,) = world.messages(siti, Status.HELD)
    assert (row.uncertain_episodes, row.lease_by) == (1, None)


def announced(world: World, recipients: int = 3) -> int:
    for number in range(recipients):
        world.person(f"W{number}", news=True)
    sent = world.do(broadcasting.create, world.ratna, "all", notices.announcement("Ada kelas baru."), world.now)
    everything_runs(world)
    return sent.id


def test_a_broadcast_under_way_is_paused_and_its_counts_add_up(berdaya: Command, world: World) -> None:
    sent = announced(world)
    berdaya("backup", "b.db")
    berdaya("restore", "b.db", "--yes")
    everything_runs(world)
    assert goes_out(world) == []
    progress = world.look(lambda s: broadcasting.progress(s, sent))
    assert (progress.status, dict(progress.counts)) == (BroadcastStatus.PAUSED, {"held": 3})
    assert progress.audience == progress.recipients + sum(progress.excluded.values())


@pytest.mark.parametrize(("decision", "left"), [("send", "queued"), ("drop", "cancelled")])
def test_a_large_broadcast_is_decided_at_once_and_carried_out_in_steps(world: World, decision: str, left: str) -> None:
    sent = announced(world, 5)
    world.do(holding.pause_broadcasts)
    world.do(holding.hold_unsent)
    code, wanted = f"broadcast.{sent}", held_decisions.Decision(decision)
    assert world.do(held_decisions.decide, world.ratna, code, wanted, limit=2) == 5
    assert statuses(world) == {"held": 3, left: 2}
    steps = 0
    while world.do(held_decisions.carry_out, limit=2):
        steps += 1
    assert steps == 2
    progress = world.look(lambda s: broadcasting.progress(s, sent))
    assert dict(progress.counts) == {left: 5}
    everything_runs(world)
    status = world.get(Broadcast, sent).status
    assert status == (BroadcastStatus.SENDING if decision == "send" else BroadcastStatus.CANCELLED)


@pytest.mark.parametrize(("act", "left"), [("resume", "queued"), ("cancel", "cancelled")])
def test_going_on_or_stopping_among_the_broadcasts_decides_about_the_held_too(
    world: World, act: str, left: str
) -> None:
    sent = announced(world, 3)
    world.do(holding.pause_broadcasts)
    world.do(holding.hold_unsent)
    world.do(getattr(broadcasting, act), world.ratna, sent)
    everything_runs(world)
    assert dict(world.look(lambda s: broadcasting.progress(s, sent)).counts) == {left: 3}
    assert world.look(held.count) == 0


def test_what_nobody_decides_about_expires(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event()
    world.do(enrol, siti, sewing)
    sent = announced(world)
    world.now = SATURDAY - timedelta(hours=1)
    everything_runs(world)
    world.do(holding.hold_unsent)
    world.now = SATURDAY
    everything_runs(world)
    assert [row.error for row in world.messages(siti, Status.EXPIRED)] == ["too_late"] * 2
    world.passes(days=4)
    everything_runs(world)
    assert world.look(held.count) == 0
    assert set(world.look(lambda s: broadcasting.progress(s, sent)).counts) == {"expired"}


def test_a_dropped_offer_passes_the_seat_on(world: World) -> None:
    siti, wati, ani = world.person("Siti"), world.person("Wati"), world.person("Ani")
    sewing = world.event(capacity=1)
    for woman in (siti, wati, ani):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    world.do(holding.hold_unsent)
    assert world.status(wati, sewing) == EnrolmentStatus.OFFERED
    (group,) = [group for group in world.look(held.groups) if group.kind is held.Kind.OFFER]
    assert world.do(held_decisions.decide, world.ratna, group.code, held_decisions.Decision.DROP) == 1
    assert (world.status(wati, sewing), world.status(ani, sewing)) == (
        EnrolmentStatus.WAITLISTED,
        EnrolmentStatus.OFFERED,
    )


def test_a_held_reminder_of_a_meeting_that_moves_is_taken_back(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event(count=2)
    world.do(enrol, siti, sewing)
    world.now = SATURDAY - timedelta(hours=1)
    everything_runs(world)
    world.do(holding.hold_unsent)
    world.do(cancel_meeting, world.ratna, world.meetings(sewing)[0])
    assert world.look(held.count) == 0
