"""Receiving a message at the edge: its step through the writer, the replies to the sender, and what if a step fails.

A step that keeps failing is quarantined after the third try and acknowledged, so that one poisonous message never stops
the others; she gets a plain apology.
"""

import asyncio
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard
from bot.conversation.reply import Reply
from bot.delivery import crash_points
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.sender import Sender
from bot.delivery.writer import TROUBLE, Lane, Writer
from models import outbox
from models.messages import FailedStep, InboxEntry, QuarantinedMessage

log = structlog.get_logger()

#: Tries of one message before it is set aside (`faults.md`).
TRIES = 3
#: For so long after a run that ended badly every step is counted before it runs, in seconds.
CAUTIOUS_FOR = 120.0
#: The folder of the program's packages.
_ROOT = Path(__file__).parents[2]
#: Lines of code written down of a step that failed.
FRAMES = 4
APOLOGY, SLOW_DOWN = Reply("other.apology"), Reply("other.slow_down")


async def _unchanged(heard: Heard) -> Heard:
    return heard


@dataclass
class Receiver:
    """The function every channel is handed: returns after the commit, raises when nothing was stored.

    `understand` attaches what a message means, before its step, so that the writer waits for no reading. One that comes
    again is read again.
    """

    inbox: Inbox
    writer: Writer
    sender: Sender
    now: Callable[[], datetime]
    per_minute: int = 60
    understand: Callable[[Heard], Awaitable[Heard]] = _unchanged
    cautious_until: float = 0.0  #: until then, in monotonic seconds, a step is counted before it runs
    _recent: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    #: Of each address the last message under way, which waits for those before it.
    _last: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _left_waiting: bool = False  #: a step has written a row that waits for the sender
    #: Only one step at a time is counted and tried, so that the one that ends the process is the only one counted.
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def be_cautious(self) -> None:
        """The last run ended in the middle of something: perhaps a message did that, and it will come again."""
        self.cautious_until = time.monotonic() + CAUTIOUS_FOR

    async def receive(self, heard: Heard) -> None:
        """Handle one message and send what it is answered with; one of each address at a time, in order of arrival.

        It is handled to the end even if the caller is ended before: what was committed meanwhile is sent.
        """
        address = heard.channel, heard.address
        task = asyncio.create_task(self._after(self._last.get(address), heard))
        self._last[address] = task
        task.add_done_callback(partial(self._over, address))
        await asyncio.shield(task)

    async def settled(self) -> None:
        """Return when all that was taken in is handled and its replies are with the sender."""
        while self._last:
            await asyncio.wait(self._last.values())

    async def _after(self, before: "asyncio.Task[None] | None", heard: Heard) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._receive(heard)

    def _over(self, address: tuple[str, str], task: "asyncio.Task[None]") -> None:
        if self._last.get(address) is task:
            del self._last[address]

    async def _receive(self, heard: Heard) -> None:
        over = self._over_limit(heard)
        if over == 0:
            heard = await self._understood(heard)
        step = partial(self._step, heard) if over == 0 else partial(self._silence, heard, over == 1)
        try:
            if over == 0 and time.monotonic() < self.cautious_until:
                rows = await self._try_counted(heard)
            else:
                rows = await self.writer.run(step, Lane.CONVERSATION)
        except TROUBLE:
            raise  # the database's trouble, not the message's: the provider sends it again
        except Exception as problem:
            _log_failure(heard, problem)
            rows = await self._try_counted(heard, TRIES - 1)  # a group may have been run twice already
        crash_points.at("inbox.after_commit")
        self.sender.take(rows)
        if self._left_waiting:
            self._left_waiting = False
            self.sender.wake()
        if any(row.contact_id is None for row in rows):  # she was erased
            await asyncio.to_thread(self.writer.truncate_log)

    async def _understood(self, heard: Heard) -> Heard:
        """The message with its meaning; without one if the reading fails, since an answer is better than none."""
        try:
            return await self.understand(heard)
        except Exception as problem:
            log.error("not understood", channel=heard.channel, message=heard.message_id, error=type(problem).__name__)
            return heard

    def _step(self, heard: Heard, session: Session) -> list[Outgoing]:
        rows = self.inbox.handle(session, heard, self.now())
        self._left_waiting = outbox.waits(session) or self._left_waiting
        crash_points.at("inbox.before_commit")
        return rows

    def _counted_step(self, heard: Heard, session: Session) -> list[Outgoing]:
        rows = self._step(heard, session)
        session.execute(sa.delete(FailedStep).where(*_of(FailedStep, heard)))
        return rows

    def _silence(self, heard: Heard, notice: bool, session: Session) -> list[Outgoing]:
        return self.inbox.set_aside(session, heard, SLOW_DOWN if notice else None, self.now())

    async def _try_counted(self, heard: Heard, tries: int = TRIES) -> list[Outgoing]:
        """Try a step alone, counted before it runs, so that even one that ends the process is counted."""
        async with self._alone:
            return await self._tried_alone(heard, tries)

    async def _tried_alone(self, heard: Heard, tries: int) -> list[Outgoing]:
        problem: BaseException | None = None
        while True:
            if await self.writer.run(partial(self._count, heard), Lane.SUSPECT) >= tries:
                return await self.writer.run(partial(self._quarantine, heard, problem), Lane.SUSPECT)
            try:
                return await self.writer.run(partial(self._counted_step, heard), Lane.SUSPECT)
            except TROUBLE:
                raise
            except Exception as again:
                problem = again
                _log_failure(heard, problem)

    def _count(self, heard: Heard, session: Session) -> int:
        key = (heard.channel, heard.account, heard.message_id)
        failed = session.get(FailedStep, key)
        if failed is None:
            failed = FailedStep(channel=key[0], account=key[1], message_id=key[2], attempts=0, at=self.now())
            session.add(failed)
        failed.attempts += 1
        return failed.attempts

    def _quarantine(self, heard: Heard, problem: BaseException | None, session: Session) -> list[Outgoing]:
        if session.execute(sa.select(InboxEntry.at).where(*_of(InboxEntry, heard))).first():
            return []  # handled before; only its count was left
        log.error("message quarantined", channel=heard.channel, message=heard.message_id)
        session.add(
            QuarantinedMessage(
                channel=heard.channel, account=heard.account, message_id=heard.message_id, address=heard.address,
                body=_body(heard), error=type(problem).__name__ if problem else "ended_the_process", at=self.now(),
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


def _of(table: type[FailedStep | InboxEntry], heard: Heard) -> tuple[sa.ColumnElement[bool], ...]:
    """The row of this message in a table keyed like the inbox."""
    key = table.channel == heard.channel, table.account == heard.account
    return *key, table.message_id == heard.message_id


def _body(heard: Heard) -> dict[str, Any] | None:
    """What is kept of a message set aside. Of violence nothing is, nor of words that nobody has read: they may tell of it."""
    unread = heard.text is not None and heard.meaning is None
    if unread or (heard.meaning is not None and heard.meaning.danger is not None):
        return None
    return {"kind": heard.kind.value, "text": heard.text, "action": heard.action}


def _log_failure(heard: Heard, problem: BaseException) -> None:
    """With our lines of code that led there, the innermost last; what the problem says may be her words, and is left out."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(problem.__traceback__)]
    ours = [f"{path.relative_to(_ROOT)}:{line}" for path, line in frames if path.is_relative_to(_ROOT)]
    where = [line for line in ours if not line.startswith(".")][-FRAMES:]
    error = type(problem).__name__
    log.error("step failed", channel=heard.channel, message=heard.message_id, error=error, where=where)
