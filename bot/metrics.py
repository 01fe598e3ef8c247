"""Counts for Prometheus: how many messages wait, by class and status, and whether channels are up."""

from collections.abc import Sequence

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.app import Berdaya
from models.database import reading
from models.messages import OPEN, MessageClass, OutboxMessage, Status


def exposition(app: Berdaya) -> bytes:
    """The counts as text. Only open rows are counted: the index holds them alone."""
    registry = CollectorRegistry()
    waiting = Gauge("berdaya_outbox_open", "Messages not yet ended", ["status", "message_class"], registry=registry)
    up = Gauge("berdaya_channel_up", "Whether the channel takes messages", ["channel"], registry=registry)
    in_flight = Gauge("berdaya_sends_in_flight", "Contacts with a message on its way", ["channel"], registry=registry)
    for status, message_class, count in _open_rows(app):
        waiting.labels(status.value, message_class.name.lower()).set(count)
    for name, lane in app.sender.lanes.items():
        up.labels(name).set(0 if lane.down else 1)
        in_flight.labels(name).set(len(lane.chains))
    return generate_latest(registry)


def _open_rows(app: Berdaya) -> Sequence[sa.Row[Status, MessageClass, int]]:
    status, message_class = OutboxMessage.status, OutboxMessage.message_class
    counted = sa.select(status, message_class, sa.func.count()).where(status.in_(OPEN))
    with reading(app.database) as session:
        return session.execute(counted.group_by(status, message_class)).all()
