"""docs/reliability.md, written from a run: what was tried, what was seen, what each guard is for."""

import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tests.e2e.program import ROOT
from tests.faults.trying import Tried

PAGE = ROOT / "docs" / "reliability.md"
_HEAD = """# Reliability

This page is written by `make faults`. Every row of faults is tried on the real program, as processes, against a referee in another
process that plays Telegram and Twilio and alone knows what each woman received. After every run the invariants below are checked from
the referee's ledger, the database, and a witness (triggers) that has written down every change of status in order.

{when}
"""
_INVARIANTS = """## What is checked after every run

| | invariant |
|---|---|
| I1 | an event that came in is handled exactly once; one that was answered 2xx is never lost |
| I2 | every outbox row has ended with a reason, is held, or is not due yet; what counts as accepted did reach her |
| I3 | a row is sent once, and once more at most for each time its outcome was unknown |
| I4 | seats given and offered stay within the capacity at every change; the waiting list is in order; nobody stands in it twice |
| I5 | after an opt-out nothing the program starts is claimed for her |
| I6 | one person's messages are handled one at a time, in order of arrival |
| I7 | what is known of a delivery only moves forward |
| I8 | the counts of a broadcast reconcile to the unit |

*Lost* counts messages that came or were accepted and are nowhere; *duplicates* counts sends that repeated what she had already;
*uncertain* counts sends whose outcome nobody could know (each is allowed one repetition); *given up* counts messages that ended with
`unknown_outcome`, which a coordinator sees and can send again; *recovery* is the longest time from a start to the next send.
"""


def write(tried: Sequence[Tried], database: str, long: bool, count: int, page: Path = PAGE) -> None:
    """Write the page. `count`: how many there are to try; one that is not yet whole says so."""
    parts = [
        _HEAD.format(when=_when(tried, database, long)),
        *([f"**Not whole: {len(tried)} of {count} were tried.**\n"] if len(tried) < count else []),
        "## Rows\n",
        *_rows([one for one in tried if not one.is_control]),
        "",
        _INVARIANTS,
        "## Guards, each switched off once\n",
        "With the guard off the same checks must object; a line that says otherwise is a fault of the proof.\n",
        *_guards([one for one in tried if one.is_control]),
        "",
        *_failures([one for one in tried if not one.ok]),
    ]
    page.write_text("\n".join(parts).rstrip() + "\n", "utf-8")


def _when(tried: Sequence[Tried], database: str, long: bool) -> str:
    command = f"python -m tests.faults --database {database}{' --long' if long else ''}"
    machine = (
        f"{os.cpu_count()} cores, {_memory():.0f} GB, Linux {platform.release()}, Python {platform.python_version()}"
    )
    took = f"{sum(one.seconds for one in tried) / 60:.0f} minutes of trials, several side by side"
    codes = Counter(one.code for one in tried if one.code)
    of = ", ".join(f"{number} of commit {commit}" for commit, number in codes.most_common())
    return (
        f"Last written {date.today().isoformat()} by `{command}`: {took}, on {machine}, SQLite {sqlite3.sqlite_version}."
        + (f"\nTried: {of}." if of else "")
    )


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _rows(tried: Iterable[Tried]) -> Iterable[str]:
    yield "| fault | required outcome | database | runs | lost | duplicates | uncertain | given up | longest recovery | holds |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|---|"
    for one in tried:
        tally = one.tally
        recovery = "" if tally.recovery is None else f"{tally.recovery:.1f} s"
        counts = " | ".join(map(str, (tally.runs, tally.lost, tally.duplicates, tally.uncertain, tally.given_up)))
        fault, outcome = _cell(one.what.fault), _cell(one.what.outcome)  # type: ignore[union-attr]
        yield f"| {fault} | {outcome} | {one.database} | {counts} | {recovery} | {'yes' if one.ok else '**no**'} |"


def _guards(tried: Iterable[Tried]) -> Iterable[str]:
    yield "| guard | protects | database | who objects when it is off |"
    yield "|---|---|---|---|"
    for one in tried:
        guard, protects, rule = one.what.guard, one.what.protects, one.what.rule  # type: ignore[union-attr]
        yield f"| `{guard}` | {_cell(protects)} | {one.database} | {_cell(rule) if one.ok else '**nobody**'} |"


def _failures(failed: Sequence[Tried]) -> Iterable[str]:
    if failed:
        yield "## What did not hold\n"
    for one in failed:
        first = one.words.strip().splitlines()
        yield f"- {one.what.name} ({one.database}): {first[0] if first else 'no words'}"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
