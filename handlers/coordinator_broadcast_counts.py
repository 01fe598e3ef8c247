"""Counts of a broadcast in words: first by channel and reason, later by end. They add up to its audience."""

from collections.abc import Mapping

from bot.conversation.texts import Texts
from bot.conversation.values import Value, joined, say
from models.audience import Preview, Reach
from models.broadcasting import Progress
from models.messages import Status

#: In this order the states of recipients are told.
ENDS = (
    Status.QUEUED, Status.SENDING, Status.UNCERTAIN, Status.HELD, Status.ACCEPTED, Status.DELIVERED, Status.READ,
    Status.FAILED, Status.EXPIRED, Status.CANCELLED,
)  # fmt: skip


def counted(expected: Preview) -> Value:
    """Whom a broadcast would reach, and whom not and why."""
    channels = [_channel(name, states) for name, states in sorted(expected.by_channel.items())]
    excluded = _reasons({reach.value: count for reach, count in expected.excluded.items()})
    return joined([*channels, *excluded, say("broadcast.sum", count=expected.audience)])


def ended(progress: Progress, texts: Texts) -> Value:
    """How far a broadcast has come. `texts` knows for which failures there is a sentence."""
    ends = [_end(end, progress, texts) for end in ENDS if progress.counts.get(end)]
    return joined([*ends, *_reasons(progress.excluded), say("broadcast.sum", count=progress.audience)])


def failures(progress: Progress, texts: Texts) -> Value:
    """Why recipients were not reached, the commonest reason first: «3 memblokir nomor program, 2 …»."""
    common = sorted(progress.failures.items(), key=lambda item: (-item[1], item[0]))
    return joined([say("broadcast.why", count=count, why=why(reason, texts)) for reason, count in common], ", ")


def why(reason: str, texts: Texts) -> Value:
    """A reason as coordinators read it."""
    key = f"reason.{reason}"
    return say(key if texts.has(key) else "reason.unknown")


def _end(end: Status, progress: Progress, texts: Texts) -> Value:
    count = progress.counts[end]
    if end is Status.FAILED and progress.failures:
        return say("broadcast.end_failed_why", count=count, why=failures(progress, texts))
    return say(f"broadcast.end_{end}", count=count)


def _channel(name: str, states: Mapping[Reach, int]) -> Value:
    counts = [say(f"broadcast.state_{reach}", count=states[reach]) for reach in Reach if states.get(reach)]
    return say("broadcast.channel", channel=say(f"data.channel.{name}"), counts=joined(counts, ", "))


def _reasons(counts: Mapping[str, int]) -> list[Value]:
    return [say(f"broadcast.reason_{reach}", count=counts[reach]) for reach in Reach if counts.get(reach)]
