"""One `berdaya run` for one database, whichever kind it is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import lock
from bot.lock import AlreadyRunning, FileLock, Lock, ServerLock
from models.database import connect
from tests.e2e.program import ROOT
from tests.postgres import Postgres

Another = Callable[[], Lock]
#: Takes the server's lock in another process, says so, and holds it until it is killed.
HOLDS = """
import sys, time
from bot.lock import ServerLock
from models.database import connect
ServerLock(connect(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture(params=["file", "server"])
def another(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Another:
    """Makes one lock after the other for the same database."""
    monkeypatch.setattr(lock, "PATIENCE", 0.2)
    if request.param == "file":
        return lambda: FileLock(tmp_path / "a.db")
    url = request.getfixturevalue("database_url")
    return lambda: ServerLock(connect(url))


def test_a_second_run_is_refused_until_the_first_has_ended(another: Another) -> None:
    first, second = another(), another()
    first.acquire()
    with pytest.raises(AlreadyRunning):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_each_database_of_a_server_has_a_lock_of_its_own(postgres: Postgres, database_url: str) -> None:
    other_url = postgres.new_database()
    one, other = ServerLock(connect(database_url)), ServerLock(connect(other_url))
    one.acquire()
    other.acquire()
    one.release()
    other.release()
    postgres.drop(other_url)


def test_the_refusal_shows_no_password(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.2)
    url = database_url.replace("postgres@", "postgres:rahasia@")
    first = ServerLock(connect(url))
    first.acquire()
    with pytest.raises(AlreadyRunning) as refused:
        ServerLock(connect(url)).acquire()
    assert "rahasia" not in str(refused.value) and "***" in str(refused.value)
    first.release()


def test_a_killed_run_holds_nothing(database_url: str) -> None:
    command = [sys.executable, "-c", HOLDS, database_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    after = ServerLock(connect(database_url))
    after.acquire()
    after.release()


def test_it_outlasts_the_servers_limit_for_idle_transactions(database_url: str) -> None:
    """Its connection is in no transaction, which the server would end."""
    held = ServerLock(connect(database_url))
    held.acquire()
    with connect(database_url).connect() as connection:
        states = connection.exec_driver_sql(
            "SELECT state FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'"
        ).scalars()
        assert list(states) == ["idle"]
    held.release()
