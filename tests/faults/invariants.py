"""I1 to I8 of the promise: what must hold after every run, whatever went wrong in it.

The referee's ledger says what was sent and what was acknowledged; the database says what the program believes; the witness says
in which order it came to believe it. Each rule is a function from the three to objections.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from bot.delivery.statuses import RANK
from models.broadcasts import Broadcast, BroadcastStatus
from models.enrolments import Enrolment
from models.events import Event
from models.messages import MessageClass, Status
from tests.faults.evidence import ENDED_BADLY, OPEN, REACHED, SEATED, Evidence, Objection, extras


def objections(evidence: Evidence) -> list[Objection]:
    """Everything that does not hold."""
    return [Objection(name, words) for name, rule in RULES.items() for words in rule(evidence)]


def handled_once(evidence: Evidence) -> Iterable[str]:
    """I1: an event that was acknowledged is handled, and no event is answered twice."""
    for event in evidence.handled_events:
        if (event["channel"], event["id"]) not in evidence.inbox:
            told = "was acknowledged" if event["acknowledged"] else "came"
            yield f"{event['channel']} event {event['id']} {told} and is not in the inbox"
    moments = defaultdict(set)
    for event in evidence.ledger["events"]:
        if at := evidence.inbox.get((event["channel"], event["id"])):
            moments[event["channel"], event["address"]].add(at)
    handled: Counter[tuple[str, str]] = Counter(
        (event["channel"], event["address"])
        for event in evidence.ledger["events"]
        if (event["channel"], event["id"]) in evidence.inbox
    )
    answers = defaultdict(set)
    for row in evidence.rows:
        if row.message_class == MessageClass.REPLY:
            answers[row.channel, row.address].add(row.created_at)
    for who, bursts in answers.items():
        if len(bursts) > handled[who]:
            yield f"{who} was answered {len(bursts)} times for {handled[who]} messages"
    for event in evidence.handled_events:
        at = evidence.inbox.get((event["channel"], event["id"]))
        if at is not None and at not in answers[event["channel"], event["address"]]:
            yield f"{event['channel']} event {event['id']} was handled without any answer"


def settled(evidence: Evidence) -> Iterable[str]:
    """I2: every outbox row has ended with a reason, is held, or is not due yet; what was accepted did arrive."""
    for row in evidence.rows:
        if row.status in OPEN and row.not_before <= evidence.now and not _waits(evidence, row):
            yield f"row {row.id} is {row.status} although it is due ({row.error})"
        if row.status in ENDED_BADLY and not row.error:
            yield f"row {row.id} is {row.status} without a reason"
        if row.status in REACHED and not evidence.acts[row.channel, row.address, row.provider_id]:
            yield f"row {row.id} is {row.status}, but nothing reached {row.address}"


def _waits(evidence: Evidence, row: sa.Row[Any]) -> bool:
    """A broadcast that is not being sent now holds its rows back."""
    return row.broadcast_id is not None and row.broadcast_id not in evidence.running


def at_most_once(evidence: Evidence) -> Iterable[str]:
    """I3: a row is sent once, and once more at most for each time its outcome was unknown."""
    allowed: Counter[tuple[str, str]] = Counter()
    claimed: Counter[tuple[str, str, str]] = Counter()
    for row in evidence.rows:
        allowed[row.channel, row.address] += row.uncertain_episodes
        if row.provider_id:
            claimed[row.channel, row.address, row.provider_id] += 1
    extra = extras(evidence)
    for who, count in extra.items():
        if count > allowed[who]:
            yield f"{who} got {count} messages too many, with {allowed[who]} uncertain episodes"
    for message, rows in claimed.items():
        if rows > evidence.acts[message] > 0:
            yield f"{rows} rows say that they are message {message}"


def seats_hold(evidence: Evidence) -> Iterable[str]:
    """I4: seats given and offered stay within the capacity at every change; the line is in order; nobody stands in it twice."""
    events = evidence.connection.execute(sa.select(Event.id, Event.capacity, Event.reserved_seats)).all()
    room = {str(event.id): event.capacity - event.reserved_seats for event in events}
    state: dict[str, dict[str, str]] = defaultdict(dict)
    last: dict[str, int] = defaultdict(int)
    for change in evidence.changes:
        if change.kind != "enrolment":
            continue
        person, position = str(change.more).split()
        state[change.about][person] = str(change.new)
        taken = sum(1 for status in state[change.about].values() if status in SEATED)
        if taken > room[change.about]:
            yield f"event {change.about} had {taken} seats taken of {room[change.about]} (change {change.seq})"
        if change.new == "waitlisted" and change.old in (None, "cancelled"):
            if int(position) <= last[change.about]:
                yield f"event {change.about}: position {position} was given after {last[change.about]}"
            last[change.about] = int(position)
    twice = sa.select(Enrolment.person_id, Enrolment.event_id).group_by(Enrolment.person_id, Enrolment.event_id)
    for row in evidence.connection.execute(twice.having(sa.func.count() > 1)):
        yield f"person {row.person_id} stands twice in event {row.event_id}"


def opt_out_holds(evidence: Evidence) -> Iterable[str]:
    """I5: after an opt-out nothing the program starts is claimed for her any more."""
    out: dict[str, str] = {}
    for change in evidence.changes:
        if change.kind == "opt_out":
            out[change.about] = str(change.new)
        if change.kind != "outbox" or change.new != Status.SENDING or int(change.more or 0) == MessageClass.REPLY:
            continue
        stopped = out.get(change.about or "", "none")
        if stopped == "all" or (stopped == "broadcasts" and int(change.more or 0) == MessageClass.BROADCAST):
            yield f"row {change.row} was sent after its woman had stopped {stopped}"


def in_order_of_arrival(evidence: Evidence) -> Iterable[str]:
    """I6: one person's messages are handled in the order in which they arrived.

    What Twilio gave up posting and the program found in its list later arrived late: it has no place in the order.
    """
    if not evidence.in_order:
        return
    posted = [event for event in evidence.ledger["events"] if event["acknowledged"] or event["channel"] != "whatsapp"]
    arrived = {(e["channel"], e["id"]): place for place, e in enumerate(posted)}
    lanes = {(e["channel"], e["id"]): (e["channel"], *e["lane"]) for e in evidence.ledger["events"]}
    newest: dict[tuple[str, ...], int] = {}
    for change in evidence.changes:
        if change.kind != "inbox":
            continue
        channel, _, message = change.about.partition(" ")
        place, lane = arrived.get((channel, message)), lanes.get((channel, message))
        if place is None or lane is None:
            continue
        if place < newest.get(lane, -1):
            yield f"{channel} event {message} was handled after one that had come later"
        newest[lane] = max(place, newest.get(lane, -1))


def forward_only(evidence: Evidence) -> Iterable[str]:
    """I7: what is known of a message that was taken only grows.

    One way back there is: what was taken, and then turned away because her window had closed, may go again as a template.
    """
    whose = {row.id: (row.channel, row.address) for row in evidence.rows}
    for change in evidence.changes:
        if change.kind != "outbox" or change.old is None:
            continue
        old, new = Status(change.old), Status(str(change.new))
        if (old, new) == (Status.ACCEPTED, Status.QUEUED) and whose.get(change.row) in evidence.turned_away:
            continue
        if old in (Status.EXPIRED, Status.CANCELLED) or RANK.get(old, 0) >= max(1, RANK.get(new, 3)):
            yield f"row {change.row} went back from {old} to {new}"


def counts_reconcile(evidence: Evidence) -> Iterable[str]:
    """I8: the counts of a broadcast are its rows', and with the excluded they are its audience."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    failed: dict[int, Counter[str]] = defaultdict(Counter)
    for row in evidence.rows:
        if row.broadcast_id is not None:
            found[row.broadcast_id][str(row.status)] += 1
            if row.status == Status.FAILED:
                failed[row.broadcast_id][str(row.error)] += 1
    for broadcast in evidence.connection.execute(sa.select(Broadcast.__table__)).mappings():
        number, counts = broadcast["id"], _positive(broadcast["counts"])
        if counts != +found[number]:
            yield f"broadcast {number} counts {dict(counts)}, its rows are {dict(found[number])}"
        if _positive(broadcast["failures"]) != +failed[number]:
            yield f"broadcast {number} counts failures {broadcast['failures']}, its rows are {dict(failed[number])}"
        whole = sum(counts.values()) + sum(_positive(broadcast["excluded"]).values())
        if broadcast["status"] != BroadcastStatus.FREEZING and whole != broadcast["audience_size"]:
            yield f"broadcast {number} accounts for {whole} of {broadcast['audience_size']}"


def _positive(counts: Mapping[str, int]) -> Counter[str]:
    return +Counter(counts)


RULES: Mapping[str, Callable[[Evidence], Iterable[str]]] = {
    "I1": handled_once, "I2": settled, "I3": at_most_once, "I4": seats_hold, "I5": opt_out_holds,
    "I6": in_order_of_arrival, "I7": forward_only, "I8": counts_reconcile,
}  # fmt: skip
