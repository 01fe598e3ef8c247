"""A cluster of real processes, on a database of its own, with Telegram's double at the other end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cluster.processes import Processes
from tests.cluster.village import AWAKE, Village
from tests.doubles.telegram import TelegramDouble

Settle = Callable[[int], Village]
#: The beginning of what BANTUAN is answered with.
HELPED = "Tulis MENU"


@contextmanager
def a_cluster(folder: Path, database_url: str, telegram: TelegramDouble) -> Iterator[Processes]:
    """Tables are there; processes are started by the test. A call Telegram had to refuse fails it at the end."""
    settings = {
        "telegram.token": telegram.token, "telegram.api_base_url": telegram.url, "telegram.mode": "webhook",
        "telegram.secret_token": "a-secret-for-tests", **AWAKE,
    }  # fmt: skip
    with Processes(folder, database_url, settings) as processes:
        yield processes
    assert telegram.violations == []


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    """Telegram."""
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def cluster(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, telegram: TelegramDouble
) -> Iterator[Processes]:
    """A cluster not yet started."""
    with a_cluster(tmp_path_factory.mktemp("cluster"), database_url, telegram) as processes:
        yield processes


@pytest.fixture
def settle(cluster: Processes, telegram: TelegramDouble) -> Iterator[Settle]:
    """Makes a village of so many women."""
    made: list[Village] = []

    def village(size: int) -> Village:
        made.append(Village(telegram, cluster.database_url, size))
        made[-1].settles()
        return made[-1]

    yield village
    for one in made:
        one.leaves()
