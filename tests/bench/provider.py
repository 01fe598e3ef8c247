"""What both providers' sides share: sends in, delays, limits, and who listens."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from tests.bench.limit import Sends
from tests.bench.script import Answer, Exchange
from tests.bench.wire import Poster, Respond

#: Connections to a webhook at once, where the program does not say.
CONNECTIONS = 40


class Provider(ABC):
    """One provider: messages go out to the program, its answers come in."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.delay = 0.0  #: seconds until a send is answered
        self.sends = Sends()
        self.listener: Callable[[int, Answer], bool] | None = None
        self.poster: Poster | None = None
        self.target = b""

    def goes_to(self, url: str, connections: int = CONNECTIONS) -> None:
        """Deliver by webhook to that address from now on."""
        parts = urlsplit(url)
        self.poster = Poster(parts.hostname or "127.0.0.1", parts.port or 80, connections)
        self.target = parts.path.encode()
        self.opened.set()

    def shown_after(self, shown: Callable[[], None]) -> None:
        """Call back when a send that came just now has been answered."""
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, shown)
        else:
            asyncio.get_running_loop().call_soon(shown)

    def answered(self, respond: Respond, status: int, body: bytes) -> None:
        """Answer a send, after the delay."""
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, partial(respond, status, body))
        else:
            respond(status, body)

    def comes(self, address: int, answer: Answer) -> bool:
        """A send has come, a reply or part of a broadcast; whether it is within the limit."""
        if self.listener is not None and self.listener(address, answer):
            return True
        return self.sends.comes(address, answer.text, time.perf_counter())

    @abstractmethod
    def deliver(self, address: int, exchange: Exchange, before: Answer | None, written: Callable[[], None],
                taken: Callable[[], None]) -> None:  # fmt: skip
        """Bring one message of hers to the program."""

    @abstractmethod
    def handle(self, method: bytes, target: bytes, content_type: bytes, body: bytes, respond: Respond) -> None:
        """One call of the program."""
