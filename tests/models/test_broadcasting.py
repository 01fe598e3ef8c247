"""Broadcasts: who is in the audience, who can be reached, and counts that add up to the unit at every moment."""

from datetime import timedelta

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
from models.broadcasting import BroadcastOver, cancel, count_change, create, pause, progress, resume
from models.broadcasts import Broadcast
from models.erasure import erase_person
from models.freezing import freeze_chunk
from models.messages import MessageClass, OutboxMessage, Status
from models.notices import announcement
from models.opting import opt_out
from models.people import Contact, OptOut, Person, Purpose
from models.registration import Profile, give_consent, join_contact, register_without_contact, withdraw_consent
from models.roles import NotAllowed
from models.seats import enrol
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
        count_change(session, broadcast, Status.SENDING, Status.ACCEPTED)
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
