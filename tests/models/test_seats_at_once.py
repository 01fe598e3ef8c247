"""Many at once: forty women press the button of the last three seats at the same moment, on one SQLite file."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa

from models.enrolments import Enrolment
from models.seats import enrol
from tests.models.world import World

WOMEN, SEATS = 40, 3


def test_the_last_seats_go_to_exactly_as_many_women(world: World) -> None:
    sewing = world.event(capacity=SEATS)
    women = [world.person(f"Ibu {number}") for number in range(WOMEN)]
    start = Barrier(8)

    def press(group: list[int]) -> None:
        start.wait(timeout=30)
        for woman in group:
            world.do(enrol, woman, sewing)

    with ThreadPoolExecutor(8) as phones:
        list(phones.map(press, [women[number::8] for number in range(8)]))

    rows = world.look(lambda s: list(s.scalars(sa.select(Enrolment).order_by(Enrolment.id))))
    assert sum(row.status == "enrolled" for row in rows) == SEATS
    waiting = [row.position for row in rows if row.status == "waitlisted"]
    assert waiting == list(range(1, WOMEN - SEATS + 1)), "places are given in the order of commits"
