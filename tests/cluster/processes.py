"""The processes of a cluster as processes: `serve`, `work`, a proxy in front, one PostgreSQL database behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.cluster.proxy import Proxy
from tests.e2e.program import PATIENCE, ROOT, free_port

SAMPLE = ROOT / "models" / "sample" / "programme.toml"


@dataclass
class Process:
    """One `berdaya serve` or `berdaya work`: the process that was started and the ones that do its work."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    name: str
    url: str = ""  #: where a `serve` listens
    _process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it writes."""
        return self.folder / f"{self.name}.log"

    @property
    def is_alive(self) -> bool:
        """Whether the process that was started is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it does its work: a `serve` answers, a `work` has said so."""
        if self.url:
            return answers(f"{self.url}/readyz")
        return self.log.exists() and '"working"' in self.log.read_text("utf-8").rpartition("Berdaya bekerja")[2]

    def start(self) -> Self:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", *self.command], cwd=self.folder, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        return self

    def kill(self) -> None:
        """kill -9 of the first process; the others die with it."""
        self._signal([self._pid], signal.SIGKILL)
        self._wait()

    def kill_child(self) -> None:
        """kill -9 of a process that does the work; the first one starts it again."""
        self._signal(self.family()[1:], signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: it is there and does nothing."""
        self._signal(self.family(), signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(self.family(), signal.SIGCONT)

    def stop(self) -> int:
        """SIGTERM, and wait; its exit code."""
        self._signal([self._pid], signal.SIGTERM)
        return self._wait()

    def took_delivery(self) -> str:
        """When it last said that it delivers; empty if never."""
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if '"delivers"' in line]
        return str(lines[-1]["timestamp"]) if lines else ""

    def tail(self) -> str:
        """The last lines it wrote."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-15:]) if self.log.exists() else ""

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def family(self) -> list[int]:
        """Process ids: the one that was started, then those that do its work."""
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        return [self._pid, *map(int, children)]

    def _signal(self, pids: list[int], number: signal.Signals) -> None:
        for pid in pids:
            os.kill(pid, number)

    def _wait(self) -> int:
        assert self._process is not None
        return self._process.wait(PATIENCE)


@dataclass
class Processes:
    """A whole cluster on this machine. Used with `with`, which ends every process in it."""

    folder: Path
    database_url: str
    settings: Mapping[str, str]
    serves: list[Process] = field(default_factory=list)
    works: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock_file = self.folder / "clock"
        self.proxy = Proxy(lambda: [serve.url for serve in self.serves])

    def __enter__(self) -> Self:
        self.proxy.open()
        migrated = self.runs("migrate")
        assert migrated.returncode == 0, migrated.stderr
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.serves, *self.works]:
            if process.is_alive:
                process.kill()
        self.proxy.close()

    def starts(self, serves: int = 2, works: int = 2) -> Self:
        """Start so many of each, and wait until all are ready."""
        for _ in range(serves):
            self.add_serve()
        for _ in range(works):
            self.add_work()
        self.waits_for(lambda: all(process.is_ready for process in [*self.serves, *self.works]))
        return self

    def add_serve(self) -> Process:
        """One more `serve`, on a port of its own."""
        port, name = free_port(), f"serve-{len(self.serves) + 1}"
        command = ("serve", "--port", str(port))
        process = Process(command, self.environment(), self.folder, name, f"http://127.0.0.1:{port}")
        self.serves.append(process.start())
        return process

    def add_work(self) -> Process:
        """One more `work`."""
        process = Process(("work",), self.environment(), self.folder, f"work-{len(self.works) + 1}")
        self.works.append(process.start())
        return process

    def deliverer(self) -> Process:
        """The `work` that delivers now: the one that said so last."""
        return max((work for work in self.works if work.is_alive), key=Process.took_delivery)

    def runs(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A short command beside them, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=self.folder, env=self.environment(), capture_output=True,
            text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """What every process sees: no settings of the machine's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BERDAYA_")}
        settings = {"database.url": self.database_url, "web.public_url": self.proxy.url, **self.settings}
        ours = {f"BERDAYA_{key.upper().replace('.', '__')}": value for key, value in settings.items()}
        return {**kept, **ours, "BERDAYA_CLOCK_FILE": str(self.clock_file), "PYTHONPATH": str(ROOT)}

    def waits_for(self, happened: Callable[[], bool], seconds: float = PATIENCE) -> float:
        """Wait, bounded, for something to become true; how many seconds it took."""
        began = time.monotonic()
        while not happened():
            if time.monotonic() > began + seconds:
                raise AssertionError(f"it did not happen in {seconds} s; the processes say:\n{self.tails()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def tails(self) -> str:
        """What every process wrote last."""
        return "\n".join(f"--- {process.name}\n{process.tail()}" for process in [*self.serves, *self.works])


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
