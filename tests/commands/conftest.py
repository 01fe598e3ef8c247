"""Fixtures for tests of the short commands."""

from pathlib import Path

import pytest

from tests.commands.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A command line on an empty database."""
    return Desk(tmp_path, monkeypatch)
