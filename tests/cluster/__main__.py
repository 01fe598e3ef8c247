"""`python -m tests.cluster` (`make cluster`): a whole cluster on this machine, without Docker, to look at and to break.

An embedded PostgreSQL server, two `serve`, two `work`, a proxy in front, and Telegram's double with a village of women.
Nothing leaves the machine. Type «help» for what can be done; Ctrl+C ends everything.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster.processes import SAMPLE, Process, Processes
from tests.cluster.village import AWAKE, Village
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson
from tests.postgres import Postgres

#: Women in the village, and messages a second that the program may start.
WOMEN, RATE = 3000, 100
HELP = """
  say WORDS        Siti writes to the bot (try: say halo)
  press LABEL      Siti presses a button
  broadcast WORDS  an announcement to {women} women
  ps               which processes there are, and who delivers
  kill NAME        kill -9, for example: kill work-1
  freeze NAME      SIGSTOP: it is there and does nothing      thaw NAME     SIGCONT
  start serve|work one more process
  help             this list                                  Ctrl+C ends everything
"""


class Desk:
    """What can be typed."""

    def __init__(self, cluster: Processes, village: Village, siti: TelegramPerson) -> None:
        self.cluster, self.village, self.siti = cluster, village, siti
        self.broadcasts: dict[int, str] = {}
        self._acts: dict[str, Callable[[str], object]] = {
            "say": siti.says, "press": siti.presses, "broadcast": self._announce, "ps": lambda _: self._list(),
            "kill": lambda name: self._process(name).kill(), "freeze": lambda name: self._process(name).freeze(),
            "thaw": lambda name: self._process(name).thaw(), "start": self._start,
            "help": lambda _: print(HELP.format(women=WOMEN)),
        }  # fmt: skip

    def obey(self, line: str) -> None:
        """One line."""
        act, _, what = line.strip().partition(" ")
        if not act:
            return
        try:
            self._acts[act](what.strip())
        except (KeyError, AssertionError, OSError) as problem:
            print(f"  ? {problem}  (help shows what there is)")

    def watch(self, stop: threading.Event) -> None:
        """Show what Siti receives, and how announcements go on."""
        seen, told = 0, dict[int, str]()
        while not stop.wait(1.0):
            for message in self.siti.messages[seen:]:
                print(f"  Siti sees {message}")
                seen += 1
            for number in list(self.broadcasts):
                if (line := self._standing(number)) != told.get(number):
                    print(line)
                told[number] = line

    def _standing(self, number: int) -> str:
        received = self.village.received(self.broadcasts[number])
        twice, doubt = received.total() - len(received), self.village.uncertain_episodes(number)
        return f"  broadcast {number}: {len(received)} of {WOMEN} have it; {doubt} were in doubt, {twice} came twice"

    def _announce(self, words: str) -> None:
        words = words or f"Pengumuman {len(self.broadcasts) + 1}"
        self.broadcasts[self.village.announces(words)] = words

    def _list(self) -> None:
        for process in self._all():
            state = "there" if process.is_alive else "gone"
            since = process.took_delivery()
            print(f"  {process.name:9} {state:6} {f'took up the delivery {since}' if since else ''}")

    def _start(self, kind: str) -> None:
        print(f"  {(self.cluster.add_serve if kind == 'serve' else self.cluster.add_work)().name}")

    def _all(self) -> list[Process]:
        return [*self.cluster.serves, *self.cluster.works]

    def _process(self, name: str) -> Process:
        return {process.name: process for process in self._all()}[name]


def main() -> None:
    """Start everything, obey, and end everything."""
    with tempfile.TemporaryDirectory(prefix="berdaya-cluster-") as name, TelegramDouble() as telegram:
        print("Starting PostgreSQL …", flush=True)
        try:
            with Postgres(Path(name) / "postgres") as server:
                _show(Path(name), server.new_database(), telegram)
        except KeyboardInterrupt:
            print("\nStopped.", flush=True)


def _show(folder: Path, database_url: str, telegram: TelegramDouble) -> None:
    settings = {
        "telegram.token": telegram.token, "telegram.api_base_url": telegram.url, "telegram.mode": "webhook",
        "telegram.secret_token": "a-secret-for-this-machine", "telegram.rate_per_second": str(RATE), **AWAKE,
    }  # fmt: skip
    with Processes(folder, database_url, settings) as cluster:
        cluster.runs("import", str(SAMPLE))
        village = Village(telegram, database_url, WOMEN)
        village.settles()
        print("Starting two `berdaya serve` and two `berdaya work` …", flush=True)
        cluster.starts()
        print(f"Ready. The proxy is {cluster.proxy.url}; logs are in {folder}.{HELP.format(women=WOMEN)}", flush=True)
        desk, stop = Desk(cluster, village, telegram.person("Siti")), threading.Event()
        watcher = threading.Thread(target=desk.watch, args=[stop], daemon=True)
        watcher.start()
        try:
            for line in sys.stdin:
                desk.obey(line)
            while True:  # without a terminal it stays until it is stopped
                time.sleep(1)
        finally:
            stop.set()
            watcher.join(2)
            village.leaves()


if __name__ == "__main__":
    main()
