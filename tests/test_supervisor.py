"""The small parent that keeps the program running, with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.supervisor import AGAIN
from tests.e2e.program import ROOT

_PARENT = """
import os, signal, sys, time
from bot import supervisor
from bot.supervisor import Supervisor
supervisor.BEFORE_AGAIN = 0
from bot.delivery.watchdog import Watchdog

def work(number, starts):
    with open(sys.argv[1], "a") as said:
        said.write(f"{starts} {os.getpid()}\\n")
    %s
    return 0

sys.exit(Supervisor(work, %s).run())
"""


def _run(folder: Path, work: str, more: str = "children=1", **environment: str) -> "subprocess.Popen[bytes]":
    script = _PARENT % (work, more)
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder / "said")],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _lives(folder: Path) -> list[list[str]]:
    said = folder / "said"
    return [line.split() for line in said.read_text().splitlines()] if said.exists() else []


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/status").read_text().split("State:")[1].split()[0] != "Z"


def test_a_child_that_ends_by_itself_ends_the_program_with_its_code(tmp_path: Path) -> None:
    assert _run(tmp_path, "return 1").wait(30) == 1
    assert len(_lives(tmp_path)) == 1


def test_a_child_that_is_killed_is_started_again(tmp_path: Path) -> None:
    parent = _run(tmp_path, "if starts == 1: os.kill(os.getpid(), signal.SIGKILL)")
    assert parent.wait(30) == 0
    assert [starts for starts, _ in _lives(tmp_path)] == ["1", "2"]


def test_a_child_that_asks_for_another_try_gets_it(tmp_path: Path) -> None:
    assert _run(tmp_path, f"if starts < 3: return {AGAIN}").wait(30) == 0
    assert [starts for starts, _ in _lives(tmp_path)] == ["1", "2", "3"]


def test_a_step_that_hangs_ends_the_child_and_a_new_one_goes_on(tmp_path: Path) -> None:
    hangs = "w = Watchdog(0.2)\n    if starts == 1:\n        with w.watching():\n            sum(iter(int, 1))"
    assert _run(tmp_path, hangs).wait(30) == 0
    assert len(_lives(tmp_path)) == 2


def test_without_the_watchdog_it_would_hang_on(tmp_path: Path) -> None:
    parent = _run(tmp_path, "sum(iter(int, 1))")
    _until(lambda: len(_lives(tmp_path)) == 1)
    try:
        parent.wait(1.0)
    except subprocess.TimeoutExpired:
        assert len(_lives(tmp_path)) == 1
    else:
        raise AssertionError("it ended by itself")
    finally:
        parent.kill()


def test_a_step_that_wants_too_much_memory_fails_alone(tmp_path: Path) -> None:
    eats = "try: bytearray(2**31)\n    except MemoryError: return 0\n    return 3"
    assert _run(tmp_path, eats, "memory=2**28").wait(30) == 0


def test_told_to_stop_it_stops_its_children(tmp_path: Path) -> None:
    parent = _run(tmp_path, "time.sleep(60)", "children=3")
    _until(lambda: len(_lives(tmp_path)) == 3)
    parent.send_signal(signal.SIGTERM)
    parent.wait(30)
    assert not any(_is_alive(int(process)) for _, process in _lives(tmp_path))


def test_killing_the_parent_kills_the_program(tmp_path: Path) -> None:
    parent = _run(tmp_path, "time.sleep(60)")
    _until(lambda: len(_lives(tmp_path)) == 1)
    parent.kill()
    parent.wait(30)
    _until(lambda: not _is_alive(int(_lives(tmp_path)[0][1])))


def test_at_a_crash_point_nothing_is_started_again(tmp_path: Path) -> None:
    parent = _run(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)", BERDAYA_CRASH_AT="send.before:1")
    assert parent.wait(30) == -signal.SIGKILL
    assert len(_lives(tmp_path)) == 1
