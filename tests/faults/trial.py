"""One trial: a scenario's court, database and program, what it has counted, and the verdict after each of its runs."""

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self, TypeVar

from bot.delivery.inbox import LEASE
from models.messages import Status
from tests.faults.court import Court, Entry, Referee, Woman
from tests.faults.evidence import ANSWERED, OPEN, Evidence, Objection, extras, is_hers
from tests.faults.invariants import objections
from tests.faults.nursery import Nursery
from tests.faults.people import COORDINATOR
from tests.faults.places import SQLITE, Place, Places, morning_offset
from tests.faults.subject import SECRET, Subject, seconds_until

T = TypeVar("T")
#: How long what is due may take to be sent before a run is judged, in seconds.
SETTLES = 40.0
#: How often ledger and database are read until both tell of one moment.
READINGS = 20


@dataclass
class Tally:
    """What a scenario's runs add up to. `recovery` is the longest time in seconds from a start to the first resumed send."""

    runs: int = 0
    lost: int = 0
    duplicates: int = 0
    uncertain: int = 0
    given_up: int = 0  #: not reached, and said so: killed in flight more often than a message may be repeated
    recovery: float | None = None
    objections: list[Objection] = field(default_factory=list)

    def recovered_in(self, seconds: float) -> None:
        """Keep the longest."""
        self.recovery = max(self.recovery or 0.0, seconds)


@dataclass
class Trial:
    """What a scenario is given. Use it as `with`; `long` asks for many rounds."""

    referee: Referee
    places: Places
    folder: Path
    long: bool = False
    without: str = ""  #: the guard that is switched off, in a control test
    nursery: Nursery | None = None
    mode: str = "webhook"  #: how Telegram's messages come in
    tally: Tally = field(default_factory=Tally)
    random: Random = field(default_factory=lambda: Random(20261124))
    settings: dict[str, str] = field(default_factory=dict)
    in_order: bool = True
    own_events: dict[str, Entry] = field(default_factory=dict)
    last_words: str = ""  #: what the program wrote last, if the scenario failed
    _number: int = 0
    _open: bool = False

    def __enter__(self) -> Self:
        return self.anew()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and self._open:
            self.last_words = self.program.tail()
        self._end()

    def anew(self, **settings: str) -> Self:
        """A fresh court, database and program, not yet started. `settings`: config keys, with __ for the dot."""
        self._end()
        self._number += 1
        self.in_order, self.own_events = True, {}
        self.home = self.folder / str(self._number)
        self.home.mkdir(parents=True)
        (self.home / "clock").write_text(str(morning_offset()))
        self.place: Place = self.places.new(self.home)
        self.court: Court = self.referee.court(self.home / "clock")
        self.settings = {"telegram.mode": self.mode, **{k.replace("__", "."): v for k, v in settings.items()}}
        self.program = self.another()
        self.court.sets("twilio", webhook_url=f"{self.program.url}/whatsapp/webhook#rc=5&rp=all")
        self._open = True
        return self

    def another(self, folder: str = "", **settings: str) -> Subject:
        """One more program on the same database and providers."""
        home = self.home / folder
        home.mkdir(exist_ok=True)
        more = {key.replace("__", "."): value for key, value in settings.items()}
        subject = Subject(home, self.place, self.court, {**self.settings, **more})
        subject.clock_file, subject.without, subject.nursery = self.home / "clock", self.without, self.nursery
        return subject

    def rounds(self, short: int, long: int) -> int:
        """How often to do it."""
        return long if self.long else short

    def some(self, *kinds: T) -> tuple[T, ...]:
        """Kinds of one thing to try: all in the long run; in a short one every other, on PostgreSQL those SQLite leaves out."""
        first = 0 if self.places.name == SQLITE else 1
        return kinds if self.long or len(kinds) == 1 else kinds[first::2]

    def women(self, count: int, channel: str = "telegram", first: int = COORDINATOR + 1) -> list[Woman]:
        """Registered women with their phones."""
        return [self.court.woman(channel, number) for number in range(first, first + count)]

    @property
    def coordinator(self) -> Woman:
        """The coordinator, on Telegram."""
        return self.court.woman("telegram", COORDINATOR)

    def now(self) -> datetime:
        """The program's time."""
        return datetime.now(UTC) + timedelta(seconds=float((self.home / "clock").read_text()))

    def passes(self, **time_: float) -> None:
        """The clock of program and providers jumps: `passes(hours=-1)`."""
        offset = float((self.home / "clock").read_text()) + timedelta(**time_).total_seconds()
        beside = self.home / "clock.new"
        beside.write_text(str(offset))
        beside.replace(self.home / "clock")

    def leases_run_out(self) -> None:
        """In a short run nobody waits for them: on a server nothing says at once that a process has died."""
        if not self.long and self.places.name != SQLITE:
            self.passes(seconds=LEASE.total_seconds() + 1)

    def due(self) -> int:
        """How many rows of the outbox should be on their way."""
        statuses = ", ".join(f"'{status}'" for status in sorted(OPEN))
        moment = self.now().replace(tzinfo=None).isoformat(" ")
        rows = self.place.asks(
            f"SELECT count(*) FROM outbox LEFT JOIN broadcasts b ON b.id = broadcast_id WHERE outbox.status IN ({statuses}) "
            f"AND not_before <= '{moment}' AND (broadcast_id IS NULL OR b.status = 'sending')"
        )
        return int(str(rows[0][0]))

    def settles(self, seconds: float = SETTLES) -> float:
        """Wait until nothing is due any more and everything said was taken; how long that took."""
        return seconds_until(self._is_settled, seconds, 0.1)

    def _is_settled(self) -> bool:
        return self.due() == 0 and not self._unheard()

    def _unheard(self) -> list[object]:
        """What was said to the program and has not been handled yet, whether acknowledged or not."""
        known = set(self.place.asks("SELECT channel, message_id FROM inbox"))
        events = [*self.court.events(), *self.own_events.values()]
        return [
            e["id"] for e in events if e["kind"] in ANSWERED and (e["channel"], e["id"]) not in known and is_hers(e)
        ]

    def ledger(self) -> Mapping[str, list[Entry]]:
        """The referee's truth, and what the scenario itself posted."""
        known = self.court.ledger()
        return {**known, "events": [*known["events"], *self.own_events.values()]}

    def verdict(self, *, settled: bool = True) -> list[Objection]:
        """Check every invariant after a run, and count. The objections, kept in the tally too."""
        readings = (self._judged(settled) for _ in range(READINGS))
        found = next((reading for reading in readings if reading is not None), None)
        assert found is not None, f"the program never rested through {READINGS} readings"
        self.tally.lost += sum(
            1 for objection in found if objection.rule in ("I1", "I2") and "was answered" not in objection.words
        )
        self.tally.runs += 1
        self.tally.objections += found
        return found

    def _judged(self, settled: bool) -> list[Objection] | None:
        """What the invariants object to; None if something was sent or said between reading the ledger and the database."""
        if settled:
            with contextlib.suppress(AssertionError):  # the invariants say what is still open
                self.settles()
        ledger = self.ledger()
        with self.place.snapshot() as connection:
            evidence = Evidence(ledger, connection, self.now() - timedelta(seconds=2), self.in_order)
            if self._has_moved_since(ledger):
                return None
            found = objections(evidence)
            self.tally.duplicates += _repeated(evidence)
            self.tally.uncertain += sum(row.uncertain_episodes for row in evidence.rows)
        return found + [Objection("contract", str(words)) for words in evidence.ledger["violations"]]

    def _has_moved_since(self, ledger: Mapping[str, list[Entry]]) -> bool:
        events = len(self.court.events()) + len(self.own_events)
        return (len(ledger["sends"]), len(ledger["events"])) != (self.court.sends()["count"], events)

    def holds(self) -> None:
        """A run has ended: every invariant must hold. Raises AssertionError with the objections."""
        found = self.verdict()
        assert not found, "\n".join([*map(str, found[:20]), self.program.tail()])

    def posts_update(self, update: Mapping[str, Any]) -> int:
        """An update straight to the program's own door, as Telegram would post it; the status it is answered."""
        return self.posted(update, self.posts_raw(json.dumps(update).encode()))

    def posted(self, update: Mapping[str, Any], status: int) -> int:
        """Note what a scenario posted by itself, and how that was answered."""
        chat = update["message"]["chat"]["id"]
        event = {"channel": "telegram", "id": str(update["update_id"]), "kind": "message", "address": str(chat)}
        known = self.own_events.setdefault(
            event["id"], {**event, "lane": ["own", chat], "statuses": [], "acknowledged": False}
        )
        known["statuses"].append(status)
        known["acknowledged"] = known["acknowledged"] or 200 <= status < 300
        return status

    def posts_raw(self, body: bytes) -> int:
        """Any bytes to Telegram's door, with the right secret."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        return self.program.posts("/telegram/webhook", body, headers)

    def _end(self) -> None:
        if not self._open:
            return
        self._open = False
        if self.program.is_alive:
            self.program.kill()
        self.court.close()
        self.place.close()
        shutil.rmtree(self.home, ignore_errors=True)


def _repeated(evidence: Evidence) -> int:
    """Sends that repeated what she had already: extras that no row of unknown outcome accounts for."""
    unknown = sum(1 for row in evidence.rows if row.status == Status.FAILED and row.error == "unknown_outcome")
    return max(0, sum(extras(evidence).values()) - unknown)


def first_send_after(trial: Trial, began: float, patience: float = 60) -> float:
    """Seconds from `began` (monotonic) to the first send that started after it."""
    seconds_until(lambda: trial.court.sends(after=began)["count"], patience)
    return float(trial.court.sends(after=began)["first"]) - began


def quick(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for something, bounded."""
    seconds_until(condition, seconds)


def monotonic() -> float:
    """The clock all processes of one machine share."""
    return time.monotonic()
