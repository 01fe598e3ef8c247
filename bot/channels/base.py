"""The contract between the program and a messenger. A new messenger is one file that fulfils it.

A channel turns what arrives into `Heard` and hands it to a function it was given; it turns a `Parcel` into the
provider's form and says what became of it. It never imports a handler or a model. Failures are this short closed list;
only the sender decides what follows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.conversation.heard import Heard, MediaRef
from bot.conversation.reply import Reply
from bot.conversation.talk import Shown

#: Hands one message in. Returns after the commit; raises when it was not stored and must be sent again.
Receive = Callable[[Heard], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to send: to whom, what, in which language, and what a channel must know to choose its form."""

    address: str
    reply: Reply
    language: str
    token: str  #: our random id of this row, for status callbacks
    now: datetime
    window_open: bool = True  #: she wrote within the channel's free-text window
    edits: str | None = None  #: provider id of the message this one may replace
    broadcast_id: int | None = None  #: the broadcast it is part of; a provider may offer a faster, paid way for these
    created_at: datetime | None = None  #: when the row was written: where a reconciliation starts to look


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it: its id, and the choices as she sees them."""

    provider_id: str
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """The provider's later word on a message: `status` is accepted, delivered, read or failed."""

    channel: str
    token: str | None
    provider_id: str | None
    status: str
    error: str | None = None


class NotSent(Exception):
    """A send that did not end in acceptance. `reason` is a short key with a sentence under `reason.*` in `texts/`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(NotSent):
    """Certainly not sent; may be sent again.

    `after` is what the provider asks us to wait, in seconds. `pause_all` says whether the whole sender must wait.
    `counts` is False where the provider's own rule makes it no attempt (429, connection refused).
    """

    def __init__(self, reason: str, after: float = 1.0, *, pause_all: bool = False, counts: bool = True) -> None:
        super().__init__(reason)
        self.after, self.pause_all, self.counts = after, pause_all, counts


class Uncertain(NotSent):
    """The request left and no answer came: it may have been sent. Never repeated blindly."""


class Rejected(NotSent):
    """Will never be sent in this form."""


class Blocked(NotSent):
    """She blocked us, or the account is gone: permanent until she writes again."""


class OptedOut(NotSent):
    """The provider says she has stopped messages: permanent until she starts them again."""


class WindowClosed(NotSent):
    """Outside the free-text window and no approved template fits."""


class Moved(NotSent):
    """The address has changed (a Telegram group became a supergroup)."""

    def __init__(self, address: str) -> None:
        super().__init__("moved")
        self.address = address


class ChannelDown(NotSent):
    """Token revoked or account suspended: the channel pauses, one alarm, nothing is dropped."""


class Channel(Protocol):
    """What the sender and the root need of a messenger."""

    name: str  #: "telegram", "whatsapp", "simulator"
    account: str  #: ours: the bot's id, the WhatsApp sender
    window_hours: float | None  #: how long after her last message free text may be sent; None: always

    async def send(self, parcel: Parcel) -> Sent:
        """Send one message. Raises one of the exceptions above."""
        ...

    async def reconcile(self, parcel: Parcel) -> str | None:
        """After an uncertain send: the provider's id if it was sent, else None.

        Raises NotImplementedError where the provider cannot be asked (Telegram), TryLater where it does not answer now.
        """
        ...

    async def fetch(self, media: MediaRef, limit: int) -> bytes:
        """The bytes of a file she sent, at most `limit`. Raises Rejected when larger or gone, TryLater."""
        ...

    async def open(self) -> None:
        """Get ready: check the account, set or delete the webhook. Raises ChannelDown or TryLater."""
        ...

    async def check(self) -> str:
        """Ask the provider for something small; how it calls our account. Raises ChannelDown or TryLater."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
