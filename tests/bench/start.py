"""Starting: from the process to the first answer, and what it holds in memory when nothing happens."""

import shutil
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import program
from tests.bench.entrants import RECORDED
from tests.bench.large import large
from tests.bench.measuring import Table, over_rounds
from tests.bench.processes import double
from tests.bench.progress import Progress
from tests.bench.sizes import Sizes


def measure(folder: Path, progress: Progress, sizes: Sizes) -> list[Table]:
    """Starts on an empty and on a large database, in turns."""
    measured: dict[int, list[dict[str, float]]] = {}
    turns = [(number, people) for number in range(sizes.rounds) for people in sizes.starts]
    for number, people in progress.over("start", turns, lambda turn: _on(turn[1])):
        place = folder / f"start-{number}-{people}"
        if people:
            large(folder, place / "var" / "berdaya.db", people)
        measured.setdefault(people, []).append(_once(place, sizes.idle))
        shutil.rmtree(place)
    table = Table("Start", ("", "ready after s", "first message answered after s", "resident memory when idle MB"))
    for people, rounds in measured.items():
        found = over_rounds(rounds)
        table.rows.append((_on(people), found["ready"].text(2), found["answered"].text(2), found["memory"].text()))
    table.notes.append(
        "Counted from the start of the process: until `/readyz` says so, and until a first message by webhook, delivered as soon"
        " as the channel was open, is answered. The large database was not in the disk's cache when it was made, but is read warm."
    )
    return [table]


def _on(people: int) -> str:
    return f"a database of {people:,} people" if people else "no database yet"


def _once(place: Path, idle: float) -> dict[str, float]:
    with ExitStack() as stack:
        asked, api = double("telegram", place / "double")
        stack.enter_context(asked)
        process = stack.enter_context(program.Program(place, program.telegram(api)))
        process.ready()
        ready = time.perf_counter() - process.started
        asked.asks("open", timeout=60)
        asked.asks("greet", address=RECORDED)
        answered = time.perf_counter() - process.started
        time.sleep(idle)
        return {"ready": ready, "answered": answered, "memory": process.memory()}
