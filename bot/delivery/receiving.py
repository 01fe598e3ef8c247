"""Receiving a message at the edge: its step through the writer, the replies to the sender, and what if a step fails.

A step that keeps failing is quarantined after the third try and acknowledged, so that one poisonous message never stops
the others; she gets a plain apology.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard
from bot.conversation.reply import Reply
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.sender import Sender
from bot.delivery.writer import TROUBLE, Lane, Writer
from models.messages import FailedStep, QuarantinedMessage

log = structlog.get_logger()

#: Tries of one message before it is set aside (`faults.md`).
TRIES = 3
APOLOGY, SLOW_DOWN = Reply("other.apology"), Reply("other.slow_down")


@dataclass
class Receiver:
    """The function every channel is handed: returns after the commit, raises when nothing was stored."""

    inbox: Inbox
    writer: Writer
    sender: Sender
    now: Callable[[], datetime]
    per_minute: int = 60
    _recent: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    async def receive(self, heard: Heard) -> None:
        """Handle one message and send what it is answered with."""
        over = self._over_limit(heard)
        step = partial(self._step, heard) if over == 0 else partial(self._silence, heard, over == 1)
        try:
            rows = await self.writer.run(step, Lane.CONVERSATION)
        except TROUBLE:
            raise  # the database's trouble, not the message's: the provider sends it again
        except Exception as problem:
            rows = await self._try_again(heard, problem)
        self.sender.take(rows)
        if any(row.contact_id is None for row in rows):  # she was erased
            await asyncio.to_thread(self.writer.truncate_log)

    def _step(self, heard: Heard, session: Session) -> list[Outgoing]:
        return self.inbox.handle(session, heard, self.now())

    def _silence(self, heard: Heard, notice: bool, session: Session) -> list[Outgoing]:
        return self.inbox.set_aside(session, heard, SLOW_DOWN if notice else None, self.now())

    async def _try_again(self, heard: Heard, problem: Exception) -> list[Outgoing]:
        """Try a failed step alone, counted before it runs, so that even a crash in it is counted."""
        while True:
            log.error("step failed", channel=heard.channel, message=heard.message_id, error=type(problem).__name__)
            if await self.writer.run(partial(self._count, heard)) >= TRIES:
                return await self.writer.run(partial(self._quarantine, heard, problem))
            try:
                return await self.writer.run(partial(self._step, heard))
            except TROUBLE:
                raise
            except Exception as again:
                problem = again

    def _count(self, heard: Heard, session: Session) -> int:
        key = (heard.channel, heard.account, heard.message_id)
        failed = session.get(FailedStep, key)
        if failed is None:
            failed = FailedStep(channel=key[0], account=key[1], message_id=key[2], attempts=0, at=self.now())
            session.add(failed)
        failed.attempts += 1
        return failed.attempts

    def _quarantine(self, heard: Heard, problem: Exception, session: Session) -> list[Outgoing]:
        log.error("message quarantined", channel=heard.channel, message=heard.message_id)
        body = {"kind": heard.kind.value, "text": heard.text, "action": heard.action}
        session.add(
            QuarantinedMessage(
                channel=heard.channel, account=heard.account, message_id=heard.message_id, address=heard.address,
                body=body, error=type(problem).__name__, at=self.now(),
            )
        )  # fmt: skip
        return self.inbox.set_aside(session, heard, APOLOGY, self.now())

    def _over_limit(self, heard: Heard) -> int:
        """0 within the limit; 1 for the first message over it, 2 for those after."""
        now, key = time.monotonic(), (heard.channel, heard.address)
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] < now - 60:
            recent.popleft()
        recent.append(now)
        if len(self._recent) > 10_000:
            self._recent = {k: times for k, times in self._recent.items() if times and times[-1] > now - 60}
        if self.per_minute <= 0 or len(recent) <= self.per_minute:
            return 0
        return 1 if len(recent) == self.per_minute + 1 else 2
