"""Keeps the program running: the work is done in children of a small parent, which starts a child again when it dies.

A child that ends by itself has its reasons (it was told to stop, the port is taken), and the parent ends with it, unless it
asks for another try by the code `AGAIN`. One that a signal ends (the watchdog's alarm, the system short of memory, a crash of
the interpreter) is started again. Children die with their parent, so that killing the parent kills the program.
"""

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.delivery import crash_points

log = structlog.get_logger()

#: A child that dies sooner than this after its start is started again only after a wait of as long, in seconds.
TOO_SOON = 1.0
#: A child that ends with this code is started again: it could not begin, and may soon (EX_TEMPFAIL of sysexits.h).
AGAIN = 75
#: The pause before that, in seconds: loading the program costs most of a second of processor time.
BEFORE_AGAIN = 5.0
_PR_SET_PDEATHSIG = 1
_STOPS = (signal.SIGTERM, signal.SIGINT)


@dataclass
class Supervisor:
    """Runs `work` in each of so many children. `work` is given the number of its child and its starts so far."""

    work: Callable[[int, int], int]
    children: int = 1
    memory: int = 0  #: most memory of one child in bytes, after which it fails to get more; 0 is unlimited
    _running: dict[int, int] = field(default_factory=dict)  #: process id → number of the child
    _starts: dict[int, int] = field(default_factory=dict)
    _since: dict[int, float] = field(default_factory=dict)
    _stopping: bool = False

    def run(self) -> int:
        """Work until told to stop, or until a child ends by itself for good; the exit code. Signals are passed on."""
        for name in _STOPS:
            signal.signal(name, self._stop)
        for number in range(self.children):
            self._start(number)
        code = 0
        while self._running:
            process, status = os.wait()
            if process in self._running:
                code = max(code, self._ended(self._running.pop(process), status))
        return code

    def _start(self, number: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        starts = self._starts[number] = self._starts.get(number, 0) + 1
        self._since[number] = time.monotonic()
        process = os.fork()
        if process == 0:
            os._exit(_worked(lambda: self.work(number, starts), parent, self.memory))
        self._running[process] = number

    def _ended(self, number: int, status: int) -> int:
        """What follows from a child's end; the exit code so far."""
        if os.WIFEXITED(status):
            code = os.WEXITSTATUS(status)
            if self._stopping or code != AGAIN:
                self._stop(signal.SIGTERM, None)
                return 0 if code == AGAIN else code
            time.sleep(BEFORE_AGAIN)
            log.error("started again", child=number, ended_by="itself")
        else:
            killed_by = os.WTERMSIG(status)
            if self._stopping:
                return 128 + killed_by
            if os.environ.get(crash_points.VARIABLE):
                _die_by(killed_by)
            log.error("started again", child=number, ended_by=signal.Signals(killed_by).name)
        if time.monotonic() - self._since[number] < TOO_SOON:
            time.sleep(TOO_SOON)
        if not self._stopping:
            self._start(number)
        return 0

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True
        for process in self._running:
            os.kill(process, number)


def _worked(work: Callable[[], int], parent: int, memory: int) -> int:
    """The child's whole life; its exit code."""
    for name in _STOPS:
        signal.signal(name, signal.SIG_DFL)
    _die_with(parent)
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    try:
        return work()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return 130
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _die_with(parent: int) -> None:
    """End by SIGKILL when the parent ends, even if it was killed. Linux only; elsewhere a child may outlive it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _die_by(number: int) -> None:
    """End as the child ended, so that whoever started us sees it."""
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
