"""A million: freezing and sending to a million people, conversations meanwhile, and a sweep that looks only at what is due."""

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.config import load
from bot.jobs import reminders
from bot.settings import programme_of
from tests.bench import program
from tests.bench.crowded import announce, enrolled, steer
from tests.bench.entrants import FIRST, RECORDED
from tests.bench.large import large
from tests.bench.measuring import Table, Target, Value, percentile
from tests.bench.processes import Asked, double
from tests.bench.progress import Progress
from tests.bench.sizes import Sizes

#: Conversations at once while a broadcast goes on.
WOMEN = 5
#: What a million may cost to write down: seconds, and MB of resident memory.
FREEZE_WITHIN, FREEZE_MEMORY = 60.0, 300.0
#: By how much resident memory may grow while a broadcast is sent, in MB: less than 1 kB for each of 100,000.
FLAT = 25.0
#: The evening before a meeting: half an hour after its reminder is due.
MEETS_AT, SWEPT_AT = datetime(2026, 12, 5, 2, tzinfo=UTC), datetime(2026, 12, 4, 11, 30, tzinfo=UTC)


def measure(folder: Path, progress: Progress, sizes: Sizes) -> list[Table]:
    """The broadcast to everybody, then the sweep."""
    return [_broadcast(folder, progress, sizes), _sweep(folder, progress, sizes)]


def _broadcast(folder: Path, progress: Progress, sizes: Sizes) -> Table:
    steps = progress.over("scale", ["made", "frozen", "sent", "latency", *sizes.rates], str)
    place, table = folder / "scale", Table(f"A broadcast to {sizes.people:,}", ("", "measured"))
    next(steps)
    people = large(folder, place / "var" / "berdaya.db", sizes.people)
    with ExitStack() as stack:
        asked, api = double("telegram", folder / "scale-double")
        stack.enter_context(asked)
        next(steps)
        with program.Program(place, program.telegram(api)) as process:
            _opened(process, asked)
            number = _frozen(process, people, table)
            next(steps)
            _sent(process, asked, sizes, table)
            next(steps)
            number = _conversations(process, asked, number, 0, sizes, table)
        for rate in sizes.rates:
            next(steps)
            with program.Program(place, program.telegram(api, rate_per_second=str(rate))) as process:
                _opened(process, asked)
                number = _conversations(process, asked, number, rate, sizes, table)
    for _ in steps:
        continue
    return table


def _opened(process: program.Program, asked: Asked) -> None:
    process.ready()
    asked.asks("open", timeout=60)
    asked.asks("collect")
    text = asked.asks("record", address=RECORDED + time.monotonic_ns() // 1000 % 10**8)["script"]
    asked.asks("script", text=text, first_address=FIRST + time.monotonic_ns() // 1000 % 10**10)
    time.sleep(1.0)


def _frozen(process: program.Program, people: int, table: Table) -> int:
    """Write everybody down; the broadcast's number."""
    process.forget_peak()
    began, before = time.perf_counter(), process.cpu()
    number = announce(process.database)
    status = f"SELECT status, counts FROM broadcasts WHERE id = {number}"
    process.waits_for(lambda: process.asks_rows(status)[0][0] != "freezing", "frozen", 600)
    seconds, cpu, peak = time.perf_counter() - began, process.cpu() - before, process.peak()
    table.rows += [
        (f"{people:,} recipients frozen and queued", f"{seconds:.1f} s, {cpu:.1f} s of CPU"), ("peak resident memory meanwhile", f"{peak:.0f} MB"),
    ]  # fmt: skip
    table.targets += [
        Target(f"{people:,} frozen in < {FREEZE_WITHIN:.0f} s", f"{seconds:.1f} s", seconds < FREEZE_WITHIN),
        Target(f"… and in < {FREEZE_MEMORY:.0f} MB", f"{peak:.0f} MB", peak < FREEZE_MEMORY),
    ]
    return number


def _sent(process: program.Program, asked: Asked, sizes: Sizes, table: Table) -> None:
    """Send as fast as it goes, and watch the memory."""
    began, seen = time.perf_counter(), []
    for part in range(1, 11):
        sent = asked.asks("await", sent=sizes.sent * part // 10, timeout=120)["sent"]
        seen.append(process.memory())
    seconds = time.perf_counter() - began
    growth = max(seen[1:]) - seen[0]
    table.rows += [
        (f"{sent:,} of them sent", f"{sent / seconds:,.0f} messages/s"),
        ("resident memory meanwhile", f"{min(seen):.0f}–{max(seen):.0f} MB"),
    ]
    table.targets.append(Target(f"memory flat while {sent:,} are sent", f"+{growth:.0f} MB", growth < FLAT))


def _conversations(process: program.Program, asked: Asked, number: int, rate: int, sizes: Sizes, table: Table) -> int:
    """How long a woman waits for her reply, without and with the broadcast, in turns; the number of the last one."""
    waits: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(sizes.rounds):
        for paused in (True, False):
            number = _not_over(process, number)
            steer(process.database, number, paused=paused)
            if not paused:
                _flows(asked)
            else:
                time.sleep(2.0)
            result = asked.asks("run", conversations=WOMEN, seconds=sizes.seconds, warm_up=sizes.warm_up, delay=0.0)
            if result["wrong"] or result["unanswered"]:
                raise RuntimeError(f"beside a broadcast: {result['wrong']}, {result['unanswered']} unanswered")
            waits[paused].append(percentile(result["waits"], 0.95) * 1000)
    idle, busy = Value(tuple(waits[True])), Value(tuple(waits[False]))
    name, ratio = f"at {rate:,}/s" if rate else "without limit", busy.median / idle.median
    table.rows.append((f"reply p95 of {WOMEN} conversations: alone / beside a broadcast {name}",
                       f"{idle.text(1)} / {busy.text(1)} ms"))  # fmt: skip
    table.targets.append(Target(f"reply p95 beside a broadcast {name} ≤ 2 × idle", f"{ratio:.2f} ×", ratio <= 2))
    steer(process.database, number := _not_over(process, number), paused=True)
    return number


def _not_over(process: program.Program, number: int) -> int:
    """The broadcast, or a new one if everybody has it."""
    if process.asks_rows(f"SELECT status FROM broadcasts WHERE id = {number}") == [("finished",)]:
        return announce(process.database)
    return number


def _flows(asked: Asked) -> None:
    """Wait until the broadcast goes on."""
    asked.asks("await", sent=asked.asks("await", sent=0, timeout=0)["sent"] + 20, timeout=60)


def _sweep(folder: Path, progress: Progress, sizes: Sizes) -> Table:
    table = Table("A sweep of due reminders", ("enrolments", "rows written", "ms"))
    programmes = [
        (size, enrolled(folder / f"enrolled-{size}.db", size, sizes.due, MEETS_AT)) for size in sizes.enrolments
    ]
    times: dict[int, list[float]] = {}
    written: dict[int, int] = {}
    turns = [turn for _ in range(2 * sizes.rounds + 1) for turn in programmes]
    for size, database in progress.over("sweep", turns, lambda turn: f"{turn[0]:,} enrolments"):
        written[size], milliseconds = _swept(database)
        times.setdefault(size, []).append(milliseconds)
    found = {size: Value(tuple(rounds[1:])) for size, rounds in times.items()}
    table.rows = [(f"{size:,}", f"{written[size]:,}", value.text(1)) for size, value in found.items()]
    small, large_one = (found[size].median for size in sizes.enrolments)
    ratio = large_one / small
    table.targets.append(
        Target("due reminders cost what is due, not what there is: ratio ≤ 1.5", f"{ratio:.2f}", ratio <= 1.5)
    )
    if len(set(written.values())) > 1 or not written[sizes.enrolments[0]]:
        raise RuntimeError(f"sweeps that differ, or did nothing: {written}")
    return table


def _swept(database: sa.Engine) -> tuple[int, float]:
    """One sweep, taken back: rows it wrote, and milliseconds."""
    programme = programme_of(load(None, {}))
    with Session(database) as session:
        began = time.perf_counter()
        touched = reminders.run(session, SWEPT_AT, programme)
        session.flush()
        took = (time.perf_counter() - began) * 1000
        session.rollback()
    return touched, took
