"""More than one process on one database: a worker that dies, one that stalls, two that are handed one person's messages.

What else can happen to a cluster is in `tests/cluster/`.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.cluster.processes import Processes
from tests.faults.acts import announces, is_over, sent_of
from tests.faults.controls_sending import stalled
from tests.faults.people import WOMEN
from tests.faults.places import POSTGRESQL
from tests.faults.rows_inbound import FIRST_UPDATE, update_of
from tests.faults.subject import SECRET
from tests.faults.table import row
from tests.faults.trial import Trial, first_send_after, monotonic, quick

#: Seconds within which a dead worker's work must be taken over.
TAKEN_OVER = 30.0


@contextmanager
def _cluster(trial: Trial, serves: int = 2, works: int = 2) -> Iterator[Processes]:
    """Processes with the trial's database, providers and clock."""
    home = trial.home / "cluster"
    home.mkdir()
    settings = {
        key: value for key, value in trial.program.settings.items() if not key.startswith(("web.", "database."))
    }
    processes = Processes(home, trial.place.url, settings)
    processes.clock_file = trial.home / "clock"
    with processes:
        trial.court.sets("twilio", webhook_url=f"{processes.proxy.url}/whatsapp/webhook#rc=5&rp=all")
        yield processes.starts(serves, works)


@row("a dead worker's work", "taken over ≤ 30 s, duplicates ≤ in flight", databases=(POSTGRESQL,))
def a_worker_dies(trial: Trial) -> None:
    for death in ("kill", "kill_child")[: trial.rounds(1, 2)] * trial.rounds(1, 5):
        trial = trial.anew(telegram__rate_per_second="40", twilio__rate_per_second="40")
        trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN}})
        trial.women(WOMEN, "whatsapp", first=1)
        trial.court.sets("telegram", delay=0.3)
        with _cluster(trial, serves=1) as cluster:
            number = announces(trial, "Untuk semua.")
            cluster.waits_for(lambda: sent_of(trial, "Untuk semua") > 20)
            dead = cluster.deliverer()
            began = monotonic()
            getattr(dead, death)()
            time.sleep(0.5)  # what it had in flight is there
            took = first_send_after(trial, began + 0.5, 60)
            trial.tally.recovered_in(took)
            assert took <= TAKEN_OVER
            cluster.waits_for(lambda: is_over(trial, number), 90)
            trial.holds()


@row(
    "shuffled inbound of one person; two at once on two workers",
    "serialised, in order of arrival",
    databases=(POSTGRESQL,),
)
def two_workers_and_one_person(trial: Trial) -> None:
    words = ["halo", "boleh", "ibu", "Rukmini", "cipondoh", "lewati", "jahit", "benar", "boleh"]
    women = trial.women(8, first=500)
    with _cluster(trial, works=1) as cluster, ThreadPoolExecutor(16) as pool:
        doors = [serve.url for serve in cluster.serves]
        now = trial.now().timestamp()
        for place, word in enumerate(words):  # her next word goes to the other process, as soon as this one is taken
            updates = [update_of(woman, FIRST_UPDATE + 100 * n + place, word, now) for n, woman in enumerate(women)]
            assert set(pool.map(lambda update, place=place: _posted(trial, doors[place % 2], update), updates)) == {200}
        for woman in women:
            woman.has_received("STOP SIARAN", 60)
        assert trial.place.asks("SELECT count(*) FROM people WHERE name = 'Rukmini'")[0][0] == len(women)
        twice = [update_of(women[0], FIRST_UPDATE + 5000 + n, "bantuan", now) for n in range(20)]
        both = [(door, update) for update in twice for door in doors]
        trial.in_order = False  # at the same instant there is no order
        assert set(pool.map(lambda one: _posted(trial, *one), both)) == {200}
        quick(lambda: sum("nomor" in text for text in women[0].texts) == len(twice))
        trial.holds()


def _posted(trial: Trial, door: str, update: dict[str, object]) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{door}/telegram/webhook", json.dumps(update).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as refused:
        status = refused.code
    trial.posted(update, status)
    return status


@row("stalled worker wakes after its lease", "its late commit is fenced off")
def a_worker_that_stalls(trial: Trial) -> None:
    for _ in range(trial.rounds(1, 5)):
        trial = trial.anew()
        changed = stalled(trial)
        assert not changed, "I7: the late word of the first worker was written down"
        assert not trial.tally.objections, "\n".join(map(str, trial.tally.objections))
