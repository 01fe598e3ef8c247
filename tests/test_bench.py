"""The benchmark itself: it runs and writes its report, its referee sees what is wrong, and nobody wins by not answering."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.limit import Sends
from tests.bench.script import Answer, Exchange
from tests.bench.women import Crowd

ROOT = Path(__file__).parents[1]
SCRIPT = (
    Exchange("halo", answers=(Answer("Boleh?"),)),
    Exchange("ya", answers=(Answer("Terima kasih."), Answer("Menu"))),
)


class Phone:
    """A line that only remembers who wrote what; the program's side is played by the test."""

    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []

    def deliver(
        self,
        address: int,
        exchange: Exchange,
        before: Answer | None,
        written: Callable[[], None],
        taken: Callable[[], None],
    ) -> None:
        self.said.append((address, exchange.text))
        written()
        taken()


@pytest.fixture
def crowd() -> Crowd:
    crowd = Crowd(Phone(), SCRIPT, 100)
    crowd.begin(1)
    crowd.measure()
    return crowd


def replies(crowd: Crowd, *texts: str, to: int = 101) -> None:
    for text in texts:
        crowd.hears(to, Answer(text), lambda shown: shown())


@pytest.mark.parametrize(
    ("part", "tables"),
    [
        ("inbound", ["Inbound: 1 at once", "Inbound: 3 at once"]),
        ("broadcast", ["Broadcast to 60 without limits", "Broadcast within a provider's limit"]),
        ("scale", ["A broadcast to 500", "A sweep of due reminders"]),
        ("start", ["Start"]),
    ],
)
def test_each_part_runs_and_writes_its_tables(tmp_path: Path, part: str, tables: list[str]) -> None:
    report = tmp_path / "benchmarks.md"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--alone", "--only", part, "--output", str(report)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    written = report.read_text("utf-8")
    assert [title for title in re.findall(r"^## (.+)$", written, re.MULTILINE) if title in tables] == tables
    assert "nan" not in written


def test_a_conversation_goes_on_once_all_replies_are_there(crowd: Crowd) -> None:
    replies(crowd, "Boleh?", "Terima kasih.", "Menu")
    assert [text for _, text in crowd.line.said] == ["halo", "ya", "halo"]  # type: ignore[attr-defined]
    assert (crowd.result["steps"], crowd.result["conversations"], crowd.wrong) == (2, 1, [])


def test_who_leaves_a_reply_out_gets_no_step_for_it(crowd: Crowd) -> None:
    replies(crowd, "Boleh?", "Terima kasih.")
    assert crowd.result["steps"] == 1
    assert crowd.result["unanswered"] == 1


def test_a_wrong_reply_is_noted_and_does_not_count(crowd: Crowd) -> None:
    replies(crowd, "Apa saja")
    assert crowd.wrong
    assert crowd.result["steps"] == 0


def test_the_referee_allows_the_limit_and_refuses_one_more() -> None:
    sends = Sends(per_second=3)
    assert [sends.comes(n, "x", 10.0 + n / 10) for n in range(4)] == [True, True, True, False]
    assert sends.comes(5, "x", 10.96)  # a second later, less the jitter that is forgiven
    assert (sends.result["refused"], sends.result["most_in_a_second"], sends.result["people"]) == (1, 3, 4)


def test_the_referee_sees_too_many_in_a_second_also_without_a_limit() -> None:
    sends = Sends()
    for n in range(50):
        sends.comes(n % 10, "x" if n else "y", n / 100)
    assert sends.result["most_in_a_second"] == 50
    assert (sends.result["people"], sends.result["different"]) == (10, 49)
