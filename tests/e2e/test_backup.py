"""A backup of the running program, a restore that waits until it is stopped, and the program running again on it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.e2e.program import Program


def people(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute("SELECT count(*) FROM people").fetchone()[0])


def test_backed_up_while_running_restored_while_stopped(tmp_path: Path) -> None:
    with Program(tmp_path, {"simulator.enabled": "true"}) as program:
        made = program.runs("backup", "b.db")
        assert (made.returncode, made.stderr) == (0, ""), made
        before = people(tmp_path / "b.db")
        assert program.runs("coordinator", "add", "--name", "Dewi", "--simulator", "dewi").returncode == 0
        refused = program.runs("restore", "b.db", "--yes")
        assert (refused.returncode, "sedang berjalan" in refused.stderr) == (1, True), refused
        assert program.asks("SELECT count(*) FROM people") == [(before + 1,)]
        program.stop()
        unasked = program.runs("restore", "b.db")
        assert (unasked.returncode, "--yes" in unasked.stderr) == (2, True), unasked
        restored = program.runs("restore", "b.db", "--yes")
        assert (restored.returncode, "Data dikembalikan" in restored.stdout) == (0, True), restored
        program.start()
        assert program.asks("SELECT count(*) FROM people") == [(before,)]
        assert people(tmp_path / "var" / "berdaya.db.before-restore") == before + 1
