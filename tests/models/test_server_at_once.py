"""Many at once on PostgreSQL, where transactions run side by side: seats, offers and their deadlines."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery import pooled
from bot.delivery.pooled import PooledWriter
from bot.delivery.writer import Lane
from models import seat_count
from models.base import Refused
from models.enrolments import Enrolment, EnrolmentStatus
from models.offers import accept_offer, decline_offer, expire_offers, offer_accepted
from models.seat_count import seats
from models.seats import enrol, leave
from tests.models.world import NOON, World

pytestmark = pytest.mark.only("postgresql")
#: Women who press at once, the seats there are, and how many press in the same moment.
WOMEN, SEATS, AT_ONCE = 60, 10, 12
#: So far away that no round comes near it.
START = NOON + timedelta(days=300)


@pytest.fixture
def writer(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[PooledWriter]:
    """The program's own, with as many hands as women press at once."""
    monkeypatch.setattr(pooled, "THREADS", {**pooled.THREADS, Lane.CONVERSATION: AT_ONCE})
    writer = PooledWriter(world.database)
    writer.start()
    yield writer
    writer.stop()


def refusable(rule: Callable[..., Any], *given: Any) -> Callable[[Session], str]:
    """A rule as a chat runs it: a refusal is an answer, and what was written is kept."""

    def step(session: Session) -> str:
        try:
            rule(session, *given)
        except Refused as refused:
            return refused.key
        return "done"

    return step


def at_once(writer: PooledWriter, steps: list[Callable[[Session], str]]) -> list[str]:
    """Everything in the same moment, as far as hands go; raises what a step raises."""
    ready = threading.Barrier(min(AT_ONCE, len(steps)))

    def together(first: bool, step: Callable[[Session], str], session: Session) -> str:
        if first:
            try:
                ready.wait(10)
            except threading.BrokenBarrierError:  # run again: nobody waits any more
                ready.reset()
        return step(session)

    futures: list[Future[str]] = [
        writer.submit(partial(together, number < ready.parties, step), Lane.CONVERSATION)
        for number, step in enumerate(steps)
    ]
    return [future.result(60) for future in futures]


def stands(world: World, event: int) -> dict[str, int]:
    counted = sa.select(Enrolment.status, sa.func.count()).where(Enrolment.event_id == event).group_by(Enrolment.status)
    return world.look(lambda session: {str(status): number for status, number in session.execute(counted)})


def offered_in(world: World, event: int) -> list[tuple[int, int]]:
    """Whom a seat is offered: enrolment and person."""
    theirs = Enrolment.event_id == event, Enrolment.status == EnrolmentStatus.OFFERED
    found = sa.select(Enrolment.id, Enrolment.person_id).where(*theirs)
    return world.look(lambda session: [(row.id, row.person_id) for row in session.execute(found)])


def the_rest(world: World, event: int) -> None:
    """What must hold whatever happened: no seat twice, and nobody waits beside a free one."""
    now = world.look(lambda session: seats(session, event))
    assert now.taken <= now.capacity
    assert now.taken == now.capacity or not now.waiting
    places: list[int | None] = world.look(
        lambda s: list(s.scalars(sa.select(Enrolment.position).where(
            Enrolment.event_id == event, Enrolment.status == EnrolmentStatus.WAITLISTED)))
    )  # fmt: skip
    assert len(places) == len(set(places)), "two have the same place in line"


def press(world: World, writer: PooledWriter, event: int, women: list[int]) -> list[str]:
    return at_once(writer, [refusable(enrol, woman, event, world.now, world.programme) for woman in women])


def test_the_last_seats_go_to_exactly_as_many(world: World, writer: PooledWriter) -> None:
    women = [world.person(f"Ibu {number}") for number in range(WOMEN)]
    for _ in range(3):
        event = world.event(capacity=SEATS)
        assert press(world, writer, event, women) == ["done"] * WOMEN
        assert stands(world, event) == {"enrolled": SEATS, "waitlisted": WOMEN - SEATS}
        the_rest(world, event)


def test_control_without_the_events_lock_a_seat_is_given_twice(
    world: World, writer: PooledWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_count, "_locked", lambda statement: statement)
    women = [world.person(f"Ibu {number}") for number in range(WOMEN)]
    for _ in range(5):
        event = world.event(capacity=SEATS)
        press(world, writer, event, women)
        if stands(world, event)["enrolled"] > SEATS:
            return
    pytest.fail("no seat was given twice")


def test_one_woman_who_presses_often_has_one_seat(world: World, writer: PooledWriter) -> None:
    siti, event = world.person("Siti"), world.event(capacity=SEATS)
    said = press(world, writer, event, [siti] * AT_ONCE)
    assert sorted(said) == ["done"] + ["refused.already_enrolled"] * (AT_ONCE - 1)


def test_leaving_accepting_declining_and_running_out_in_the_same_moment(world: World, writer: PooledWriter) -> None:
    """Every seat is offered and its time is up just now; all who have one or wait act at once."""
    chance = random.Random(4)
    women = [world.person(f"Ibu {number}") for number in range(24)]
    for _ in range(4):
        event = world.event(capacity=4, first=START)
        for woman in women[:16]:
            world.do(enrol, woman, event)
        for woman in women[:3]:
            world.do(leave, woman, event)
        offered = offered_in(world, event)
        assert len(offered) == 3
        for enrolment, _person in offered:
            world.do(offer_accepted, enrolment)
        world.passes(hours=24, seconds=1)
        now, programme = world.now, world.programme
        steps = [
            *(
                refusable(accept_offer, enrolment, person, now - timedelta(seconds=2), programme)
                for enrolment, person in offered
            ),
            *(refusable(decline_offer, enrolment, person, now, programme) for enrolment, person in offered),
            *(refusable(leave, woman, event, now, programme) for woman in women[3:9]),
            *(refusable(enrol, woman, event, now, programme) for woman in women[16:]),
            *(refusable(expire_offers, now, programme) for _ in range(3)),
        ]
        chance.shuffle(steps)
        at_once(writer, steps)
        the_rest(world, event)
