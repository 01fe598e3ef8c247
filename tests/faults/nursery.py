"""A process that has the program's modules loaded and starts programs by forking: ten times quicker than starting Python anew.

What runs is the real command in a process of its own, with its own folder, environment and log. The short tests use it; `make faults`
starts the interpreter each time, as an operator does. Orders and answers are JSON lines.
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.program import ROOT


class Nursery:
    """The forking process, from outside."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()

    def asks(self, **order: Any) -> Any:
        """One order, one answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._lock:
            print(json.dumps(order), file=self._process.stdin, flush=True)
            return json.loads(self._process.stdout.readline())

    def starts(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> "Child":
        """Start a module with arguments, as `python -m` would."""
        given = {"arguments": list(arguments), "folder": str(folder), "environment": dict(environment), "log": str(log)}
        return Child(self, int(self.asks(**given)))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


class Child:
    """A program that was forked: as much of `subprocess.Popen` as the harness needs."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, None while it lives."""
        if self.returncode is None:
            self.returncode = self._nursery.asks(look=self.pid)
        return self.returncode

    def wait(self, timeout: float = 60) -> int:
        """Wait for its end. Raises TimeoutExpired."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("berdaya", timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """As `Popen.send_signal`."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


def main() -> None:
    """Load the program, then fork for each order until the input ends."""
    for name in (
        "bot.__main__",
        "bot.app",
        "bot.running",
        "bot.supervisor",
        "psycopg",
        "sqlalchemy.dialects.postgresql",
    ):
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        answer = _looked(order["look"]) if "look" in order else _forked(order)
        print(json.dumps(answer), flush=True)


def _looked(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return None if found == 0 else os.waitstatus_to_exitcode(status)


def _forked(order: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _become(order)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(70)
    os._exit(0)


def _become(order: Mapping[str, Any]) -> None:
    """The child's whole life: what `python -m MODULE ARGUMENTS` would be."""
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(number, target)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    module, *arguments = order["arguments"]
    sys.argv = [module, *arguments]
    if module == "bot":
        from bot.__main__ import main as program
    else:
        from tests.faults.without import main as program
    program()


if __name__ == "__main__":
    main()
