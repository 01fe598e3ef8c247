"""How far a broadcast has come, by counters alone: every recipient stands in exactly one of them, at any time."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Base
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import OPEN, Status
from models.prepared import Prepared

#: Broadcast id, the status before, the status after, and the reason of the failure where one of the two is `failed`.
Change = tuple[int, Status, Status, str | None]
#: The reason of a failure of which nothing more is known.
UNKNOWN = "undelivered"
_broadcasts = Base.metadata.tables[Broadcast.__tablename__]
#: Locked until the transaction ends, so that no count is lost between two workers.
_COUNTERS = Prepared(
    any=sa.select(_broadcasts.c.counts, _broadcasts.c.failures)
    .where(_broadcasts.c.id == sa.bindparam("id"))
    .with_for_update()
)
_COUNT = Prepared(
    ("counts", "failures"), any=sa.update(_broadcasts).where(_broadcasts.c.id == sa.bindparam("b_id"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast has come. The sum of `counts` and the sum of `excluded` make up the `audience`."""

    id: int
    status: BroadcastStatus
    audience: int
    counts: Mapping[str, int]  #: a row's status → recipients
    excluded: Mapping[str, int]  #: reason (`models.audience.Reach`) → people who get no row
    failures: Mapping[str, int]  #: reason → recipients; their sum is `counts["failed"]`
    outside_window: int = 0  #: recipients who cost one of Meta's daily people

    @property
    def recipients(self) -> int:
        """Everybody who got a row."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """Recipients who have no end yet, whatever the sender is doing with them."""
        return sum(self.counts.get(status, 0) for status in OPEN)


def progress_of(broadcast: Broadcast) -> Progress:
    """Where a broadcast stands."""
    return Progress(
        broadcast.id,
        BroadcastStatus(broadcast.status),
        broadcast.audience_size,
        dict(broadcast.counts),
        dict(broadcast.excluded),
        dict(broadcast.failures),
        broadcast.outside_window,
    )


def waiting(broadcast: Broadcast) -> int:
    """Recipients of a broadcast who have no end yet."""
    return sum(broadcast.counts.get(status, 0) for status in OPEN)


def count_changes(session: Session, changes: Mapping[Change, int]) -> None:
    """Many rows went from one status to another; `changes` says how many of each kind.

    Call it once for a batch, in the transaction that changes the rows: the counters are locked until it ends, one
    broadcast after the other by id.
    """
    by_broadcast: dict[int, list[tuple[Change, int]]] = {}
    for change, how_many in changes.items():
        by_broadcast.setdefault(change[0], []).append((change, how_many))
    for broadcast_id in sorted(by_broadcast):
        _apply(session, broadcast_id, by_broadcast[broadcast_id])


def count_change(
    session: Session, broadcast_id: int, before: Status, after: Status, how_many: int = 1, reason: str | None = None
) -> None:
    """The same for one kind of change."""
    count_changes(session, {(broadcast_id, before, after, reason): how_many})


def locked(session: Session, broadcast_id: int) -> Broadcast | None:
    """A broadcast as it is now, locked until the transaction ends, so that no count is lost between two workers."""
    return session.scalar(
        sa.select(Broadcast)
        .where(Broadcast.id == broadcast_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def add(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Two maps of counters added up; those that come to nothing are left out."""
    summed = {name: counts.get(name, 0) + more.get(name, 0) for name in {**counts, **more}}
    return {name: count for name, count in summed.items() if count}


def _apply(session: Session, broadcast_id: int, changes: list[tuple[Change, int]]) -> None:
    """Count in the database. A broadcast the session has loaded reads its counters anew when it is asked for them."""
    session.flush()
    found = _COUNTERS.first(session, {"id": broadcast_id})
    if found is None:
        return
    counts: dict[str, int] = {}
    failures: dict[str, int] = {}
    for (_, before, after, reason), how_many in changes:
        for status, signed in ((Status(before), -how_many), (Status(after), how_many)):
            counts[status.value] = counts.get(status.value, 0) + signed
            if status is Status.FAILED:
                failures[reason or UNKNOWN] = failures.get(reason or UNKNOWN, 0) + signed
    _COUNT.run(session, {"b_id": broadcast_id, "counts": add(found[0], counts), "failures": add(found[1], failures)})
    loaded = session.identity_map.get(session.identity_key(Broadcast, broadcast_id))
    if loaded is not None:
        session.expire(loaded, ["counts", "failures"])
