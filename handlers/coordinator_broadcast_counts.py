"""Counts of a broadcast in words: first by channel and reason, later by end. They add up to its audience."""

from collections.abc import Mapping

from bot.conversation.values import Value, joined, say
from models.audience import Preview, Reach
from models.broadcasting import QUEUED, Progress
from models.messages import Status

#: In this order ends are told; statuses that still need the sender share one counter.
ENDS = (QUEUED, Status.ACCEPTED, Status.DELIVERED, Status.READ, Status.FAILED, Status.EXPIRED, Status.CANCELLED)


def counted(expected: Preview) -> Value:
    """Whom a broadcast would reach, and whom not and why."""
    channels = [_channel(name, states) for name, states in sorted(expected.by_channel.items())]
    excluded = _reasons({reach.value: count for reach, count in expected.excluded.items()})
    return joined([*channels, *excluded, say("broadcast.sum", count=expected.audience)])


def ended(progress: Progress) -> Value:
    """How far a broadcast has come."""
    ends = [say(f"broadcast.end_{end}", count=progress.counts[end]) for end in ENDS if progress.counts.get(end)]
    return joined([*ends, *_reasons(progress.excluded), say("broadcast.sum", count=progress.audience)])


def _channel(name: str, states: Mapping[Reach, int]) -> Value:
    counts = [say(f"broadcast.state_{reach}", count=states[reach]) for reach in Reach if states.get(reach)]
    return say("broadcast.channel", channel=say(f"data.channel.{name}"), counts=joined(counts, ", "))


def _reasons(counts: Mapping[str, int]) -> list[Value]:
    return [say(f"broadcast.reason_{reach}", count=counts[reach]) for reach in Reach if counts.get(reach)]
