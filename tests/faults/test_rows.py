"""Every row of faults, once on every database it means something on. `make faults` tries each many times.

A fault mostly waits: for a restart, a retry, a lease. So several are tried side by side, each with providers, database and program
of its own. One alone: `python -m tests.faults --rows poison --database sqlite`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.catalogue import ROWS
from tests.faults.conftest import Opens
from tests.faults.court import Referee
from tests.faults.nursery import Nursery
from tests.faults.places import POSTGRESQL, SQLITE
from tests.faults.trying import Tried, try_row

#: Tests the rows of one database are divided into, and how many rows of one are tried at once.
PARTS, AT_ONCE = 2, 3


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("database", [SQLITE, POSTGRESQL])
def test_rows(
    database: str, part: int, referee: Referee, places: Opens, nursery: Nursery, tmp_path: Path,
) -> None:  # fmt: skip
    where = places(database)
    mine = [row for row in ROWS if database in row.databases][part::PARTS]
    able = [row for row in mine if row.can_be_tried]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(
            pool.map(lambda row: try_row(row, referee, where, tmp_path / row.name, long=False, nursery=nursery), able)
        )
    assert not said(tried), said(tried)
    if missing := sorted({row.needs.upper() for row in mine} - {row.needs.upper() for row in able}):
        pytest.skip(f"NO {', '.join(missing)} on this machine: all but the rows that need it were tried")


def said(tried: Sequence[Tried]) -> str:
    """What did not hold, in the words of whoever objected."""
    return "\n\n".join(f"{one.what.name}, {one.database}:\n{one.words}" for one in tried if not one.ok)
