"""A person who reads: what she received, waiting for it, finding a button. Acting is each messenger's own."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tests.doubles.ledger import Button, Message
from tests.doubles.server import Server

M = TypeVar("M", bound=Message)
#: A piece of the text, or a test of the whole message.
Wanted = str | Callable[[M], bool]


class Reader(ABC, Generic[M]):
    """Her screen. `waits_for` looks at what came or changed since her last act, `has_received` at all."""

    name: str

    def __init__(self, server: Server) -> None:
        self._server = server
        self._last_act = 0

    @property
    @abstractmethod
    def messages(self) -> Sequence[M]:
        """Everything she has received, oldest first."""

    @property
    @abstractmethod
    def sequence(self) -> int:
        """The newest change of the whole double."""

    def acted(self) -> None:
        """Remember the moment: what she waits for now comes later."""
        self._last_act = self.sequence

    @property
    def news(self) -> list[M]:
        """What came or changed since her last act."""
        return [message for message in self.messages if message.sequence > self._last_act]

    @property
    def last(self) -> M:
        """Her newest message. Raises AssertionError if there is none."""
        assert self.messages, f"{self.name} has received nothing"
        return self.messages[-1]

    def waits_for(self, wanted: Wanted[M], seconds: float = 10) -> M:
        """The newest fitting message since her last act; AssertionError, telling what came, if none is."""
        return self._until(wanted, seconds, lambda: self.news)

    def has_received(self, wanted: Wanted[M], seconds: float = 10) -> M:
        """The newest fitting message of all; AssertionError if there is none in time."""
        return self._until(wanted, seconds, lambda: self.messages)

    async def awaits(self, wanted: Wanted[M], seconds: float = 10) -> M:
        """`waits_for` in a test that is itself a coroutine."""
        return await asyncio.to_thread(self.waits_for, wanted, seconds)

    def with_button(self, label: str) -> tuple[M, Button]:
        """The newest message that shows a button of that label. Raises AssertionError if there is none."""
        for message in reversed(self.messages):
            if found := message.button(label):
                return message, found
        raise AssertionError(f"{self.name} sees no button «{label}»; she sees {self._screen(self.messages)}")

    def _until(self, wanted: Wanted[M], seconds: float, look: Callable[[], Sequence[M]]) -> M:
        deadline = time.monotonic() + seconds
        fits = (lambda message: wanted in message.text) if isinstance(wanted, str) else wanted
        with self._server.changed:
            while True:
                for message in reversed(look()):
                    if fits(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{self.name} waits for {wanted!r} in vain; she sees {self._screen(look())}")
                self._server.changed.wait(left)

    @staticmethod
    def _screen(messages: Sequence[M]) -> str:
        return "\n  ".join(["", *(str(message) for message in messages[-5:])]) if messages else "nothing"
