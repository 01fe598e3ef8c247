"""One referee and one furnished database of each kind for all trials of a test process."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.court import Referee
from tests.faults.nursery import Nursery
from tests.faults.places import Places, opened
from tests.postgres import NoServer

Opens = Callable[[str], Places]


@pytest.fixture(scope="session")
def referee() -> Iterator[Referee]:
    """Plays the providers."""
    with Referee() as process:
        yield process


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opens]:
    """Databases by the name of their kind, made when first asked for."""
    made: dict[str, Places] = {}

    def of(database: str) -> Places:
        if database not in made:
            try:
                made[database] = opened(database, tmp_path_factory.mktemp(database))
            except NoServer as problem:
                pytest.skip(f"NO POSTGRESQL here, so nothing is proved on it: {problem}")
        return made[database]

    yield of
    for one in made.values():
        one.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts programs quickly."""
    process = Nursery()
    yield process
    process.close()
