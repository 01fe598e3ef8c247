"""`berdaya run` as a process of its own, with a folder, a port and a clock that tests can move."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
#: How long a process may take to be ready or to stop before the test gives up, in seconds.
PATIENCE = 40


class Program:
    """One program: settings as environment variables, everything it writes below one folder."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        """`settings` are config keys with their values, such as `telegram.token`."""
        self.folder, self.port = folder, free_port()
        self.clock_file = folder / "clock"
        self.log = folder / "program.log"
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"web.port": str(self.port), "web.public_url": self.url, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """What the process sees: no settings of the machine's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BERDAYA_")}
        ours = {f"BERDAYA_{key.upper().replace('.', '__')}": value for key, value in self.settings.items()}
        return {**kept, **ours, "BERDAYA_CLOCK_FILE": str(self.clock_file), "PYTHONPATH": str(ROOT)}

    def start(self) -> Self:
        """Start it and wait until it says it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        self.waits_for(self.is_ready)
        return self

    def runs(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """A short command beside it, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=self.folder, env=self.environment(), input=typed,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def is_ready(self) -> bool:
        """Whether `/readyz` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def posts(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """POST to the program; the status it answers."""
        request = urllib.request.Request(self.url + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def asks(self, question: str) -> list[tuple[object, ...]]:
        """The rows of a question to its database file, read beside it."""
        with closing(sqlite3.connect(self.folder / "var" / "berdaya.db", timeout=10)) as database:
            return database.execute(question).fetchall()

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and wait; its exit code."""
        return self._end(signal.SIGTERM)

    def passes(self, hours: float) -> None:
        """Time passes for the program: its clock file is moved forward."""
        before = float(self.clock_file.read_text()) if self.clock_file.exists() else 0.0
        self.clock_file.write_text(str(before + hours * 3600))

    def waits_for(self, happened: Callable[[], bool]) -> None:
        """Wait, bounded, for something to become true while the process lives."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if self._process and self._process.poll() is not None:
                raise AssertionError(f"the program ended with {self._process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not happen in {PATIENCE} s; the program says:\n{self.tail()}")
            time.sleep(0.05)

    def tail(self) -> str:
        """The last lines it wrote."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-30:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self.kill()

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(PATIENCE)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
