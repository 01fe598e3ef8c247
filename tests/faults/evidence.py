"""What is known at the end of a run: the referee's ledger, the database, and what the witness wrote down.

`invariants.py` has the rules over it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import InboxEntry, OutboxMessage, Status
from tests.faults import witness
from tests.faults.court import Entry
from tests.faults.witness import Change

#: Kinds of events that get an answer, by what the doubles call them.
ANSWERED = frozenset({"message", "callback_query", "text", "interactive", "location", "image", "audio", "sticker"})
REACHED = frozenset({Status.ACCEPTED, Status.DELIVERED, Status.READ})
ENDED_BADLY = frozenset({Status.FAILED, Status.EXPIRED, Status.CANCELLED})
OPEN = frozenset({Status.QUEUED, Status.SENDING, Status.UNCERTAIN})
SEATED = frozenset({"enrolled", "offered", "completed"})


@dataclass(frozen=True, slots=True)
class Objection:
    """One invariant that does not hold. `rule` is "I1" to "I8"."""

    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


@dataclass
class Evidence:
    """What is known at the end of a run. `now` is the program's time."""

    ledger: Mapping[str, Sequence[Entry]]
    connection: sa.Connection
    now: datetime
    in_order: bool = True  #: what came in is expected to be handled in order of arrival
    changes: list[Change] = field(init=False)

    def __post_init__(self) -> None:
        self.changes = witness.changes(self.connection)

    def _all(self, table: Any, *columns: str) -> list[sa.Row[Any]]:
        names = [getattr(table, column) for column in columns]
        return list(self.connection.execute(sa.select(*names)).all())

    @cached_property
    def inbox(self) -> dict[tuple[str, str], datetime]:
        """When each event was handled."""
        rows = self._all(InboxEntry, "channel", "message_id", "at")
        return {(row.channel, row.message_id): row.at for row in rows}

    @cached_property
    def rows(self) -> list[sa.Row[Any]]:
        """The outbox."""
        return self._all(
            OutboxMessage, "id", "channel", "address", "contact_id", "message_class", "status", "error", "not_before",
            "provider_id", "uncertain_episodes", "broadcast_id", "created_at", "token", "expires_at",
        )  # fmt: skip

    @cached_property
    def running(self) -> frozenset[int]:
        """The broadcasts whose rows may go now."""
        rows = self._all(Broadcast, "id", "status")
        return frozenset(row.id for row in rows if row.status == BroadcastStatus.SENDING)

    @cached_property
    def acts(self) -> Counter[tuple[str, str, str]]:
        """How many calls made each message that reached her (one, and one more for every edit): channel, address, id."""
        return Counter(
            (send["channel"], send["address"], send["id"]) for send in self.ledger["sends"] if send["reached"]
        )

    @cached_property
    def turned_away(self) -> frozenset[tuple[str, str]]:
        """Whom a message did not reach although the provider had taken it: channel, address."""
        return frozenset((send["channel"], send["address"]) for send in self.ledger["sends"] if not send["reached"])

    @cached_property
    def handled_events(self) -> list[Entry]:
        """Events of single persons that want an answer."""
        return [event for event in self.ledger["events"] if event["kind"] in ANSWERED and is_hers(event)]


def is_hers(event: Entry) -> bool:
    """Whether one person wrote, not a group."""
    return bool(event["address"]) and not str(event["address"]).startswith("-")


def extras(evidence: Evidence) -> Counter[tuple[str, str]]:
    """Sends that no row knows of, by channel and address."""
    claimed: Counter[tuple[str, str, str]] = Counter(
        (row.channel, row.address, row.provider_id) for row in evidence.rows if row.provider_id
    )
    extra: Counter[tuple[str, str]] = Counter()
    for message, acts in evidence.acts.items():
        extra[message[:2]] += max(0, acts - claimed[message])
    return +extra
