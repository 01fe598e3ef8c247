"""`python -m tests.faults.without GUARD -- run`: the real command with one guard off, one thing broken, or another release.

Guards are in `guards.py`, releases in `releases.py`. The entries of `BREAKAGES` take no guard away: they make something outside the
program fail, a handler misbehave, or a long wait short. Several names are separated by commas.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.guards import GUARDS, Patch, put
from tests.faults.releases import RELEASES


def dns() -> None:
    """«telegram.test» has no address until the file that TEST_LOOKUP names has one."""
    file = Path(os.environ["TEST_LOOKUP"])
    plain = socket.getaddrinfo

    def lookup(host: Any, *given: Any, **more: Any) -> Any:
        if host in ("telegram.test", b"telegram.test"):
            if not file.exists():
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            host = file.read_text("ascii")
        return plain(host, *given, **more)

    put(socket, "getaddrinfo", lookup)

    async def resolved(self: Any, host: Any, port: Any, **more: Any) -> Any:
        return lookup(host, port, **more)

    import uvloop

    class Loop(uvloop.Loop):
        getaddrinfo = resolved

    put(uvloop, "new_event_loop", Loop)
    put(uvloop, "Loop", Loop)


def health() -> None:
    """«racun» (poison) in a message makes its handler raise, die, hang or eat memory. Every try is noted in the file `tries`."""
    from bot.delivery import watchdog
    from handlers.answering import Answering

    answer = Answering.answer
    put(watchdog.Watchdog.__init__, "__defaults__", (float(os.environ.get("TEST_WATCHDOG", "20")),))

    def sick(self: Any, session: Any, heard: Any, *more: Any) -> Any:
        kind = (heard.text or "").partition("racun ")[2]
        if kind:
            with Path("tries").open("a") as tries:
                tries.write("tried\n")
            _SICK[kind]()
        return answer(self, session, heard, *more)

    put(Answering, "answer", sick)


def hurried() -> None:
    """What waits a minute or three waits three seconds: a refused account, a look at Twilio's list; sweeps go each second."""
    from bot import opening, running
    from bot.delivery import sender
    from bot.jobs import clock

    put(sender, "DOWN_FOR", 3.0)
    put(running, "LOOK_FOR_MISSED", 3.0)
    put(opening, "REOPEN", 3.0)
    clock.EVERY.update(reminders=1, offers=1)


def _eats() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(10 * 2**20))


def _raises() -> None:
    raise ZeroDivisionError


_SICK: dict[str, Callable[[], None]] = {
    "raises": _raises,
    "dies": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "hangs": lambda: time.sleep(600),
    "eats": _eats,
}
BREAKAGES: dict[str, Patch] = {patch.__name__: patch for patch in (dns, health, hurried)}


def main() -> None:
    """Patch, then run the command that follows `--`."""
    names, _, command = " ".join(sys.argv[1:]).partition(" -- ")
    for name in names.split(","):
        (GUARDS | BREAKAGES | RELEASES)[name]()
    sys.argv = ["berdaya", *command.split()]
    from bot.__main__ import main as berdaya

    berdaya()


if __name__ == "__main__":
    main()
