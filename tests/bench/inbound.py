"""Messages in: the registration conversation, at once and behind a slow provider, beside the same in other libraries."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.entrants import WEBHOOK, Running, entrants, left_out, started
from tests.bench.measuring import Table, Target, Value, over_rounds, percentile
from tests.bench.progress import Progress
from tests.bench.sizes import Sizes


class Unanswered(Exception):
    """Replies were wrong or did not come."""


#: Figures by load and name.
Found = dict[tuple[str, str], dict[str, Value]]


@dataclass(frozen=True, slots=True)
class Column:
    """One load: how many converse at once, and how long the provider takes for each send, in seconds."""

    conversations: int
    delay: float

    @property
    def title(self) -> str:
        """As it heads its table."""
        slow = f", the provider answers after {self.delay * 1000:.0f} ms" if self.delay else ""
        return f"{self.conversations} at once{slow}"


#: Seconds until the provider answers a send, in each load.
DELAYS = (0.0, 0.0, 0.05)


def measure(folder: Path, progress: Progress, sizes: Sizes) -> list[Table]:
    """All loads, all entrants in turn, several rounds."""
    with ExitStack() as stack:
        taking_part = entrants(sizes.ways, sizes.alone)
        running = [
            started(entrant, folder / f"inbound-{number}", folder / "conversation.json", stack)
            for number, entrant in enumerate(progress.over("starting", taking_part))
        ]
        columns = [Column(at_once, delay) for at_once, delay in zip(sizes.conversations, DELAYS, strict=True)]
        found = _measured(running, columns, sizes, progress)
    return [_table(column, running, found, sizes) for column in columns]


def _measured(running: list[Running], columns: list[Column], sizes: Sizes, progress: Progress) -> Found:
    """The figures of everybody under every load, in turns; who once left a reply out, has none."""
    measured: dict[tuple[str, str], list[dict[str, float]]] = {}
    failed: set[tuple[str, str]] = set()
    turns = [(column, one) for _ in range(sizes.rounds) for column in columns for one in running]
    for column, one in progress.over("inbound", turns, lambda turn: f"{turn[1].entrant.name}, {turn[0].title}"):
        key = column.title, one.entrant.name
        try:
            measured.setdefault(key, []).append(_once(one, column, sizes))
        except Unanswered as problem:
            failed.add(key)
            progress.says(f"{one.entrant.name}, {column.title}: {problem}")
    return {key: over_rounds(figures) for key, figures in measured.items() if key not in failed}


def _once(one: Running, column: Column, sizes: Sizes) -> dict[str, float]:
    """One measurement. Raises Unanswered where a reply was wrong or missing: such a figure says nothing."""
    before = one.cpu()
    result = one.double.asks(
        "run", conversations=column.conversations, seconds=sizes.seconds, warm_up=sizes.warm_up, delay=column.delay
    )
    cpu = one.cpu() - before
    if result["wrong"] or result["unanswered"] or not result["steps"]:
        raise Unanswered(
            f"{result['unanswered']} unanswered, wrong: {result['wrong']}; {one.processes[0].tail()[-300:]}"
        )
    waits = [wait * 1000 for wait in result["waits"]]
    return {
        "steps": result["steps"] / sizes.seconds, "cpu": cpu * 1000 / result["all_steps"],
        "p50": percentile(waits, 0.5), "p95": percentile(waits, 0.95), "p99": percentile(waits, 0.99),
    }  # fmt: skip


def _table(column: Column, running: list[Running], found: Found, sizes: Sizes) -> Table:
    table = Table(
        f"Inbound: {column.title}",
        ("", "steps/s", "Berdaya is … × as fast", "CPU ms/step", "reply p50 ms", "p95 ms", "p99 ms"),
        notes=[*_NOTES, *left_out(sizes.alone)],
    )
    for one in running:
        name, ours = one.entrant.name, found.get((column.title, one.entrant.compared_to))
        mine = found.get((column.title, name))
        if mine is None:
            table.rows.append((name, "failed", "", "", "", "", ""))
            if not one.entrant.compared_to:
                table.targets.append(Target(f"{column.title}: {name} answers everybody", "no", False))
            continue
        ratio = ours["steps"].median / mine["steps"].median if ours else None
        table.rows.append((
            name, mine["steps"].text(), f"{ratio:.2f}" if ratio else "", mine["cpu"].text(2),
            *(mine[share].text(1) for share in ("p50", "p95", "p99")),
        ))  # fmt: skip
        if ratio and not name.startswith("ceiling"):
            table.targets.append(Target(f"{column.title}: ahead of {name}", f"{ratio:.2f} ×", ratio > 1))
    return table


_NOTES = (
    "A step is one message of hers, handled and committed with fsync before it is acknowledged, and answered: nine messages,"
    " ten replies to a registration. The peers say the same words with the same buttons, recorded from the program; every"
    " reply was checked. Latency runs from the update leaving the double to the last reply reaching it.",
    "Each library gets its updates by long polling, each handled as its documents advise; the ceiling by webhook, and it says"
    " one constant sentence a message. Redis keeps an append-only file: with `everysec`, its default, a crash loses up to a"
    " second, with `always` nothing, as here; its processor time counts. The pickle is written every 60 seconds.",
    f"The ratio compares like with like: polling with polling, webhook with webhook («{WEBHOOK}»).",
)
