"""What a control is: a guard, what it protects, who objects once it is off, and the scenario that shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.places import SQLITE
from tests.faults.trial import Trial

Shown = Callable[[Trial], bool]


@dataclass(frozen=True, slots=True)
class Control:
    """`guard` is switched off; `scenario` says whether what must never happen was seen, beside the invariants."""

    guard: str
    protects: str
    rule: str
    scenario: Shown
    databases: tuple[str, ...] = (SQLITE,)
    mode: str = "webhook"

    @property
    def name(self) -> str:
        """The guard's."""
        return self.guard


CONTROLS: list[Control] = []


def control(
    guard: str, protects: str, rule: str, databases: tuple[str, ...] = (SQLITE,), mode: str = "webhook"
) -> Callable[[Shown], Shown]:
    """Enter a control."""

    def enter(scenario: Shown) -> Shown:
        CONTROLS.append(Control(guard, protects, rule, scenario, databases, mode))
        return scenario

    return enter


def objected(trial: Trial, control: Control) -> bool:
    """Run it with the guard off; whether the referee objected as it must."""
    seen = control.scenario(trial)
    return seen or any(objection.rule == control.rule for objection in trial.tally.objections)
