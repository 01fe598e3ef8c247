"""The database is locked, full, broken, gone, or in two hands."""

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import psycopg

from tests.faults.acts import announces, is_over, sent_of, write_until
from tests.faults.places import POSTGRESQL, SQLITE
from tests.faults.table import row
from tests.faults.trial import Trial, monotonic, quick

STRACE = "strace"


@row("database locked 10 s", "503 to the provider, nothing acknowledged is lost, heals by itself", databases=(SQLITE,))
def locked_for_ten_seconds(trial: Trial) -> None:
    women = trial.women(3) + trial.women(3, "whatsapp")
    trial.program.without = "hurried"
    trial.program.start()
    with closing(sqlite3.connect(trial.place.file, isolation_level=None)) as other:  # type: ignore[attr-defined]
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        for woman in women:
            woman.says("bantuan")
        time.sleep(12)
        other.execute("ROLLBACK")
    for woman in women:
        woman.has_received("nomor", 60)
    trial.tally.recovered_in(monotonic() - began - 12)
    trial.holds()


@row("an exclusive lock on a table 10 s", "nothing acknowledged is lost, heals by itself", databases=(POSTGRESQL,))
def a_table_locked_for_ten_seconds(trial: Trial) -> None:
    women = trial.women(3) + trial.women(3, "whatsapp")
    trial.program.without = "hurried"
    trial.program.start()
    with psycopg.connect(trial.place.url) as other:
        other.execute("LOCK TABLE inbox, outbox IN ACCESS EXCLUSIVE MODE")
        for woman in women:
            woman.says("bantuan")
        time.sleep(10)
        other.rollback()
    began = monotonic()
    for woman in women:
        woman.has_received("nomor", 60)
    trial.tally.recovered_in(monotonic() - began)
    trial.holds()


@row(
    "disk full, I/O error",
    "503 to the provider, nothing acknowledged is lost, heals by itself",
    databases=(SQLITE,),
    needs="strace",
)
def the_disk_fails(trial: Trial) -> None:
    for call, error in trial.some(
        ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO"), ("fdatasync", "ENOSPC")
    ):
        _writes_fail(trial.anew(), call, error)


def _writes_fail(trial: Trial, call: str, error: str) -> None:
    """Every such call of the program's fails for a while: a tracer is attached, and taken off again."""
    women = trial.women(3) + trial.women(3, "whatsapp")
    trial.program.without = "hurried"  # what Twilio gave up posting is found in its list
    trial.program.start()
    child = trial.program.family()[0]
    tracer = subprocess.Popen(
        [
            STRACE,
            "-f",
            "-qq",
            "-e",
            f"trace={call}",
            "-e",
            f"inject={call}:error={error}",
            "-o",
            "/dev/null",
            "-p",
            str(child),
        ]
    )
    time.sleep(0.5)
    for woman in women:
        woman.says("bantuan")
    time.sleep(3)
    tracer.send_signal(signal.SIGINT)
    tracer.wait(10)
    began = monotonic()
    for woman in women:
        woman.has_received("nomor", 60)
    trial.tally.recovered_in(monotonic() - began)
    trial.holds()


@row("kill at the Nth sync of the file", "what was acknowledged is on the disk", databases=(SQLITE,), needs="strace")
def killed_at_a_sync(trial: Trial) -> None:
    for number in [6] if not trial.long else range(1, 25):
        trial = trial.anew()
        women = trial.women(3) + trial.women(2, "whatsapp")
        trial.program.without = "hurried"
        trial.program.start()
        child = trial.program.family()[0]
        kills = f"inject=fdatasync:signal=SIGKILL:when={number}"
        tracer = subprocess.Popen(
            [STRACE, "-f", "-qq", "-e", "trace=fdatasync", "-e", kills, "-o", "/dev/null", "-p", str(child)]
        )
        time.sleep(0.5)
        write_until(women, "menu", lambda child=child: not _alive(child))  # type: ignore[misc]
        tracer.wait(10)
        began = monotonic()
        trial.program.waits_for(trial.program.is_ready)  # its parent starts it again
        for woman in women:
            woman.has_received("Ada yang bisa", 60)
        trial.tally.recovered_in(monotonic() - began)
        trial.holds()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@row(
    "PostgreSQL killed every 5–40 s",
    "503 to the provider, nothing acknowledged is lost, heals by itself",
    databases=(POSTGRESQL,),
    alone=True,
    first=True,
)
def the_server_is_killed_again_and_again(trial: Trial) -> None:
    trial = trial.anew(telegram__rate_per_second="40")
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_007, "count": 114}})
    trial.court.woman("telegram", 1)
    women = trial.women(5) + trial.women(5, "whatsapp")
    trial.women(114, "whatsapp", first=7)
    trial.court.woman("whatsapp", 1)
    trial.program.without = "hurried"
    trial.program.start()
    announces(trial, "Untuk semua.")
    rounds = trial.rounds(2, 20)
    for number in range(rounds):
        time.sleep(trial.random.uniform(0.5, 2.0) if not trial.long else trial.random.uniform(5, 40))
        for woman in women:
            woman.says("bantuan")
        trial.place.server.stop_immediate()  # type: ignore[attr-defined]
        if number % 2:
            trial.program.signal_child(signal.SIGKILL)  # it is started again, and finds no database
        time.sleep(1 + number % 2)
        began = monotonic()
        trial.place.server.start()  # type: ignore[attr-defined]
        for woman in women:
            woman.says("menu")
        for woman in women:
            woman.waits_for("Ada yang bisa", 60)
        trial.tally.recovered_in(monotonic() - began)
    quick(lambda: is_over(trial, 1), 120)
    trial.holds()


@row(
    "two `berdaya run` on one SQLite file by mistake",
    "the second refuses to start, in plain words; short commands (import, broadcast …) work beside a run",
)
def two_runs_on_one_file(trial: Trial) -> None:
    trial.program.start()
    second = trial.another("second")
    refused = second.runs("run")
    assert refused.returncode == 1 and "already uses this database" in refused.stderr
    assert "Traceback" not in refused.stderr
    trial.women(119, "telegram", first=2)
    trial.court.woman("telegram", 1)
    trial.women(120, "whatsapp", first=1)
    queued = second.runs("broadcast", "--audience", "all", "--text", "Kabar dari samping.", "--yes")
    assert queued.returncode == 0, queued.stderr
    began = monotonic()
    quick(lambda: sent_of(trial, "Kabar dari samping") > 0)
    assert monotonic() - began < 5
    quick(lambda: is_over(trial, 1))
    trial.holds()
