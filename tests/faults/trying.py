"""Trying one row or one control, and what came of it."""

import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.faults.control import Control, objected
from tests.faults.court import Referee
from tests.faults.nursery import Nursery
from tests.faults.places import Places, opened
from tests.faults.table import Row
from tests.faults.trial import Tally, Trial


@dataclass(frozen=True, slots=True)
class Tried:
    """A row or a control on one database, after it was tried. `words` tell what did not hold."""

    what: Row | Control
    database: str
    tally: Tally
    ok: bool
    seconds: float
    words: str = ""
    code: str = ""  #: the commit that was tried

    @property
    def is_control(self) -> bool:
        """Whether a guard was off."""
        return isinstance(self.what, Control)

    def cells(self) -> tuple[str, ...]:
        """The columns of the printed table."""
        tally, name = self.tally, self.what.name if self.is_control else self.what.fault  # type: ignore[union-attr]
        recovery = "" if tally.recovery is None else f"{tally.recovery:.1f}"
        counts = str(tally.runs), str(tally.lost), str(tally.duplicates), str(tally.uncertain), recovery
        held = ("objected" if self.ok else "NOBODY OBJECTED") if self.is_control else ("yes" if self.ok else "NO")
        return (f"without {name}" if self.is_control else name, self.database, *counts, held)


def try_row(
    row: Row, referee: Referee, places: Places, home: Path, long: bool, nursery: Nursery | None = None
) -> Tried:
    """Run one scenario; it holds if nothing was raised."""
    began = time.monotonic()
    if not row.can_be_tried:
        return Tried(row, places.name, Tally(), False, 0, f"not tried: this machine has no {row.needs}")
    if row.alone:
        home.mkdir(parents=True)
        places = opened(places.name, home / "server")
    trial = Trial(referee, places, home, long=long, mode=row.mode, nursery=nursery)
    try:
        with trial:
            row.scenario(trial)
    except Exception as problem:  # whatever went wrong, the other rows are still to be tried
        where = traceback.extract_tb(problem.__traceback__)[-1]
        said = str(problem) if isinstance(problem, AssertionError) else f"{type(problem).__name__}: {problem}"
        words = said or f"{Path(where.filename).name}:{where.lineno}: {where.line}"
        return Tried(row, places.name, trial.tally, False, time.monotonic() - began, f"{words}\n{trial.last_words}")
    finally:
        if row.alone:
            places.close()
    return Tried(row, places.name, trial.tally, True, time.monotonic() - began)


def try_control(
    control: Control, referee: Referee, places: Places, home: Path, nursery: Nursery | None = None
) -> Tried:
    """Run one control; it holds if somebody objected."""
    began = time.monotonic()
    trial = Trial(referee, places, home, without=control.guard, mode=control.mode, nursery=nursery)
    try:
        with trial:
            ok = objected(trial, control)
        words = "" if ok else f"with {control.guard} off nothing showed"
    except Exception as problem:  # whatever went wrong, the others are still to be tried
        ok, words = False, f"{type(problem).__name__}: {problem}\n{trial.last_words}"
    return Tried(control, places.name, trial.tally, ok, time.monotonic() - began, words)
