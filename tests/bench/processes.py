"""Processes that are measured: started, asked for their processor time and memory, and ended."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
#: How long a process may take to start or to stop, in seconds.
PATIENCE = 90.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """One program with its children. What it writes goes to a file in its folder."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log.txt"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BERDAYA_")}
        with self.log.open("ab") as log:
            self.started = time.perf_counter()
            self.popen = subprocess.Popen(
                command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)} | dict(environment),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    @property
    def pids(self) -> list[int]:
        """The process and everything below it."""
        found = [self.popen.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in _read(task).split()]
        return found

    def cpu(self) -> float:
        """Processor time so far, in seconds, of this process and its children."""
        return sum(_cpu(pid) for pid in self.pids)

    def memory(self) -> float:
        """Resident memory in MB of all its processes; what they share counts once."""
        return sum(_memory(pid, "smaps_rollup", "Pss") for pid in self.pids)

    def peak(self) -> float:
        """The most resident memory the largest of them has had since `forget_peak`, with what is the others' own."""
        most = {pid: _memory(pid, "status", "VmHWM") for pid in self.pids}
        largest = max(most, key=lambda pid: most[pid])
        return most[largest] + sum(_own(pid) for pid in most if pid != largest)

    def forget_peak(self) -> None:
        """From now on the peak is taken anew."""
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def waits_for(self, happened: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Wait, bounded, for something to become true while the process lives. Raises RuntimeError."""
        deadline = time.monotonic() + seconds
        while not happened():
            if self.popen.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{what}: it did not happen\n{self.tail()}")
            time.sleep(0.005)

    def tail(self) -> str:
        """The last lines it wrote."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-30:])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait."""
        if self.popen.poll() is None:
            self.popen.send_signal(how)
            try:
                self.popen.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Asked(Process):
    """A process that is asked by lines of JSON and answers each with one."""

    def asks(self, do: str, **wish: Any) -> dict[str, Any]:
        """One wish, to its end. Raises RuntimeError for an error it tells."""
        self.writes(do, **wish)
        return self.answer()

    def writes(self, do: str, **wish: Any) -> None:
        """Begin a wish; `answer` waits for its end."""
        assert self.popen.stdin is not None
        self.popen.stdin.write(json.dumps({"do": do, **wish}).encode() + b"\n")
        self.popen.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next line it says."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line:
            raise RuntimeError(f"it ended:\n{self.tail()}")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said


def double(kind: str, folder: Path) -> tuple[Asked, str]:
    """A fast double, started, and its address."""
    process = Asked([sys.executable, "-m", "tests.bench.double", kind], folder, {})
    return process, f"http://127.0.0.1:{process.answer()['port']}"


def is_ready(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _cpu(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:15]) / _TICKS if fields else 0.0


def _memory(pid: int, file: str, what: str) -> float:
    lines = [line for line in _read(Path(f"/proc/{pid}/{file}")).splitlines() if line.startswith(what + ":")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _own(pid: int) -> float:
    return sum(_memory(pid, "smaps_rollup", what) for what in ("Private_Clean", "Private_Dirty"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
