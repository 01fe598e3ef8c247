"""The sender: takes committed rows, sends them in order for each contact, and hands the results to be written down.

It alone decides what a failure means. It never sends what was not committed as `sending` before.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot.channels.base import Channel, ChannelDown, NotSent, Parcel, Rejected, Sent, TryLater, Uncertain
from bot.conversation.reply import Reply
from bot.conversation.texts import address
from bot.delivery.claims import Terms, claim
from bot.delivery.inbox import Outgoing
from bot.delivery.pacing import DEFAULT_PAUSE, Pacer
from bot.delivery.results import Ledger, Result
from bot.delivery.writer import TROUBLE, Writer
from models.messages import MessageClass
from models.programme import Programme

log = structlog.get_logger()

#: The window closes a little earlier for us than for the provider: a send takes time.
WINDOW_MARGIN = timedelta(minutes=5)
#: Most messages of one channel on their way at once.
IN_FLIGHT = 200
#: Most results written in one commit.
BATCH = 500
#: How often the outbox is looked at when nothing wakes the sender, in seconds (`rules.md`: within 1 s).
POLL = 0.5
#: How long a channel whose account is refused rests before it is tried again, in seconds.
DOWN_FOR = 60.0


@dataclass(eq=False)
class Lane:
    """One channel with its pace, and the messages on their way to each of its addresses, in order."""

    channel: Channel
    pacer: Pacer
    chains: dict[str, deque[Outgoing]] = field(default_factory=dict)
    asks_provider: bool = False  #: the provider can say what became of an uncertain send
    down: bool = False


class Sender:
    """Sends what the outbox holds, on any number of channels."""

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        writer: Writer,
        ledger: Ledger,
        programme: Programme,
        now: Callable[[], datetime],
        alarm: Callable[[str, str], None] = lambda channel, reason: None,
    ) -> None:
        """`lanes` by channel name. `alarm` is told once when a channel goes down."""
        self.lanes, self._writer, self._ledger = lanes, writer, ledger
        self._programme, self._now, self._alarm = programme, now, alarm
        self._wake, self._done = asyncio.Event(), asyncio.Event()
        self._results: list[Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send committed rows at once, each contact's in order. Called in the event loop."""
        for row in rows:
            lane = self.lanes.get(row.channel)
            if lane is None:
                self._finish(row, TryLater("no_channel", 60, counts=False))
                continue
            chain = lane.chains.get(row.address)
            if chain is not None:
                chain.append(row)
                continue
            lane.chains[row.address] = deque([row])
            self._spawn(self._work(lane, row.address))

    def wake(self) -> None:
        """Something new may be due. Safe from the event loop only."""
        self._wake.set()

    async def run(self) -> None:
        """Claim and send until stopped; write results down as they come."""
        recorder = asyncio.create_task(self._record_results())
        try:
            while not self._stopping:
                claimed = 0
                for name, lane in self.lanes.items():
                    claimed += await self._claim(name, lane)
                if not claimed:
                    await self._rest()
        finally:
            await self._drain(recorder)

    def stop(self) -> None:
        """Claim nothing more; `run` ends when what is on its way has come back."""
        self._stopping = True
        self._wake.set()

    async def _claim(self, name: str, lane: Lane) -> int:
        room, at = IN_FLIGHT - len(lane.chains), time.monotonic()
        if room <= 0 or at < lane.pacer.paused_until:
            return 0
        terms = Terms(
            name, self._ledger.owner, self._programme, lane.asks_provider, frozenset(lane.chains),
            chat_wait=lambda chat: lane.pacer.chat_wait(chat, time.monotonic()),
        )  # fmt: skip
        others = min(room, lane.pacer.free(at))
        try:
            rows = await self._writer.run(lambda session: claim(session, terms, self._now(), room, others))
        except Exception as problem:  # the database's trouble is not the sender's: nothing was claimed, try again
            log.warning("claim failed", channel=name, error=type(problem).__name__)
            return 0
        for row in rows:
            if row.message_class is not MessageClass.REPLY:
                lane.pacer.started_by_us(row.address, time.monotonic())
        self.take(rows)
        return len(rows)

    async def _rest(self) -> None:
        waits = [lane.pacer.next_free(time.monotonic()) for lane in self.lanes.values()]
        pause = min([POLL, *(max(wait, 0.02) for wait in waits if wait > 0)])
        try:
            await asyncio.wait_for(self._wake.wait(), pause)
        except TimeoutError:
            return
        self._wake.clear()

    async def _work(self, lane: Lane, address_: str) -> None:
        """Send one contact's messages in order. A reply that must wait holds back those behind it."""
        chain = lane.chains[address_]
        while chain:
            row = chain.popleft()
            outcome = await self._send(lane, row)
            self._finish(row, outcome)
            if isinstance(outcome, TryLater | Uncertain):
                for behind in chain:
                    self._finish(behind, TryLater("waits_for_earlier", 0, counts=False))
                chain.clear()
        del lane.chains[address_]

    async def _send(self, lane: Lane, row: Outgoing) -> Sent | NotSent:
        paused = lane.pacer.paused_until - time.monotonic()
        if paused > 0:
            return TryLater("paused", paused, counts=False)
        try:
            parcel = self._parcel(lane.channel, row)
            if row.uncertain_episodes and lane.asks_provider and (known := await lane.channel.reconcile(parcel)):
                return Sent(known)
            if row.message_class is MessageClass.REPLY:
                lane.pacer.started(time.monotonic())
            sent = await lane.channel.send(parcel)
            lane.down = False
            return sent
        except NotSent as outcome:
            return self._judged(lane, outcome)
        except Exception as problem:  # our own mistake in wording a row must not stop the others
            log.error("message could not be worded", row=row.id, error=type(problem).__name__)
            return Rejected("unsendable")

    def _judged(self, lane: Lane, outcome: NotSent) -> NotSent:
        """What a failure means for the whole sender."""
        if isinstance(outcome, ChannelDown):
            if not lane.down:
                lane.down = True
                self._alarm(lane.channel.name, outcome.reason)
            lane.pacer.pause(time.monotonic() + DOWN_FOR)
            return TryLater(outcome.reason, DOWN_FOR, counts=False)
        if isinstance(outcome, TryLater) and outcome.pause_all:
            lane.pacer.pause(time.monotonic() + (outcome.after or DEFAULT_PAUSE))
        return outcome

    def _parcel(self, channel: Channel, row: Outgoing) -> Parcel:
        reply = Reply.from_json(row.content)
        spoken = Reply.from_json({**row.content, "values": {**address(row.honorific, row.name), **reply.values}})
        hours, now = channel.window_hours, self._now()
        is_open = hours is None or (
            row.last_heard_at is not None and now - row.last_heard_at < timedelta(hours=hours) - WINDOW_MARGIN
        )
        return Parcel(row.address, spoken, row.language, row.token, now, is_open, row.edits, row.created_at)

    def _finish(self, row: Outgoing, outcome: Sent | NotSent) -> None:
        self._results.append(Result(row, outcome, self._now()))
        self._done.set()

    async def _record_results(self) -> None:
        """Write results down in batches: whatever came back while the last batch was being committed."""
        while True:
            await self._done.wait()
            self._done.clear()
            await self._record(self._results)

    async def _record(self, waiting: list[Result]) -> None:
        while waiting:
            batch = waiting[:BATCH]
            try:
                await self._writer.run(partial(self._written, batch))
            except TROUBLE as problem:  # a locked or full disk: the results are kept and written when it heals
                log.warning("results not written yet", count=len(batch), error=type(problem).__name__)
                await asyncio.sleep(0.5)
                continue
            except Exception:  # one of them cannot be written: it alone, so that it does not hold back the others
                for result in batch:
                    await self._record_alone(result)
            del waiting[: len(batch)]
            self._wake.set()

    async def _record_alone(self, result: Result) -> None:
        """Write one result; one that cannot be written leaves its row uncertain at the next start."""
        try:
            await self._writer.run(partial(self._written, [result]))
        except Exception as problem:
            log.error("result not written", row=result.outgoing.id, error=type(problem).__name__)

    def _written(self, batch: list[Result], session: Session) -> None:
        self._ledger.record(session, batch)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, recorder: "asyncio.Task[None]") -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
        recorder.cancel()
        await self._record(self._results)
