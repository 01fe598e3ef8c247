"""Seats: a thousand at once for the last ten, and everything that can happen to one offer at the same instant."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.faults.acts import makes_event, person_of, takes_seats
from tests.faults.court import Woman
from tests.faults.people import WOMEN, write_women
from tests.faults.table import row
from tests.faults.trial import Trial, quick

SEATS = 10


@row("1,000 at once for the last 10 seats, 100 rounds", "exactly 10, no error, waiting list in order", first=True)
def a_thousand_for_ten_seats(trial: Trial) -> None:
    for _ in range(trial.rounds(1, 10)):  # what was known of one world is checked again after each of its rounds
        _rushes(trial.anew(), trial.rounds(150, 1000), trial.rounds(1, 10))


def _rushes(trial: Trial, count: int, rounds: int) -> None:
    write_women(trial.place.engine, "telegram", WOMEN + 1, count, trial.now())
    women = trial.women(count, first=WOMEN + 1)
    trial.program.start()
    for number in range(rounds):
        event = makes_event(trial, f"rebutan-{number}", SEATS)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda woman, event=event: woman.does("presses_data", data=f"enrol-anyway:{event}"), women))
        quick(lambda event=event: _count(trial, event) == count, 120)  # type: ignore[misc]
        assert (_count(trial, event, "enrolled"), _count(trial, event, "waitlisted")) == (SEATS, count - SEATS)
        places = trial.place.asks(f"SELECT position FROM enrolments WHERE event_id = {event} AND status = 'waitlisted'")
        assert sorted(int(str(place[0])) for place in places) == list(range(1, count - SEATS + 1))
        trial.holds()
    assert "step failed" not in trial.program.log.read_text("utf-8")


def _count(trial: Trial, event: int, status: str = "") -> int:
    where = f" AND status = '{status}'" if status else ""
    return int(str(trial.place.asks(f"SELECT count(*) FROM enrolments WHERE event_id = {event}{where}")[0][0]))


@row("cancel, offer, expiry and acceptance at the same instant", "one winner, both told the truth")
def everything_at_the_same_instant(trial: Trial) -> None:
    rounds = trial.rounds(3, 38)  # three of those the database knows in each
    women = trial.women(3 * rounds)
    trial.program.start()
    for number in range(rounds):
        _contested(trial, f"sekaligus-{number}", *women[3 * number : 3 * number + 3])
    trial.holds()


def _contested(trial: Trial, slug: str, holder: Woman, first: Woman, second: Woman) -> None:
    """The holder leaves; the first in line is offered the seat, and answers just as the offer runs out."""
    time.sleep(1.1)  # the program has read the clock anew
    event = makes_event(trial, slug, 1, timedelta(days=3))
    _, hers, others = takes_seats(trial, event, (holder, first, second))
    holder.says("menu")
    holder.waits_for("Ada yang bisa")
    holder.does("presses_data", data=f"leave:{event}")
    holder.waits_for("keluar")
    holder.says("ya")
    first.has_received("tempat kosong")
    quick(lambda: trial.place.asks(f"SELECT offer_expires_at FROM enrolments WHERE id = {hers}")[0][0] is not None)
    trial.passes(hours=24)  # the offer ends as soon as the program reads the clock
    time.sleep(trial.random.uniform(0, 1))
    with ThreadPoolExecutor(4) as pool:
        acts = [
            pool.submit(first.does, "presses_data", data=f"offer-yes:{hers}"),
            pool.submit(second.does, "presses_data", data=f"offer-yes:{others}"),
            pool.submit(holder.does, "presses_data", data=f"enrol:{event}"),
        ]
        for act in acts:
            act.result()
    trial.settles()
    winners = trial.place.asks(
        f"SELECT person_id FROM enrolments WHERE event_id = {event} AND status IN ('enrolled', 'offered')"
    )
    assert len(winners) <= 1, winners
    told = [
        woman
        for woman in (first, second, holder)
        if any("udah terdaftar di *Seminar" in t or "sudah terdaftar di Seminar" in t for t in woman.texts)
    ]
    enrolled = trial.place.asks(f"SELECT person_id FROM enrolments WHERE event_id = {event} AND status = 'enrolled'")
    assert {person_of(trial, woman) for woman in told} == {row[0] for row in enrolled}
