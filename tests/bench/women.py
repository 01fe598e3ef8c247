"""Women who hold the registration conversation at the same time, each with her own address and her own pace.

Each writes her next message once the last reply to the one before has reached her. Here is measured how long she waits, and
checked that every reply is the right one: nobody wins by not answering.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.bench.script import Answer, Exchange


class Line(Protocol):
    """How her messages travel to the program."""

    def deliver(self, address: int, exchange: Exchange, before: Answer | None, written: Callable[[], None],
                taken: Callable[[], None]) -> None:  # fmt: skip
        """Bring one message in. `written` is called as it leaves, `taken` when the program has acknowledged it."""
        ...


@dataclass(slots=True)
class _Woman:
    turn: int = 0
    heard: int = 0
    since: float = 0.0
    taken: bool = False  #: the program has acknowledged her message
    shown: bool = False  #: its last reply is on her phone


@dataclass
class Crowd:
    """So many conversations at once, one after the other on each line, for a time."""

    line: Line
    script: Sequence[Exchange]
    next_address: int
    women: dict[int, _Woman] = field(default_factory=dict)
    waits: list[float] = field(
        default_factory=list
    )  #: seconds from each message to its last reply, of those that came after the warm-up
    steps: int = 0  #: turns that ended, warm-up included
    replies: int = 0
    conversations: int = 0
    wrong: list[str] = field(default_factory=list)
    measuring_from: float = float("inf")
    stopping: bool = False

    def begin(self, conversations: int) -> None:
        """Let so many women write their first message."""
        self.waits, self.steps, self.replies, self.conversations, self.wrong = [], 0, 0, 0, []
        self.stopping, self.measuring_from = False, float("inf")
        for _ in range(conversations):
            self._newcomer()

    def measure(self) -> None:
        """From now on waits count."""
        self.waits, self.measuring_from = [], time.perf_counter()

    def hears(self, address: int, answer: Answer, shown_after: Callable[[Callable[[], None]], None]) -> bool:
        """A reply has come for an address; False if nobody of the crowd has it.

        `shown_after` calls what it is given when the reply appears on her phone.
        """
        woman = self.women.get(address)
        if woman is None:
            return False
        exchange = self.script[woman.turn]
        self.replies += 1
        if woman.heard >= len(exchange.answers) or answer != exchange.answers[woman.heard]:
            self._note(f"turn {woman.turn + 1}, reply {woman.heard + 1}: {answer!r}")
            return True
        woman.heard += 1
        if woman.heard == len(exchange.answers):
            now = time.perf_counter()
            if now >= self.measuring_from:
                self.waits.append(now - woman.since)
            shown_after(lambda: self._sees(address, woman))
        return True

    @property
    def result(self) -> dict[str, Any]:
        """The counts so far."""
        return {
            "steps": len(self.waits), "all_steps": self.steps, "replies": self.replies, "waits": self.waits,
            "wrong": self.wrong, "conversations": self.conversations, "unanswered": len(self.women),
        }  # fmt: skip

    def _newcomer(self) -> None:
        self.next_address += 1
        self.women[self.next_address] = woman = _Woman()
        self._writes(self.next_address, woman)

    def _writes(self, address: int, woman: _Woman) -> None:
        woman.heard, woman.taken, woman.shown = 0, False, False
        before = self.script[woman.turn - 1].answers[-1] if woman.turn else None

        def written() -> None:
            woman.since = time.perf_counter()

        def taken() -> None:
            woman.taken = True
            self._perhaps_on(address, woman)

        self.line.deliver(address, self.script[woman.turn], before, written, taken)

    def _sees(self, address: int, woman: _Woman) -> None:
        woman.shown = True
        self._perhaps_on(address, woman)

    def _perhaps_on(self, address: int, woman: _Woman) -> None:
        """Her next message, once this one is both acknowledged and answered on her phone."""
        if not woman.taken or not woman.shown or address not in self.women:
            return
        self.steps += 1
        woman.turn += 1
        if self.stopping or woman.turn == len(self.script):
            del self.women[address]
            self.conversations += woman.turn == len(self.script)
            if not self.stopping:
                self._newcomer()
        else:
            self._writes(address, woman)

    def _note(self, what: str) -> None:
        if len(self.wrong) < 5:
            self.wrong.append(what)
