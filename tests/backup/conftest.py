"""A small programme on a database of the newest form, and the `berdaya` command over it."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from models import migrations
from models.database import connect
from tests.models.world import World

Command = Callable[..., Result]


def ignored(what: str, done: int, of: int) -> None:
    """Nobody looks at the progress."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A small programme on SQLite, as `berdaya run` would have made it."""
    database = connect(f"sqlite:///{tmp_path / 'world.db'}")
    migrations.upgrade(database)
    database.dispose()
    return World(tmp_path)


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    """Moves the clock of the commands; at first it stands at the programme's noon."""
    return tmp_path / "clock"


@pytest.fixture
def berdaya(world: World, tmp_path: Path, clock_file: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`berdaya("backup", file)`: the command's result, at the programme's time, on its database."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BERDAYA_")]:
        monkeypatch.delenv(name)

    def command(*arguments: Any, url: str = "", typed: str = "") -> Result:
        world.database.dispose()  # a command is a process of its own: none of ours has the file open
        clock_file.write_text(str((world.now - datetime.now(world.now.tzinfo)).total_seconds()))
        environ = {
            "BERDAYA_DATABASE__URL": url or f"sqlite:///{tmp_path / 'world.db'}",
            "BERDAYA_CLOCK_FILE": str(clock_file),
        }
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environ, input=typed)

    return command
