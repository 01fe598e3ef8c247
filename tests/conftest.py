"""What all tests share: their options, the kind of database they run on, and a village of phones."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.dialogue import Phone, Village
from tests.postgres import NoServer, Postgres

TESTS = Path(__file__).parent
#: Played on both kinds of database: the rules, delivery and sweeps, and a dialogue of each sort. The others talk to the
#: same rules; `--postgres-all` plays them too.
ON_BOTH = (
    "models", "delivery", "jobs", "dialogues/test_register.py", "dialogues/test_enrol.py", "dialogues/test_my_data.py",
    "dialogues/test_ask.py", "dialogues/test_coordinator_broadcast.py",
)  # fmt: skip
ON_BOTH_WITH_ALL = (*ON_BOTH, "dialogues", "handlers")
#: What a run says where no PostgreSQL can be had.
WITHOUT = "NO POSTGRESQL HERE"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden transcripts instead of comparing")
    parser.addoption("--postgres-all", action="store_true", help="play all dialogues on PostgreSQL too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only(kind): what is tested is one database's own")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Scenarios that need a database are played on both kinds."""
    if "tmp_path" not in metafunc.fixturenames or "database_kind" not in metafunc.fixturenames:
        return
    with_all = metafunc.config.getoption("--postgres-all")
    folders = ON_BOTH_WITH_ALL if with_all else ON_BOTH
    file = Path(metafunc.module.__file__ or "").relative_to(TESTS).as_posix()
    kinds = ["sqlite", "postgresql"] if file.startswith(folders) else ["sqlite"]
    only = metafunc.definition.get_closest_marker("only")
    metafunc.parametrize("database_kind", only.args if only else kinds, indirect=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud that half of it was not tested."""
    left_out = [report for report in terminalreporter.stats.get("skipped", []) if WITHOUT in str(report.longrepr)]
    if left_out:
        terminalreporter.section(f"{WITHOUT}: {len(left_out)} TESTS LEFT OUT", "!", red=True)
        terminalreporter.line(str(left_out[0].longrepr))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The server of this run, one for all its processes."""
    shared = tmp_path_factory.getbasetemp()
    try:
        with databases.shared_server(shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) as server:
            yield server
    except NoServer as problem:
        pytest.skip(f"{WITHOUT}: {problem}")


@pytest.fixture(scope="session")
def stock(postgres: Postgres) -> databases.Stock:
    """Databases with all tables."""
    return databases.Stock(postgres)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database a scenario is played on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(autouse=True)
def _kind_of_database(database_kind: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """Databases of that kind, gone after the test."""
    if database_kind == "sqlite":
        yield
        return
    here = databases.OnServer(request.getfixturevalue("stock"))
    with databases.using(here):
        yield
    here.close()


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """The address of a database of its own on the server, empty."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def village(tmp_path: Path) -> Village:
    """A programme with its sample events, and nobody registered."""
    return Village(tmp_path).sample()


@pytest.fixture
def siti(village: Village) -> Phone:
    """A woman who writes for the first time."""
    return village.phone("siti")


@pytest.fixture
def rohayati(village: Village) -> Phone:
    """A participant: Bu Rohayati of Cipondoh, who likes sewing."""
    return registered(village.phone("rohayati"), "Rohayati")


def registered(phone: Phone, name: str, kecamatan: str = "cipondoh") -> Phone:
    """Register by talking, with as few words as it takes."""
    phone.says("halo").presses("Boleh").presses("Ibu").says(name).says(kecamatan).says("lewati").says("jahit")
    return phone.presses("Benar").presses("Tidak usah")
