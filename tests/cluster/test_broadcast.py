"""An announcement to many while processes die, freeze and wake: everybody gets it, and what came twice was in doubt."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from models.messages import Status
from tests.cluster.conftest import HELPED, Settle, a_cluster
from tests.cluster.processes import Process, Processes
from tests.cluster.village import Village
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson
from tests.postgres import Postgres

#: After so many seconds at the latest another process goes on with what a dead one had in hand (`faults.md`).
TAKEN_OVER = 30.0
TEXT = "Ada kelas baru minggu depan"


def test_one_worker_dies_and_another_freezes(cluster: Processes, telegram: TelegramDouble, settle: Settle) -> None:
    women = settle(2000)
    fast_enough(cluster)
    cluster.starts(serves=1, works=2)
    broadcast = women.announces(TEXT)
    reached(cluster, women, 300)
    _replaced_by_another(cluster, telegram, Process.kill)
    cluster.add_work()
    reached(cluster, women, 900)
    frozen = _replaced_by_another(cluster, telegram, Process.freeze)
    frozen.thaw()
    ends_well(cluster, women, broadcast)


@pytest.mark.faults
def test_each_kind_of_process_dies_once_and_women_write_meanwhile(
    cluster: Processes, telegram: TelegramDouble, settle: Settle
) -> None:
    women = settle(4000)
    fast_enough(cluster)
    cluster.starts(serves=2, works=2)
    siti = telegram.person("Siti")
    broadcast = women.announces(TEXT)
    deaths: tuple[Callable[[], object], ...] = (
        lambda: cluster.serves[0].kill(), lambda: cluster.serves[1].kill_child(),
        lambda: cluster.deliverer().kill_child(), lambda: cluster.deliverer().kill(),
    )  # fmt: skip
    for number, dies in enumerate(deaths):
        reached(cluster, women, 400 + number * 800)
        dies()
        siti.says("bantuan")
        cluster.waits_for(partial(_was_helped, siti, number + 1), 60)
    ends_well(cluster, women, broadcast)


@pytest.mark.faults
def test_told_to_stop_in_the_middle_nothing_is_lost_or_doubled(
    cluster: Processes, telegram: TelegramDouble, settle: Settle
) -> None:
    women = settle(2000)
    fast_enough(cluster)
    cluster.starts(serves=1, works=2)
    broadcast = women.announces(TEXT)
    reached(cluster, women, 500)
    asked = time.monotonic()
    assert cluster.deliverer().stop() == 0
    assert time.monotonic() - asked < 10
    cluster.waits_for(lambda: women.is_over(broadcast), 60)
    assert women.uncertain_episodes(broadcast) == 0
    ends_well(cluster, women, broadcast)


@pytest.mark.faults
def test_the_database_crashes_twice_and_everything_goes_on(tmp_path: Path, telegram: TelegramDouble) -> None:
    with Postgres() as server, a_cluster(tmp_path, server.new_database(), telegram) as cluster:
        women, siti = Village(telegram, cluster.database_url, 3000), telegram.person("Siti")
        women.settles()
        fast_enough(cluster)
        cluster.starts(serves=2, works=2)
        broadcast = women.announces(TEXT)
        for number in (1, 2):
            reached(cluster, women, number * 800)
            server.stop_immediate()
            siti.says("bantuan")
            server.start()
            cluster.waits_for(partial(_was_helped, siti, number), 60)
        ends_well(cluster, women, broadcast)
        women.leaves()


def fast_enough(cluster: Processes) -> None:
    """A pace at which a test is not long, and a process has something in hand when it dies."""
    cluster.settings = {**cluster.settings, "telegram.rate_per_second": "300"}


def reached(cluster: Processes, women: Village, count: int) -> None:
    """Wait until so many have it."""
    cluster.waits_for(lambda: len(women.received(TEXT)) >= count, 60)


def ends_well(cluster: Processes, women: Village, broadcast: int) -> None:
    """Everybody has it, what came twice was in doubt before, and the counts agree to the unit."""
    cluster.waits_for(lambda: women.is_over(broadcast), 90)
    received = women.received(TEXT)
    assert len(received) == women.size
    assert received.total() - women.size <= women.uncertain_episodes(broadcast)
    assert women.statuses(broadcast) == {Status.ACCEPTED.value: women.size}
    assert women.progress(broadcast) == women.statuses(broadcast)


def _was_helped(woman: TelegramPerson, times: int) -> bool:
    return sum(HELPED in message.text for message in woman.messages) >= times


def _replaced_by_another(cluster: Processes, telegram: TelegramDouble, undone: Callable[[Process], object]) -> Process:
    """Undo whoever delivers; another goes on in time. The one that was undone."""
    deliverer = cluster.deliverer()
    undone(deliverer)
    time.sleep(0.2)  # what had left the machine arrives
    before = len(telegram.sent)
    took = cluster.waits_for(lambda: len(telegram.sent) > before, TAKEN_OVER)
    print(f"taken over after {took:.1f} s")
    return deliverer
