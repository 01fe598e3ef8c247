"""`python -m tests.cluster.measure`: what a cluster costs on this machine; the figures of `docs/scaling.md`.

Everything runs on one machine, the double that plays Telegram too, so a figure says what all of it together reaches.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster.processes import SAMPLE, Process, Processes
from tests.cluster.village import AWAKE, Village
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson
from tests.postgres import Postgres

#: Women who get a broadcast, women who write, and for how many seconds idling is watched.
RECIPIENTS, WRITERS, IDLE = 10_000, 400, 10.0
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure with one and with two of each kind."""
    print(f"{os.cpu_count()} cores; a broadcast to {RECIPIENTS} without a limit, and {WRITERS} women who write at once")
    for count in (1, 2):
        _measure(count)


def _measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, TelegramDouble() as telegram, Postgres() as server:
        settings = {
            "telegram.token": telegram.token, "telegram.api_base_url": telegram.url, "telegram.mode": "webhook",
            "telegram.secret_token": "a-secret", "telegram.rate_per_second": "0", "telegram.chat_rate_per_second": "0",
            **AWAKE,
        }  # fmt: skip
        with Processes(Path(name), server.new_database(), settings) as cluster:
            cluster.runs("import", str(SAMPLE))
            village = Village(telegram, cluster.database_url, RECIPIENTS)
            village.settles()
            cluster.starts(serves=count, works=count)
            _idle(cluster, count)
            _broadcast(cluster, village, count)
            _conversations(cluster, telegram, count)
            _memory(cluster)
            village.leaves()


def _idle(cluster: Processes, count: int) -> None:
    time.sleep(3.0)
    before = {process.name: _cpu(process) for process in _all(cluster)}
    time.sleep(IDLE)
    for process in _all(cluster):
        percent = (_cpu(process) - before[process.name]) / IDLE * 100
        print(f"{count}+{count}  idle: {process.name} {percent:.1f} % of a core")


def _broadcast(cluster: Processes, village: Village, count: int) -> None:
    before, began = sum(map(_cpu, cluster.works)), time.monotonic()
    broadcast = village.announces("Ada kelas baru")
    cluster.waits_for(lambda: village.is_over(broadcast), 300)
    took, cpu = time.monotonic() - began, sum(map(_cpu, cluster.works)) - before
    print(
        f"{count}+{count}  broadcast: {RECIPIENTS / took:.0f} messages/s from its creation to the last result, "
        f"{cpu / RECIPIENTS * 1e6:.0f} µs of the worker's CPU each"
    )


def _conversations(cluster: Processes, telegram: TelegramDouble, count: int) -> None:
    women = [telegram.person(f"Ibu W{number}") for number in range(WRITERS)]
    before, began = sum(map(_cpu, cluster.serves)), time.monotonic()
    for words in ("halo", "bantuan", "menu"):
        seen = [len(woman.messages) for woman in women]
        for woman in women:
            woman.says(words)
        cluster.waits_for(_answered(women, seen), 120)
    took, cpu, steps = time.monotonic() - began, sum(map(_cpu, cluster.serves)) - before, 3 * WRITERS
    print(
        f"{count}+{count}  conversations: {steps / took:.0f} steps/s through the proxy, "
        f"{cpu / steps * 1e6:.0f} µs of the servers' CPU each"
    )


def _answered(women: list[TelegramPerson], seen: list[int]) -> Callable[[], bool]:
    return lambda: all(len(woman.messages) > before for woman, before in zip(women, seen, strict=True))


def _memory(cluster: Processes) -> None:
    for process in _all(cluster):
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in process.family()[1:])
        print(f"     memory: {process.name} {pages * resource.getpagesize() / 2**20:.0f} MB")


def _cpu(process: Process) -> float:
    """Seconds of CPU its processes have used."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in process.family()]
    return sum(int(field[11]) + int(field[12]) for field in fields) / _TICKS


def _all(cluster: Processes) -> list[Process]:
    return [*cluster.serves, *cluster.works]


if __name__ == "__main__":
    main()
