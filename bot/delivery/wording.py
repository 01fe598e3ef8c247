"""From a claimed row to the parcel its channel is given: who is spoken to, and whether she may be written to freely now."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.base import Channel, Parcel
from bot.conversation.reply import Reply
from bot.conversation.texts import address
from bot.delivery.inbox import Outgoing

#: The window closes a little earlier for us than for the provider: a send takes time.
WINDOW_MARGIN = timedelta(minutes=5)
#: How many broadcasts' contents are kept at hand.
BROADCASTS = 8


class Wording:
    """Makes parcels. The content of a broadcast is the same for all its rows, and read once."""

    def __init__(self) -> None:
        self._broadcasts: dict[int, Reply] = {}

    def parcel(self, channel: Channel, row: Outgoing, now: datetime) -> Parcel:
        """The parcel of a row. Raises KeyError or ValueError where its content is none of ours."""
        reply, hours = self._reply(row), channel.window_hours
        spoken = replace(reply, values={**address(row.honorific, row.name), **reply.values})
        is_open = hours is None or (
            row.last_heard_at is not None and now - row.last_heard_at < timedelta(hours=hours) - WINDOW_MARGIN
        )
        return Parcel(
            row.address, spoken, row.language, row.token, now, is_open, row.edits, row.broadcast_id, row.created_at
        )

    def _reply(self, row: Outgoing) -> Reply:
        if row.broadcast_id is None:
            return Reply.from_json(row.content)
        if row.broadcast_id not in self._broadcasts:
            if len(self._broadcasts) >= BROADCASTS:
                del self._broadcasts[next(iter(self._broadcasts))]
            self._broadcasts[row.broadcast_id] = Reply.from_json(row.content)
        return self._broadcasts[row.broadcast_id]
