"""Messages out: a broadcast without limits beside other libraries, and within the providers' limits."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import program
from tests.bench.crowded import announce, recipients
from tests.bench.entrants import have_peers, left_out, peers_python
from tests.bench.measuring import Table, Target, Value, over_rounds
from tests.bench.processes import Asked, Process, double
from tests.bench.progress import Progress
from tests.bench.sizes import Sizes

OURS = "Berdaya"
#: name, interpreter, module and arguments of each peer.
PEERS: tuple[tuple[str, Callable[[], str], tuple[str, ...]], ...] = (
    ("ceiling: bare aiohttp", lambda: sys.executable, ("send_aiohttp",)),
    ("python-telegram-bot, a plain loop", peers_python, ("send_ptb",)),
    ("python-telegram-bot, AIORateLimiter", peers_python, ("send_ptb", "limited")),
    ("aiogram 3", peers_python, ("send_aiogram",)),
)
#: What Telegram and Twilio allow a second, as a rule and after asking.
LIMITS = (("telegram", 30), ("telegram", 1000), ("whatsapp", 80), ("whatsapp", 1000))
#: The first chat of the peers' broadcasts.
FIRST = 628_000_000_001
#: How long a broadcast without limits may take, in seconds.
PATIENCE = 300.0


@dataclass
class _Sender:
    """One who sends: the process, the double that it sends to, and how it is told to."""

    name: str
    process: Process
    double: Asked
    people: int
    begin: Callable[[], Any]


def measure(folder: Path, progress: Progress, sizes: Sizes) -> list[Table]:
    """Without limits, all senders in turn; then within each limit, the program alone."""
    return [_unlimited(folder, progress, sizes), _limited(folder, progress, sizes)]


def _unlimited(folder: Path, progress: Progress, sizes: Sizes) -> Table:
    measured: dict[str, list[dict[str, float]]] = {}
    peers = range(1 if sizes.alone or not have_peers() else len(PEERS))
    with ExitStack() as stack:
        senders = [_ours(folder, sizes, stack), *(_peer(folder, number, sizes, stack) for number in peers)]
        turns = [sender for _ in range(sizes.rounds) for sender in senders]
        for sender in progress.over("broadcast", turns, lambda turn: turn.name):
            measured.setdefault(sender.name, []).append(_once(sender))
    return _table(sizes, {name: over_rounds(figures) for name, figures in measured.items()})


def _ours(folder: Path, sizes: Sizes, stack: ExitStack) -> _Sender:
    asked, api, place = *double("telegram", folder / "broadcast-double"), folder / "broadcast"
    stack.enter_context(asked)
    people = recipients(place / "var" / "berdaya.db", sizes.recipients, "telegram")
    process = stack.enter_context(program.Program(place, program.telegram(api)))
    process.ready()
    asked.asks("open", timeout=60)
    return _Sender(OURS, process, asked, people, lambda: announce(process.database))


def _peer(folder: Path, number: int, sizes: Sizes, stack: ExitStack) -> _Sender:
    name, interpreter, (module, *more) = PEERS[number]
    asked, api = double("telegram", folder / f"peer-double-{number}")
    stack.enter_context(asked)
    command = [interpreter(), "-m", f"tests.bench.peers.{module}", api, *more]
    process = Asked(command, folder / f"peer-{number}", {})
    stack.enter_context(process)
    process.answer()
    text = "x" * 200
    people = sizes.recipients
    return _Sender(name, process, asked, people, lambda: process.writes("send", first=FIRST, people=people, text=text))


def _once(sender: _Sender) -> dict[str, float]:
    """One broadcast, to its end. Raises RuntimeError where somebody got nothing, or it twice."""
    sender.double.asks("collect")
    sender.process.forget_peak()
    began = time.perf_counter()
    sender.begin()
    sender.double.asks("await", sent=1, timeout=PATIENCE)
    prepared, before = time.perf_counter() - began, sender.process.cpu()
    result = sender.double.asks("await", sent=sender.people, timeout=PATIENCE)
    _finish(sender)
    cpu = sender.process.cpu() - before
    if not result["sent"] == result["people"] == sender.people or result["different"]:
        raise RuntimeError(f"{sender.name}: {result}")
    return {
        "rate": sender.people / (result["last"] - result["first"]), "cpu": cpu * 1e6 / sender.people,
        "memory": sender.process.peak(), "prepared": prepared,
    }  # fmt: skip


def _finish(sender: _Sender) -> None:
    """Wait until everything about the broadcast is written down."""
    if isinstance(sender.process, Asked):
        sender.process.answer()
    elif isinstance(sender.process, program.Program):
        _until_finished(sender.process)


def _until_finished(process: program.Program) -> None:
    unfinished = "SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending', 'uncertain')"
    process.waits_for(lambda: process.asks_rows(unfinished) == [(0,)], "all results kept")


def _table(sizes: Sizes, found: dict[str, dict[str, Value]]) -> Table:
    table = Table(
        f"Broadcast to {sizes.recipients:,} without limits",
        ("", "messages/s", "Berdaya is … × as fast", "CPU ms/1,000", "peak memory MB", "until the first left, s"),
    )
    for name, mine in found.items():
        ratio = found[OURS]["rate"].median / mine["rate"].median
        table.rows.append((
            name, mine["rate"].text(), "" if name == OURS else f"{ratio:.2f}", mine["cpu"].text(),
            mine["memory"].text(), mine["prepared"].text(2),
        ))  # fmt: skip
        if name != OURS and not name.startswith("ceiling"):
            table.targets.append(Target(f"Broadcast: ahead of {name}", f"{ratio:.2f} ×", ratio > 1))
    table.notes.append(
        "Messages a second from the first send to the last, each to another person, every one checked. Berdaya writes its"
        " recipients down before the first leaves (last column), and every result after it; the others have a list of"
        " numbers in memory and keep nothing."
    )
    table.notes += left_out(sizes.alone) if sizes.alone or not have_peers() else []
    return table


def _limited(folder: Path, progress: Progress, sizes: Sizes) -> Table:
    table = Table(
        "Broadcast within a provider's limit",
        ("", "sent", "messages/s", "share of the limit", "most in one second", "429"),
        notes=["The double answers 429 to whatever exceeds the limit within one second, less 50 ms of jitter."],
    )
    for channel, limit in progress.over("limits", LIMITS[: sizes.limits], lambda one: f"{one[0]} {one[1]}/s"):
        name = f"{'Telegram' if channel == 'telegram' else 'Twilio'} at {limit:,}/s"
        result = _within(folder / f"{channel}-{limit}", channel, limit, sizes)
        rate = (result["sent"] - 1) / (result["last"] - result["first"])
        table.rows.append((
            name, f"{result['sent']:,} of {result['wanted']:,}", f"{rate:,.1f}", f"{rate / limit:.1%}",
            f"{result['most_in_a_second']:,}", str(result["refused"]),
        ))  # fmt: skip
        reached = f"{rate / limit:.1%}, {result['refused']} × 429, at most {result['most_in_a_second']:,}"
        kept = not result["refused"] and result["most_in_a_second"] <= limit
        met = kept and rate / limit >= 0.98 and result["sent"] == result["people"] == result["wanted"]
        table.targets.append(Target(f"{name}: ≥ 98 %, no 429, never more, everybody once", reached, met))
    return table


def _within(folder: Path, channel: str, limit: int, sizes: Sizes) -> dict[str, Any]:
    people = recipients(folder / "var" / "berdaya.db", int(limit * sizes.limited_seconds), channel)
    with ExitStack() as stack:
        asked, api = double("telegram" if channel == "telegram" else "twilio", folder / "double")
        stack.enter_context(asked)
        settings = program.telegram if channel == "telegram" else program.whatsapp
        process = stack.enter_context(program.Program(folder, settings(api, rate_per_second=str(limit))))
        process.ready()
        if channel == "telegram":
            asked.asks("open", timeout=60)
        asked.asks("collect", per_second=limit)
        announce(process.database)
        result = asked.asks("await", sent=people, timeout=30 + 3 * sizes.limited_seconds)
    return result | {"wanted": people}
