"""A command in a terminal, where somebody sits who reads and types."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from tests.e2e.program import PATIENCE, Program

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One command, from its start to its end. Its folder and settings are a program's."""

    def __init__(self, program: Program, *arguments: str, into: str = "/dev/tty") -> None:
        """`into`: a file that takes what the command prints, as by `> FILE`."""
        self.shown = ""
        self._hand, far_end = pty.openpty()
        out = far_end if into == "/dev/tty" else os.open(into, os.O_WRONLY | os.O_CREAT)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments], cwd=program.folder, stdin=far_end, stdout=out, stderr=far_end,
            env={**program.environment(), "TERM": "xterm", "COLUMNS": "150", "LINES": "50"}, start_new_session=True,
        )  # fmt: skip
        for end in {far_end, out}:
            os.close(end)

    def sees(self, wanted: str) -> Self:
        """Wait, bounded, until something is shown."""
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.shown:
            assert time.monotonic() < deadline and self._reads(deadline), f"{wanted!r} was not shown:\n{self.shown}"
        return self

    def types(self, line: str) -> Self:
        """Type a line."""
        os.write(self._hand, f"{line}\n".encode())
        return self

    def ends(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._reads(deadline):
            assert time.monotonic() < deadline, f"it does not end:\n{self.shown}"
        return self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE)
        os.close(self._hand)

    def _reads(self, deadline: float) -> bool:
        """Read what there is; False at the end."""
        if not select.select([self._hand], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            piece = os.read(self._hand, 65_536)
        except OSError:  # Linux says so when the far end is closed
            return False
        self.shown += _COLOURS.sub("", piece.decode(errors="replace")).replace("\r\n", "\n")
        return bool(piece)
