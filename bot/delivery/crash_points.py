"""Named places around every commit and every call where a test may end the process, as a power cut would.

`BERDAYA_CRASH_AT=send.before:3` kills this process with SIGKILL at the third passage of `send.before`. Without it a point
costs one comparison.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

#: Every point there is. "before" a commit nothing is kept; "after" it nothing was told to anybody.
POINTS = frozenset({
    "inbox.before_commit", "inbox.after_commit", "claim.before_commit", "claim.after_commit", "send.before", "send.after",
    "result.before_commit", "result.after_commit", "status.before_commit", "status.after_commit", "sweep.before_commit",
    "sweep.after_commit",
})  # fmt: skip
#: The environment variable that arms one.
VARIABLE = "BERDAYA_CRASH_AT"


@dataclass(slots=True)
class _Armed:
    name: str
    passages: int


_armed: _Armed | None = None


def arm(environ: Mapping[str, str]) -> None:
    """Arm the point the environment names. Raises ValueError for a name there is not, or a wrong number."""
    global _armed
    setting = environ.get(VARIABLE, "")
    if not setting:
        _armed = None
        return
    name, _, passage = setting.partition(":")
    if name not in POINTS or not (passage or "1").isdecimal():
        raise ValueError(f"{VARIABLE}: {setting!r} is not one of {', '.join(sorted(POINTS))} with a number, as name:n")
    _armed = _Armed(name, int(passage or "1"))


def at(name: str) -> None:
    """Pass a point."""
    if _armed is not None and _armed.name == name:
        _armed.passages -= 1
        if _armed.passages <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
