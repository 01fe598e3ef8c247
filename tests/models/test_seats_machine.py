"""Seats under any order of events: Hypothesis plays women, coordinators, the provider and time, and looks each time.

The control tests switch one guard off each: then the same machine must object.
"""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import offers, seats
from models.base import Refused
from models.enrolments import Enrolment
from models.events import Event
from models.people import Contact
from models.seat_count import Seats
from tests.models.world import NOON, World

WOMEN = tuple(range(7))
#: So far away that no deadline is cut short by the start, and no step happens at night.
START = NOON + timedelta(days=300)
woman = st.sampled_from(WOMEN)


class Seating(RuleBasedStateMachine):
    """One event with few seats, one of them reserved, and seven women who come and go."""

    @initialize(capacity=st.integers(1, 3))
    def begin(self, capacity: int) -> None:
        """A fresh database, and four women who come first: at least one of them waits."""
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name))
        self.women = [self.world.person(f"Ibu {number}") for number in WOMEN]
        self.event = self.world.event(capacity=capacity + 1, first=START, reserved_seats=1)
        self.line: list[int] = []  #: enrolment ids in the order in which they began to wait
        self.before: dict[int, str] = {}
        for who in WOMEN[:4]:
            self.enrol_one(who)

    def teardown(self) -> None:
        """Close the file."""
        if hasattr(self, "world"):
            self.world.database.dispose()
            self.folder.cleanup()

    def tries(self, act: Callable[..., Any], *args: Any) -> Any:
        """Do something that may be refused, and remember how things stood before."""
        self.before = {row.id: row.status for row in self.rows()}
        self.world.passes(seconds=1)
        try:
            return self.world.do(act, *args)
        except Refused:
            return None

    @rule(who=woman)
    def enrols(self, who: int) -> None:
        """She wants a seat."""
        self.enrol_one(who)

    def enrol_one(self, who: int) -> None:
        """Enrol her, and note when she began to wait."""
        enrolment = self.tries(seats.enrol, self.women[who], self.event)
        if enrolment is not None and enrolment.status == "enrolled":
            assert "waitlisted" not in self.before.values(), "she overtook somebody who waits"
        if enrolment is not None and enrolment.position is not None:
            self.line = [other for other in self.line if other != enrolment.id] + [enrolment.id]

    @rule(who=woman)
    def leaves(self, who: int) -> None:
        """She gives up what she has."""
        self.tries(seats.leave, self.women[who], self.event)

    @rule(who=woman)
    def says_yes(self, who: int) -> None:
        """She presses the button of her offer, old or new."""
        if enrolment := self.hers(who):
            self.tries(offers.accept_offer, enrolment.id, self.women[who])

    @rule(who=woman)
    def says_no(self, who: int) -> None:
        """She declines."""
        if enrolment := self.hers(who):
            self.tries(offers.decline_offer, enrolment.id, self.women[who])

    @rule(who=woman)
    def offer_arrives(self, who: int) -> None:
        """The provider takes the message with her offer."""
        if enrolment := self.hers(who):
            self.tries(offers.offer_accepted, enrolment.id)

    @rule(who=woman)
    def offer_fails(self, who: int) -> None:
        """The message with her offer cannot be delivered."""
        if enrolment := self.hers(who):
            self.tries(offers.offer_undeliverable, enrolment.id)

    @rule(who=woman)
    def blocks(self, who: int) -> None:
        """She blocks the bot."""
        with self.world.writes() as session:
            contact = sa.update(Contact).where(Contact.person_id == self.women[who])
            session.execute(contact.values(blocked_at=self.world.now))

    @rule(who=woman)
    def writes_again(self, who: int) -> None:
        """She writes, and the next sweep finds out."""
        self.world.passes(seconds=1)
        self.world.writes_again(self.women[who])
        self.tries(offers.offer_waiting_seats)

    @rule(days=st.integers(1, 2))
    def time_passes(self, days: int) -> None:
        """Offers run out."""
        self.world.passes(days=days)
        self.tries(offers.expire_offers)

    @rule(capacity=st.integers(1, 6))
    def coordinator_resizes(self, capacity: int) -> None:
        """More or fewer seats."""
        self.tries(seats.resize, self.event, capacity)

    def rows(self) -> list[Enrolment]:
        """Every enrolment, in order of waiting."""
        statement = sa.select(Enrolment).order_by(Enrolment.position)
        return self.world.look(lambda session: list(session.scalars(statement)))

    def hers(self, who: int) -> Enrolment | None:
        """Her enrolment, if there is one."""
        return next((row for row in self.rows() if row.person_id == self.women[who]), None)

    def reachable(self, row: Enrolment) -> bool:
        """Whether an offer would reach her."""
        return self.world.look(lambda session: offers.can_be_offered(session, row))

    @invariant()
    def never_more_seats_than_there_are(self) -> None:
        """enrolled + offered + reserved ≤ capacity."""
        event = self.world.look(lambda session: session.get_one(Event, self.event))
        taken = sum(row.status in ("enrolled", "offered") for row in self.rows())
        assert taken + event.reserved_seats <= event.capacity

    @invariant()
    def nobody_twice(self) -> None:
        """One row for one woman, and one place for one row."""
        rows = self.rows()
        places = [row.position for row in rows if row.position is not None]
        assert len({row.person_id for row in rows}) == len(rows)
        assert len(set(places)) == len(places)
        assert all((row.position is not None) == (row.status in ("waitlisted", "offered")) for row in rows)

    @invariant()
    def they_wait_in_the_order_in_which_they_came(self) -> None:
        """The order of commits is the order of the line."""
        in_line = [row.id for row in self.rows() if row.position is not None]
        assert in_line == [enrolment_id for enrolment_id in self.line if enrolment_id in in_line]

    @invariant()
    def nobody_is_skipped(self) -> None:
        """Who is offered a seat has nobody before her who could have been offered it."""
        rows = self.rows()
        offered = [r.position or 0 for r in rows if r.status == "offered" and self.before.get(r.id) != "offered"]
        passed = [r for r in rows if r.status == "waitlisted" and (r.position or 0) < max(offered, default=0)]
        assert not any(self.reachable(row) for row in passed)

    @invariant()
    def no_seat_stays_free_while_somebody_waits(self) -> None:
        """A free seat means that nobody who waits can be reached."""
        if self.world.look(lambda session: seats.seats(session, self.event)).left:
            waiting = [row for row in self.rows() if row.status == "waitlisted"]
            assert not any(self.reachable(row) for row in waiting)


QUICK = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
#: A control test only has to find an objection, not the smallest one.
CONTROL = settings(QUICK, max_examples=400, phases=[Phase.generate], print_blob=False)


def test_seats_hold_in_any_order_of_events() -> None:
    run_state_machine_as_test(Seating, settings=QUICK)


def test_control_without_counting_the_machine_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "seats", lambda session, event_id: Seats(capacity=99, taken=0, waiting=0, offered=0))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Seating, settings=CONTROL)


def test_control_without_passing_on_the_machine_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "offer_free_seats", lambda session, event_id, now, programme: 0)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Seating, settings=CONTROL)
