"""What a broadcast says is worded once for all who read it in one language, unless it speaks to her by name."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from bot.channels.base import Parcel
from bot.conversation.reply import Reply
from bot.conversation.texts import Texts

M = TypeVar("M")
#: How many wordings are kept.
KEPT = 16
#: For how long, in seconds: «besok» is another day after midnight, which falls on a full hour.
GOOD_FOR = 3600


class WordedOnce(Generic[M]):
    """A channel's rendering with a memory."""

    def __init__(self, render: Callable[[Reply, Texts, str, datetime], M], texts: Texts) -> None:
        """`render` is the channel's pure function."""
        self._render, self._texts = render, texts
        self._known: dict[tuple[int, str, int], M] = {}

    def __call__(self, parcel: Parcel) -> M:
        """The message as the channel shows it. Raises what `render` does."""
        if parcel.broadcast_id is None:
            return self._worded(parcel)
        key = (parcel.broadcast_id, parcel.language, int(parcel.now.timestamp() // GOOD_FOR))
        if (known := self._known.get(key)) is not None:
            return known
        message = self._worded(parcel)
        if self._texts.same_for_all(parcel.reply.key, parcel.reply.values, parcel.language):
            if len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = message
        return message

    def _worded(self, parcel: Parcel) -> M:
        return self._render(parcel.reply, self._texts, parcel.language, parcel.now)
