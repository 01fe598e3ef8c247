"""A Redis server of our own for a peer: append-only file, in a folder, on a port nobody else uses."""

import shutil
import subprocess
import time
from pathlib import Path

from tests.bench.processes import Process, free_port

#: When an append-only file is on disk: up to a second late, Redis's own default; or before it answers, as the program does it.
EVERY_SECOND, ALWAYS = "everysec", "always"


def installed() -> bool:
    """Whether there is a Redis server on this machine."""
    return shutil.which("redis-server") is not None


def start(folder: Path, appendfsync: str) -> tuple[Process, str]:
    """A server that answers, and its address."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder.absolute())]
    command += ["--appendonly", "yes", "--appendfsync", appendfsync, "--save", "", "--daemonize", "no"]
    process = Process(command, folder, {})
    process.waits_for(lambda: _answers(port), "redis")
    return process, f"redis://127.0.0.1:{port}/0"


def _answers(port: int) -> bool:
    asked = subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True, check=False)
    if asked.stdout.strip() == b"PONG":
        return True
    time.sleep(0.05)
    return False
