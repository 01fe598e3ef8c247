"""The table: which scenario shows which row of faults, and on which databases it means something."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.places import POSTGRESQL, SQLITE
from tests.faults.trial import Trial

Scenario = Callable[[Trial], None]
BOTH = (SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario under the words of its row."""

    fault: str
    outcome: str
    name: str
    scenario: Scenario
    databases: tuple[str, ...] = BOTH
    mode: str = "webhook"
    alone: bool = False  #: on a server of its own, which others must not use meanwhile
    needs: str = ""  #: a program of the system's without which it cannot be tried
    first: bool = False  #: takes longest, and so begins before the others

    @property
    def can_be_tried(self) -> bool:
        """Whether this machine has what it needs."""
        return not self.needs or shutil.which(self.needs) is not None


ROWS: list[Row] = []


def row(
    fault: str,
    outcome: str,
    *,
    databases: tuple[str, ...] = BOTH,
    mode: str = "webhook",
    alone: bool = False,
    needs: str = "",
    first: bool = False,
) -> Callable[[Scenario], Scenario]:
    """Enter a scenario into the table."""

    def enter(scenario: Scenario) -> Scenario:
        ROWS.append(Row(fault, outcome, scenario.__name__, scenario, databases, mode, alone, needs, first))
        return scenario

    return enter
