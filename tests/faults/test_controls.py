"""Every guard switched off once: then somebody must object."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.catalogue import CONTROLS
from tests.faults.conftest import Opens
from tests.faults.court import Referee
from tests.faults.guards import GUARDS
from tests.faults.nursery import Nursery
from tests.faults.places import POSTGRESQL, SQLITE
from tests.faults.test_rows import AT_ONCE, said
from tests.faults.trying import try_control


@pytest.mark.parametrize("database", [SQLITE, POSTGRESQL])
def test_controls(database: str, referee: Referee, places: Opens, nursery: Nursery, tmp_path: Path) -> None:
    where = places(database)
    mine = [control for control in CONTROLS if database in control.databases]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(pool.map(lambda one: try_control(one, referee, where, tmp_path / one.guard, nursery), mine))
    assert not said(tried), said(tried)


def test_every_guard_has_a_control() -> None:
    assert {control.guard for control in CONTROLS} == set(GUARDS)
