"""Numbers of several rounds: the median, and how far they lay apart; tables and targets made of them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Value:
    """One figure, measured once a round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return statistics.median(self.rounds)

    def text(self, digits: int = 0) -> str:
        """The median, and the spread from the smallest to the largest where they differ."""
        low, high = (f"{value:,.{digits}f}" for value in (min(self.rounds), max(self.rounds)))
        return f"{self.median:,.{digits}f}" + (f" ({low}–{high})" if low != high else "")


@dataclass(frozen=True, slots=True)
class Target:
    """What was to be reached, what was reached, and whether that is enough."""

    wanted: str
    reached: str
    met: bool


@dataclass
class Table:
    """One table of the report."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so great a share of all does not exceed; nan of nothing."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def over_rounds(rounds: Sequence[Mapping[str, float]]) -> dict[str, Value]:
    """The figures of several rounds, by name."""
    return {name: Value(tuple(figures[name] for figures in rounds)) for name in rounds[0]}
