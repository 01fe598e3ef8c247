"""A database that cannot be opened or reached: every command says so in plain words, and where to look."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.commands.context import REFUSED, live
from bot.supervisor import AGAIN
from tests.e2e.program import Program, free_port

NOWHERE = "sqlite:///notes/berdaya.db"


@pytest.fixture
def gone() -> str:
    """The address of a server that is not there."""
    return f"postgresql://berdaya@127.0.0.1:{free_port()}/berdaya"


def refused(folder: Path, url: str, *command: str) -> str:
    (folder / "notes").write_text("a file, where a folder should be")
    ended = Program(folder, {"database.url": url}).runs(*command)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_restore_to_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    made = Program(tmp_path, {})
    made.runs("coordinator", "add", "--name", "Ratna", "--simulator", "ratna")
    assert made.runs("backup", "a.berdaya").returncode == 0
    assert "Nothing was changed" in refused(tmp_path, NOWHERE, "restore", "a.berdaya", "--yes")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    assert "database cannot be used" in refused(tmp_path, "sqlite:///notes", "coordinator", "list")


@pytest.mark.parametrize("command", [("run",), ("coordinator", "add", "--name", "Ratna", "--simulator", "ratna")])
def test_a_file_that_cannot_be_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "database cannot be used" in refused(tmp_path, NOWHERE, *command)


@pytest.mark.parametrize("command", [("run",), ("migrate",)])
def test_a_server_that_is_not_there(tmp_path: Path, gone: str, command: tuple[str, ...]) -> None:
    said = refused(tmp_path, gone, *command)
    assert "Connection refused" in said and "berdaya doctor" in said


@pytest.mark.parametrize(("starts", "code"), [(1, REFUSED), (2, AGAIN)])
def test_only_a_program_that_was_running_waits_for_its_database(starts: int, code: int) -> None:
    async def life() -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("connection refused"))

    assert live(life(), starts) == code
