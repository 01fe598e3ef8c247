"""Fixtures for tests of the sweeps."""

from pathlib import Path

import pytest

from tests.models.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A small programme on a fresh database."""
    return World(tmp_path)
