"""The whole program on PostgreSQL: tables made by `berdaya migrate`, one process, a registration and a broadcast."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.doubles.telegram import TelegramDouble
from tests.e2e.journey import SAMPLE, registers
from tests.e2e.program import Program


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double
        assert double.violations == []


def test_a_registration_and_a_broadcast(tmp_path: Path, telegram: TelegramDouble, database_url: str) -> None:
    settings = {
        "database.url": database_url, "telegram.token": telegram.token, "telegram.api_base_url": telegram.url,
        "programme.quiet_hours": "02:00,02:01",  # the test runs at any time of day
    }  # fmt: skip
    program = Program(tmp_path, settings)
    assert "was brought to its newest form" in program.runs("migrate").stdout
    assert "is in its newest form" in program.runs("migrate").stdout
    assert program.runs("import", str(SAMPLE)).returncode == 0
    with program:
        second = program.runs("run")
        assert second.returncode == 1
        assert "sudah berjalan" in second.stderr
        women = [telegram.person(name) for name in ("Siti", "Ani", "Rina")]
        for woman in women:
            woman.says("halo")
        for woman in women:
            registers(woman)
            woman.waits_for("STOP SIARAN")
        queued = program.runs("broadcast", "--audience", "all", "--text", "Ada kelas baru.", "--yes", "--json")
        assert queued.returncode == 0, queued.stderr
        for woman in women:
            woman.waits_for("Ada kelas baru.", seconds=30)
        number = str(json.loads(queued.stdout)["id"])
        program.waits_for(lambda: _told(program, number)["status"] == "finished")
        assert _told(program, number)["counts"]["accepted"] == len(women)
        assert program.stop() == 0
    assert _left(database_url) == 0
    assert sum("Ada kelas baru." in message.text for woman in women for message in woman.messages) == len(women)


def _told(program: Program, number: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(program.runs("broadcast", "status", number, "--json").stdout)
    return answer


def _left(url: str) -> int:
    """Messages without an end."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending', 'uncertain')")
        row = found.fetchone()
        assert row is not None
        return int(row[0])
