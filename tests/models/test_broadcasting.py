"""Broadcasts: who is in the audience, who can be reached, and counts that add up to the unit at every moment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.jobs import broadcasts
from models import broadcasting
from models.audience import (
    Audience,
    AudienceKind,
    Preview,
    Reach,
    UnknownAudience,
    known_audience,
    parse_audience,
    preview,
)
from models.broadcast_resending import BroadcastRunning, curable, not_reached, resend
from models.broadcast_summary import readers
from models.broadcasting import BroadcastOver, cancel, count_change, count_changes, create, pause, progress, resume
from models.broadcasts import Broadcast
from models.erasure import erase_person
from models.freezing import freeze_chunk
from models.messages import MessageClass, OutboxMessage, Status
from models.notices import announcement
from models.office import CatalogueEntry, Media
from models.opting import opt_out
from models.people import Contact, OptOut, Person, Purpose
from models.people_limit import days_for, people_left
from models.programme import Programme
from models.registration import Profile, give_consent, join_contact, register_without_contact, withdraw_consent
from models.roles import NotAllowed
from models.rosters import NotReached
from models.seats import enrol
from tests.bench.population import write
from tests.models.world import World

HELLO = announcement("Ada kelas baru, Bu.")


def contact_of(world: World, person: int) -> int:
    return world.look(lambda s: s.query(Contact).filter_by(person_id=person).order_by(Contact.id).first()).id  # type: ignore[union-attr]


def village(world: World) -> dict[str, int]:
    """One woman for every state."""
    women = {name: world.person(name, news=True) for name in ("reachable", "stopped", "blocked", "banned")}
    women["quiet"] = world.person("quiet")
    women["phoneless"] = world.do(register_without_contact, world.ratna, Profile("phoneless")).id
    women["whatsapp"] = world.person("whatsapp", channel="whatsapp", news=True)
    world.do(opt_out, contact_of(world, women["stopped"]), OptOut.BROADCASTS)
    with world.writes() as session:
        session.get_one(Contact, contact_of(world, women["blocked"])).blocked_at = world.now
        session.get_one(Person, women["banned"]).blocked = True
    return women


def see(world: World, audience: str, **later: float) -> Preview:
    return world.do(preview, parse_audience(audience), world.now + timedelta(**later))


def send(world: World, audience: str = "all", **more: object) -> int:
    return world.do(create, world.ratna, audience, HELLO, world.now, **more).id


def adds_up(world: World, broadcast: int) -> bool:
    told = world.do(progress, broadcast)
    rows = world.look(
        lambda s: s.scalar(sa.select(sa.func.count()).where(OutboxMessage.broadcast_id == broadcast)) or 0
    )
    return told.recipients == rows and told.recipients + sum(told.excluded.values()) == told.audience


@pytest.mark.parametrize("text", ["", "everyone", "topic", "topic:", "all:x", "kecamatan:Cipondoh", "event"])
def test_unknown_audiences_are_refused(text: str) -> None:
    with pytest.raises(UnknownAudience):
        parse_audience(text)


def test_an_audience_reads_as_it_is_written(world: World) -> None:
    assert parse_audience("kecamatan:36.71.05") == Audience(AudienceKind.KECAMATAN, "36.71.05")
    assert str(parse_audience("not-enrolled")) == "not-enrolled"
    with pytest.raises(UnknownAudience):
        world.do(known_audience, "event:tidak-ada")


def test_every_state_is_counted_once_and_the_sum_is_the_audience(world: World) -> None:
    village(world)
    seen = see(world, "all", hours=25)
    assert seen.by_channel == {
        "telegram": {Reach.REACHABLE: 1, Reach.OPTED_OUT: 1, Reach.BLOCKED: 2},
        "whatsapp": {Reach.WINDOW_CLOSED: 1},
    }
    assert seen.excluded == {Reach.NO_CONSENT: 2, Reach.NO_CONTACT: 1}  # the coordinator never said yes either
    assert (seen.audience, seen.recipients) == (8, 2)
    assert see(world, "all", hours=1).by_channel["whatsapp"] == {Reach.REACHABLE: 1}


def test_the_audiences(world: World) -> None:
    sewing = world.event("Menjahit Dasar")
    siti = world.person("Siti", news=True, interests=("menjahit",), kecamatan="36.71.05")
    ani = world.person("Ani", news=True, interests=("memasak",), kecamatan="36.71.06")
    world.do(enrol, siti, sewing)
    sizes = {text: see(world, text).recipients for text in (
        "all", "topic:menjahit", "kecamatan:36.71.06", "event:menjahit-dasar", "not-enrolled",
    )}  # fmt: skip
    assert sizes == {
        "all": 2, "topic:menjahit": 1, "kecamatan:36.71.06": 1, "event:menjahit-dasar": 1, "not-enrolled": 1,
    }  # fmt: skip
    world.do(withdraw_consent, siti, Purpose.NEWS)
    assert see(world, "event:menjahit-dasar").recipients == 1, "what concerns her own event needs no news consent"
    assert see(world, "not-enrolled").recipients == 1
    assert ani


def test_one_message_a_person_to_the_reachable_contact_last_heard_from(world: World) -> None:
    siti = world.person("Siti", news=True)
    world.passes(hours=1)
    world.do(join_contact, siti, world.contact("628110000", "whatsapp"))
    send(world)
    world.do(broadcasts.run)
    assert [row.channel for row in world.messages(siti)] == ["whatsapp"]
    with world.writes() as session:
        session.execute(sa.delete(OutboxMessage))
    world.passes(hours=30)
    send(world)
    world.do(broadcasts.run)
    assert [row.channel for row in world.messages(siti)] == ["telegram"], "the window has closed there"


def test_a_second_click_is_the_same_broadcast(world: World) -> None:
    world.person("Siti", news=True)
    assert send(world, once_key="click 7") == send(world, once_key="click 7")


def test_only_a_coordinator_broadcasts(world: World) -> None:
    for stranger in (None, world.person("Siti")):
        with pytest.raises(NotAllowed):
            world.do(create, stranger, "all", HELLO, world.now)


def test_recipients_are_frozen_in_chunks_and_add_up_at_every_step(world: World) -> None:
    women = [world.person(f"Ibu {number}", news=number % 3 > 0) for number in range(10)]
    broadcast = send(world)
    late = world.person("Terlambat", news=True)
    steps = 0
    while not world.do(freeze_chunk, broadcast, limit=3):
        steps += 1
        assert adds_up(world, broadcast)
    assert steps == 3
    told = world.do(progress, broadcast)
    assert (told.status, told.counts, told.excluded) == ("sending", {"queued": 6}, {"no_consent": 5})
    assert world.told(late) == []
    assert {row.message_class for woman in women for row in world.messages(woman)} == {MessageClass.BROADCAST}


def test_it_waits_for_its_time_and_ends_when_everybody_has_an_end(world: World) -> None:
    siti = world.person("Siti", news=True)
    broadcast = world.do(create, world.ratna, "all", HELLO, world.now + timedelta(hours=2)).id
    world.do(broadcasts.run)
    assert world.do(progress, broadcast).status == "scheduled"
    world.passes(hours=2)
    world.do(broadcasts.run)
    assert world.do(progress, broadcast).status == "sending"
    (row,) = world.messages(siti)
    with world.writes() as session:
        session.get_one(OutboxMessage, row.id).status = Status.ACCEPTED
        count_change(session, broadcast, Status.QUEUED, Status.ACCEPTED)
    world.do(broadcasts.run)
    told = world.do(progress, broadcast)
    assert (told.status, told.counts) == ("finished", {"accepted": 1})
    world.do(count_change, broadcast, Status.ACCEPTED, Status.READ)
    assert world.do(progress, broadcast).counts == {"read": 1}
    assert world.do(broadcasts.run) == 0


def test_pausing_keeps_its_place_even_while_it_is_frozen(world: World) -> None:
    for number in range(4):
        world.person(f"Ibu {number}", news=True)
    broadcast = send(world)
    world.do(freeze_chunk, broadcast, limit=2)
    world.do(pause, world.ratna, broadcast)
    world.do(broadcasts.run)
    assert world.do(progress, broadcast).status == "paused"
    world.do(resume, world.ratna, broadcast)
    world.do(broadcasts.run)
    told = world.do(progress, broadcast)
    assert (told.status, told.counts) == ("sending", {"queued": 4})


def test_stopping_ends_what_has_not_left(world: World) -> None:
    siti = world.person("Siti", news=True)
    broadcast = send(world)
    world.do(broadcasts.run)
    world.do(cancel, world.ratna, broadcast)
    world.do(broadcasts.run)
    assert world.messages(siti) == []
    assert world.do(progress, broadcast).counts == {"cancelled": 1}
    assert adds_up(world, broadcast)
    with pytest.raises(BroadcastOver):
        world.do(resume, world.ratna, broadcast)


def test_old_news_is_not_sent_any_more(world: World) -> None:
    world.person("Siti", news=True)
    broadcast = send(world)
    world.do(broadcasts.run)
    world.passes(days=3)
    world.do(broadcasts.run)
    told = world.do(progress, broadcast)
    assert (told.counts, told.status) == ({"expired": 1}, "finished")


def test_somebody_who_is_erased_midway_still_adds_up(world: World) -> None:
    siti = world.person("Siti", news=True)
    world.person("Ani", news=True)
    broadcast = send(world)
    world.do(broadcasts.run)
    world.do(erase_person, siti)
    assert world.do(progress, broadcast).counts == {"queued": 1, "cancelled": 1}


def test_the_newest_broadcasts_come_first(world: World) -> None:
    first, second = send(world), send(world)
    assert [entry.id for entry in world.do(broadcasting.recent)] == [second, first]
    assert world.get(Broadcast, first).author_id == world.ratna


def test_consent_given_later_counts_from_then_on(world: World) -> None:
    siti = world.person("Siti")
    assert see(world, "all").recipients == 0
    world.do(give_consent, siti, Purpose.NEWS, "telegram")
    assert see(world, "all").recipients == 1


def failed(world: World, broadcast: int, person: int, reason: str) -> None:
    """Her message of a broadcast ends as failed."""
    (row,) = world.messages(person)
    with world.writes() as session:
        ended = session.get_one(OutboxMessage, row.id)
        ended.status, ended.error, ended.ended_at = Status.FAILED, reason, world.now
        count_change(session, broadcast, Status.QUEUED, Status.FAILED, reason=reason)


def women(world: World, *names: str) -> list[int]:
    return [world.person(name, news=True) for name in names]


def begun(world: World, **more: Any) -> int:
    """A broadcast to all whose rows are written."""
    broadcast = send(world, **more)
    while world.do(broadcasts.run):
        continue
    return broadcast


def test_every_state_has_its_own_counter_and_failures_their_reasons(world: World) -> None:
    women(world, *"abcdef")
    broadcast = begun(world)
    batch = {
        (broadcast, Status.QUEUED, Status.SENDING, None): 5,
        (broadcast, Status.SENDING, Status.UNCERTAIN, None): 1,
        (broadcast, Status.SENDING, Status.FAILED, "blocked"): 2,
        (broadcast, Status.SENDING, Status.FAILED, None): 1,
    }
    world.do(count_changes, batch)
    told = world.do(progress, broadcast)
    assert told.counts == {"queued": 1, "sending": 1, "uncertain": 1, "failed": 3}
    assert (told.failures, told.waiting) == ({"blocked": 2, "undelivered": 1}, 3)
    assert adds_up(world, broadcast)
    world.do(count_change, broadcast, Status.FAILED, Status.READ, reason="undelivered")  # she read it after all
    told = world.do(progress, broadcast)
    assert (told.counts["failed"], told.failures) == (2, {"blocked": 2})


def test_only_what_is_being_sent_may_be_claimed(world: World) -> None:
    women(world, "Siti")
    sending, paused, stopped = begun(world), begun(world), begun(world)
    world.do(create, world.ratna, "all", HELLO, world.now + timedelta(days=1))
    world.do(pause, world.ratna, paused)
    world.do(cancel, world.ratna, stopped)
    world.do(broadcasts.run)
    (row,) = world.do(broadcasting.running)
    assert (row.id, row.content, row.repeat_uncertain) == (sending, HELLO, True)
    world.passes(days=3)
    assert world.do(broadcasting.running) == [], "it is news no more, though nothing has ended it yet"


def test_a_row_carries_nothing_that_its_broadcast_has(world: World) -> None:
    (siti,) = women(world, "Siti")
    begun(world)
    (row,) = world.messages(siti)
    assert (row.content, row.token, row.once_key, row.expires_at, row.outside_window) == (None, None, None, None, False)


@pytest.mark.parametrize("audience", ["all", "topic:menjahit", "kecamatan:36.71.05", "not-enrolled"])
def test_what_is_frozen_is_what_was_previewed(world: World, audience: str) -> None:
    with world.writes() as session:
        write(session.connection(), 2_000, world.now, first=100)
        session.add(CatalogueEntry(section="topics", slug="menjahit", data={}, updated_at=world.now))
    seen = see(world, audience)
    broadcast = send(world, audience)
    while world.do(broadcasts.run):
        continue
    told = world.do(progress, broadcast)
    assert (told.audience, told.recipients) == (seen.audience, seen.recipients)
    assert adds_up(world, broadcast)
    outside = world.look(lambda s: s.scalar(sa.select(sa.func.count()).where(OutboxMessage.outside_window.is_(True))))
    assert outside == told.outside_window == seen.by_channel["whatsapp"][Reach.WINDOW_CLOSED] > 0


@pytest.mark.only("sqlite")
def test_ending_a_stopped_broadcast_reads_its_open_rows_alone(world: World) -> None:
    with world.writes() as session:
        write(session.connection(), 500, world.now, first=100)
    broadcast = begun(world)
    world.do(cancel, world.ratna, broadcast)
    plans: list[str] = []

    @sa.event.listens_for(world.database, "before_cursor_execute")
    def explain(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.startswith("UPDATE outbox"):
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            plans.append(" ".join(step[3] for step in plan))

    while world.do(broadcasts.run):
        continue
    assert plans
    assert all("ix_outbox_open_broadcast" in plan for plan in plans), plans
    assert world.do(progress, broadcast).counts == {"cancelled": 400}


def test_stopping_while_it_is_frozen_ends_what_was_written(world: World) -> None:
    women(world, *"abcdef")
    broadcast = send(world)
    world.do(freeze_chunk, broadcast, limit=4)
    world.do(cancel, world.ratna, broadcast)
    while world.do(broadcasts.run):
        continue
    told = world.do(progress, broadcast)
    assert (told.status, told.counts) == ("cancelled", {"cancelled": 3})
    assert adds_up(world, broadcast)


def test_what_metas_limit_spreads_over_days_stays_news_for_so_long(tmp_path: Path) -> None:
    world = World(tmp_path, Programme(daily_people_limit=2))
    for name in "abcde":
        world.person(name, channel="whatsapp", news=True)
    broadcast = world.do(create, world.ratna, "all", HELLO, world.now + timedelta(days=2)).id
    world.do(broadcasts.run)
    found = world.get(Broadcast, broadcast)
    assert (found.outside_window, found.expires_at - found.starts_at) == (5, timedelta(days=3 + 2))


def test_metas_people_are_counted_once_over_a_day(world: World) -> None:
    siti, ani, _ = women(world, "Siti", "Ani", "Wati")
    begun(world)
    begun(world)
    for person, ended in ((siti, 23), (siti, 1), (ani, 25)):
        with world.writes() as session:
            row = session.get_one(OutboxMessage, world.messages(person)[0].id)
            row.outside_window, row.status = True, Status.ACCEPTED
            row.ended_at = world.now - timedelta(hours=ended)
    assert world.do(people_left, channel="telegram", limit=10) == 9
    with world.writes() as session:  # who is being written to counts already
        row = session.get_one(OutboxMessage, world.messages(ani)[0].id)
        row.outside_window, row.status = True, Status.SENDING
    assert world.do(people_left, channel="telegram", limit=10) == 8
    assert world.do(people_left, channel="telegram", limit=1) == 0
    assert world.do(people_left, channel="telegram", limit=0) is None


@pytest.mark.parametrize(
    ("people", "limit", "left", "days"),
    [(5, 0, None, 1), (0, 10, None, 0), (10, 10, None, 1), (11, 10, None, 2), (11, 10, 1, 2), (12, 10, 1, 3)],
)
def test_days_that_a_limit_takes(people: int, limit: int, left: int | None, days: int) -> None:
    assert days_for(people, limit, left) == days


def test_it_goes_again_once_to_those_whom_it_may_reach_now(world: World) -> None:
    siti, ani, wati, rohayati = women(world, "Siti", "Ani", "Wati", "Rohayati")
    first = begun(world)
    with pytest.raises(BroadcastRunning):
        world.do(resend, world.ratna, first)
    for person, reason in ((siti, "undelivered"), (ani, "blocked"), (wati, "gave_up")):
        failed(world, first, person, reason)
    world.do(cancel, world.ratna, first)
    while world.do(broadcasts.run):
        continue
    assert curable(world.do(progress, first)) == 2
    world.do(opt_out, contact_of(world, wati), OptOut.BROADCASTS)
    again = world.do(resend, world.ratna, first)
    assert world.do(resend, world.ratna, first).id == again.id, "a double click is one broadcast"
    while world.do(broadcasts.run):
        continue
    told = world.do(progress, again.id)
    assert (told.counts, told.excluded) == ({"queued": 1}, {"opted_out": 1})
    assert [len(world.messages(person)) for person in (siti, ani, wati, rohayati)] == [1, 0, 0, 0]
    with pytest.raises(NotAllowed):
        world.do(resend, siti, first)


def test_a_resend_needs_the_consent_its_first_one_needed(world: World) -> None:
    sewing = world.event("Menjahit Dasar")
    siti = world.person("Siti")
    world.do(enrol, siti, sewing)
    first = begun(world, audience="event:menjahit-dasar")
    failed(world, first, siti, "undelivered")
    world.do(broadcasts.run)
    again = world.do(resend, world.ratna, first)
    world.do(broadcasts.run)
    assert (again.audience, len(world.messages(siti))) == ("resend:1.programme", 1)
    assert parse_audience(again.audience).again(7).what == "7.programme"


def test_who_was_not_reached_is_listed_with_the_reason(world: World) -> None:
    siti, ani = women(world, "Siti", "Ani")
    broadcast = begun(world)
    failed(world, broadcast, siti, "blocked")
    assert world.do(not_reached, world.ratna, broadcast, 0, 9) == [NotReached(siti, "Siti", "blocked")]
    assert world.do(not_reached, world.ratna, broadcast, 1, 9) == []
    with pytest.raises(NotAllowed):
        world.do(not_reached, ani, broadcast, 0, 9)


def test_one_picture_for_each_language_is_asked_for_when_it_ends(world: World) -> None:
    dewi = world.coordinator("Dewi")
    with world.writes() as session:
        session.get_one(Person, dewi).language = "en"
    broadcast = begun(world)  # nobody in it: it ends at once
    pictures = world.look(lambda s: s.scalars(sa.select(Media).order_by(Media.ref)).all())
    assert [(found.channel, found.ref) for found in pictures] == [
        ("drawn", f"{broadcast} en"),
        ("drawn", f"{broadcast} id"),
    ]
    found = world.get(Broadcast, broadcast)
    assert [c.person_id for c in world.look(lambda s: readers(s, found, "en"))] == [dewi]
    assert [c.person_id for c in world.look(lambda s: readers(s, found, "id"))] == [world.ratna]
