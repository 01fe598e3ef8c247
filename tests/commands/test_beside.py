"""The short commands in a terminal, and beside a program that runs."""

import json
from pathlib import Path

import pytest

from tests.commands.desk import Desk
from tests.commands.terminal import Terminal
from tests.e2e.program import Program

HEADING = "channel,address,name,consented_at,purposes"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program with simulated phones that is awake at any time of day; not started."""
    rows = [f"simulator,phone-{n},Ibu {n},2026-11-05,programme;news" for n in range(300)]
    (tmp_path / "list.csv").write_text("\n".join((HEADING, *rows, "simulator,odd,,2026-11-05,")))
    return Program(tmp_path, {"programme.quiet_hours": "02:00,02:01"})


def test_somebody_who_sits_there_is_asked_first(program: Program) -> None:
    with Terminal(program, "people", "import", "list.csv") as terminal:
        terminal.sees("301 rows: 300 would be added, 0 would be joined, 1 refused.").sees("row 302").sees("[y/N]")
        assert terminal.types("n").ends() == 1
        assert "Nothing was changed" in terminal.shown
    assert program.asks("SELECT count(*) FROM people") == [(0,)]
    report = program.folder / "report.json"
    with Terminal(program, "people", "import", "list.csv", "--json", into=str(report)) as terminal:
        assert terminal.sees("[y/N]").types("y").ends() == 1
        assert "rows/s" in terminal.shown and "phone-7" not in terminal.shown
    assert json.loads(report.read_text())["added"] == 300
    with Terminal(program, "broadcast", "--audience", "all", "--text", "Halo") as terminal:
        assert terminal.sees("300 get it").sees("[y/N]").types("n").ends() == 1
    assert program.asks("SELECT count(*) FROM broadcasts") == [(0,)]


def test_a_running_program_sends_what_was_queued_beside_it(program: Program, desk: Desk) -> None:
    desk.uses(f"sqlite:///{program.folder / 'var' / 'berdaya.db'}")
    with program:
        assert desk.runs("people", "import", str(program.folder / "list.csv"), "--yes").code == 1
        number = desk.runs("broadcast", "--audience", "all", "--text", "Ada kelas baru.", "--yes", "--json").told["id"]
        with Terminal(program, "broadcast", "status", str(number), "--follow") as terminal:
            assert terminal.ends() == 0
            assert "300 of 300 have an end" in terminal.shown and "finished" in terminal.shown
        after = desk.runs("broadcast", "status", str(number), "--json").told
        assert sum(after["counts"].values()) == after["recipients"] == 300
        assert after["recipients"] + sum(after["excluded"].values()) == after["audience_size"]
        later = ("--audience", "all", "--text", "Nanti.", "--at", "2099-01-01", "--yes", "--json")
        number = desk.runs("broadcast", *later).told["id"]
        program.waits_for(lambda: now(desk, number) == ("scheduled", 300, 0))
        assert desk.runs("broadcast", "cancel", str(number)).code == 0
        program.waits_for(lambda: now(desk, number) == ("cancelled", 0, 300))


def now(desk: Desk, number: int) -> tuple[str, int, int]:
    told = desk.runs("broadcast", "status", str(number), "--json").told
    return told["status"], told["waiting"], told["counts"]["cancelled"]
