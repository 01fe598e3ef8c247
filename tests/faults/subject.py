"""The program under trial: `berdaya run` as a process, armed, wrapped or watched as a scenario wants it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.e2e.program import Program
from tests.faults.court import Court
from tests.faults.nursery import Child, Nursery
from tests.faults.places import Place

SECRET = "a-secret-for-tests"


class Subject(Program):
    """One program on a furnished database, with both messengers on."""

    _process: "subprocess.Popen[bytes] | Child | None"  # type: ignore[assignment]  # a forked one answers alike

    def __init__(self, folder: Path, place: Place, court: Court, settings: Mapping[str, str]) -> None:
        """`settings` are config keys with their values; they win over those of the trial."""
        telegram, twilio = court.card["telegram"], court.card["twilio"]
        usual = {
            "database.url": place.url,
            "telegram.token": telegram["token"], "telegram.api_base_url": telegram["url"],
            "telegram.secret_token": SECRET, "telegram.rate_per_second": "0", "telegram.chat_rate_per_second": "0",
            "twilio.account_sid": twilio["account_sid"], "twilio.auth_token": twilio["auth_token"],
            "twilio.whatsapp_from": twilio["sender"], "twilio.api_base_url": twilio["url"],
            "twilio.rate_per_second": "0", "limits.inbound_per_minute": "0",
        }  # fmt: skip
        super().__init__(folder, {**usual, **settings})
        self._place = place
        self.nursery: Nursery | None = None  #: what starts it quickly; None starts the interpreter
        self.more: dict[str, str] = {}  #: further environment of the next start
        self.without: str = ""  #: a guard that is switched off

    def environment(self) -> dict[str, str]:
        """With what the next start is armed with."""
        return {**super().environment(), "PYTHONDONTWRITEBYTECODE": "1", **self.more}

    def asks(self, question: str) -> list[tuple[object, ...]]:
        """The rows of a question to its database, of whichever kind."""
        return self._place.asks(question)

    def launch(self) -> Self:
        """Start it without waiting for anything."""
        wrapped = ("tests.faults.without", self.without, "--") if self.without else ("bot",)
        if self.nursery:
            self._process = self.nursery.starts([*wrapped, "run"], self.folder, self.environment(), self.log)
            return self
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *wrapped, "run"],
                cwd=self.folder, env=self.environment(), stdout=log, stderr=log,
            )  # fmt: skip
        return self

    def start(self) -> Self:
        """Start it and wait until it says it is ready."""
        self.launch()
        self.waits_for(self.is_ready)
        return self

    def crashes_at(self, point: str, passage: int = 1) -> None:
        """The next start ends at that passage of a crash point."""
        self.more["BERDAYA_CRASH_AT"] = f"{point}:{passage}"

    def disarm(self) -> None:
        """The next start is a normal one."""
        self.more.clear()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def falls(self, seconds: float = 60) -> int:
        """Wait until it has ended by itself; how (negative: by that signal)."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end in {seconds} s; it says:\n{self.tail()}") from None

    def kill(self) -> None:
        """kill -9 to the parent and to the child that works, at one moment."""
        assert self._process is not None
        for process in (*self.family(), self._process.pid):
            _signal(process, signal.SIGKILL)
        self._process.wait(20)

    def freeze(self) -> None:
        """SIGSTOP: the process that works is there and does nothing."""
        self.signal_child(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.signal_child(signal.SIGCONT)

    def signal_child(self, number: signal.Signals) -> None:
        """A signal to the process that works, not to its parent."""
        for process in self.family():
            _signal(process, number)

    def family(self) -> list[int]:
        """The children of the process we started."""
        assert self._process is not None
        return children(self._process.pid)

    def memory(self) -> int:
        """Resident bytes of the working process."""
        pages = [_resident(process) for process in self.family()] or [
            _resident(self._process.pid if self._process else 0)
        ]
        return max(pages)


def children(process: int) -> list[int]:
    """Direct children of a process, by the system's own list."""
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    except OSError:
        return []
    return [int(number) for number in text.split()]


def _signal(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def _resident(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def seconds_until(happened: Any, patience: float, pause: float = 0.02) -> float:
    """How long it takes until something is true. Raises AssertionError after `patience` seconds."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > patience:
            raise AssertionError(f"it did not happen within {patience} s")
        time.sleep(pause)
    return time.monotonic() - began
