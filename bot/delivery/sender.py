"""The sender: takes committed rows, sends them in order for each contact, and hands the results to be written down.

It alone decides what a failure means. It never sends what was not committed as `sending` before.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot.channels.base import ChannelDown, NotSent, Rejected, Sent, TryLater, Uncertain
from bot.delivery import crash_points
from bot.delivery.claims import Terms, claim
from bot.delivery.inbox import LEASE, Outgoing
from bot.delivery.lanes import IN_FLIGHT, Lane
from bot.delivery.pacing import DEFAULT_PAUSE
from bot.delivery.recording import Recorder
from bot.delivery.results import Ledger, Result
from bot.delivery.wording import Wording
from bot.delivery.writer import Writer
from models.messages import MessageClass
from models.people_limit import people_left
from models.programme import Programme

log = structlog.get_logger()

#: Most messages the program starts in one claim: conversations wait for the writer no longer than it takes.
CLAIMED = 64
#: With fewer free places than this part of all, no claim is made: many small ones would cost more than they bring.
WORTH = 0.25
#: A lease must last longer than the longest send: a message that has waited longer than this is handed back, in seconds.
STARTS_WITHIN = LEASE.total_seconds() - 20.0
#: After a claim that found nothing the next one is at least so much later, in seconds.
NOTHING_FOR = 0.05
#: How often the people written to outside their window are counted, in seconds.
RECOUNT = 10.0
#: How often the outbox is looked at when nothing wakes the sender, in seconds (`rules.md`: within 1 s).
POLL = 0.5
#: How long a channel whose account is refused rests before it is tried again, in seconds.
DOWN_FOR = 60.0


#: What becomes of a reply behind one that must be tried again.
_WAITS = TryLater("waits_for_earlier", 0, counts=False)


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
        self._wake = asyncio.Event()
        self._recorder, self._wording = Recorder(writer, ledger, self._written), Wording()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping, self._nothing_until = False, 0.0
        self._expects = True  #: something may be due that no claim could take yet

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send committed rows at once, each contact's in order. Called in the event loop."""
        for row in rows:
            lane = self.lanes.get(row.channel)
            if lane is None:
                self._finish(row, TryLater("no_channel", 60, counts=False))
                continue
            if lane.behind[row.address]:
                self._finish(row, _WAITS)
                continue
            chain = lane.chains.get(row.address)
            if chain is not None:
                chain.append(row)
                continue
            lane.chains[row.address] = deque([row])
            self._spawn(self._work(lane, row.address))

    def wake(self) -> None:
        """Something new may be due. Safe from the event loop only."""
        self._expects = True
        self._wake.set()

    async def run(self) -> None:
        """Claim and send until stopped; write results down as they come."""
        recorder = asyncio.create_task(self._recorder.run())
        pumps = [asyncio.create_task(self._start_evenly(lane)) for lane in self.lanes.values()]
        try:
            while not self._stopping:
                claimed = 0
                for name, lane in self.lanes.items():
                    claimed += await self._claim(name, lane)
                if not claimed:
                    self._expects = self._wake.is_set() or (self._expects and self._is_busy)
                    await self._rest()
        finally:
            for pump in pumps:
                pump.cancel()
            await self._drain(recorder)

    async def give_up(self, lane: Lane) -> None:
        """Claim nothing more on one channel; return when what is on its way has come back, or after its lease."""
        lane.claims = False
        self._hand_back(lane, 0)
        until = time.monotonic() + LEASE.total_seconds()
        while lane.chains and time.monotonic() < until:  # noqa: ASYNC110  it takes milliseconds, and hardly ever happens
            await asyncio.sleep(0.02)

    def stop(self) -> None:
        """Claim nothing more; `run` ends when what is on its way has come back."""
        self._stopping = True
        self._wake.set()

    async def _claim(self, name: str, lane: Lane) -> int:
        room, at = lane.room, time.monotonic()
        if not lane.claims or room < IN_FLIGHT * WORTH or at < lane.pacer.paused_until:
            return 0
        if self._recorder.waiting > IN_FLIGHT:  # what a crash would leave uncertain stays bounded
            return 0
        others = min(room, CLAIMED, lane.ahead(at))
        step = partial(self._claimed, name, lane, room, others)
        try:
            rows = await self._writer.run(step)
        except Exception as problem:  # the database's trouble is not the sender's: nothing was claimed, try again
            log.warning("claim failed", channel=name, error=type(problem).__name__)
            return 0
        crash_points.at("claim.after_commit")
        lane.more = others > 0 and len(rows) >= others
        if not rows and others > 0:
            self._nothing_until = time.monotonic() + NOTHING_FOR
        self.take([row for row in rows if row.message_class is MessageClass.REPLY])
        lane.waiting.extend(row for row in rows if row.message_class is not MessageClass.REPLY)
        lane.ready.set()
        if not lane.claims:  # given up meanwhile
            self._hand_back(lane, 0)
        return len(rows)

    def _claimed(self, name: str, lane: Lane, replies: int, others: int, session: Session) -> list[Outgoing]:
        """One claim, in the writer's thread."""
        if not lane.fence(session):
            return []
        now = self._now()
        if lane.people_a_day and time.monotonic() - lane.counted_at > RECOUNT:
            lane.people_left = people_left(session, now, name, lane.people_a_day)
            lane.counted_at = time.monotonic()
        terms = Terms(
            name, self._ledger.owner, self._programme, lane.asks_provider, lane.busy,
            chat_wait=lambda chat: lane.pacer.chat_wait(chat, time.monotonic()), people_left=lane.people_left,
        )  # fmt: skip
        rows = claim(session, terms, now, replies, others)
        if lane.people_left is not None:
            started = sum(1 for row in rows if row.outside_window and row.message_class is not MessageClass.REPLY)
            lane.people_left -= started
        return rows

    async def _start_evenly(self, lane: Lane) -> None:
        """Start what was claimed at the lane's pace; replies do not pass here."""
        while True:
            await lane.ready.wait()
            if not lane.waiting:
                lane.ready.clear()
                continue
            at = time.monotonic()
            if at < lane.pacer.paused_until:
                self._hand_back(lane, lane.pacer.paused_until - at)
                continue
            for _ in range(min(lane.pacer.free(at), len(lane.waiting))):
                row = lane.waiting.popleft()
                lane.pacer.started_by_us(row.address, at)
                self.take([row])
            if len(lane.waiting) <= lane.ahead(at):
                self._wake.set()
            if lane.waiting:
                await asyncio.sleep(max(lane.pacer.next_free(time.monotonic()), 0.001))

    def _hand_back(self, lane: Lane, pause: float) -> None:
        while lane.waiting:
            self._finish(lane.waiting.popleft(), TryLater("paused", pause, counts=False))

    @property
    def _is_busy(self) -> bool:
        return any(lane.busy for lane in self.lanes.values())

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL)
        except TimeoutError:
            return
        await asyncio.sleep(max(self._nothing_until - time.monotonic(), 0))
        self._wake.clear()

    async def _work(self, lane: Lane, address_: str) -> None:
        """Send one contact's messages in order. A reply that must wait holds back those behind it."""
        chain = lane.chains[address_]
        while chain:
            row = chain.popleft()
            outcome = await self._send(lane, row)
            self._finish(row, outcome)
            if isinstance(outcome, TryLater | Uncertain):
                lane.behind[row.address] += 1  # until that is written down, nothing overtakes it
                for behind in chain:
                    self._finish(behind, _WAITS)
                chain.clear()
        del lane.chains[address_]
        if lane.more and not lane.waiting and lane.room >= IN_FLIGHT * WORTH:
            self._wake.set()

    async def _send(self, lane: Lane, row: Outgoing) -> Sent | NotSent:
        at = time.monotonic()
        if (paused := lane.pacer.paused_until - at) > 0:
            return TryLater("paused", paused, counts=False)
        if at - row.since > STARTS_WITHIN:  # another may hold the lease before the answer is here
            return TryLater("lease_over", 0, counts=False)
        try:
            parcel = self._wording.parcel(lane.channel, row, self._now())
            if row.uncertain_episodes and lane.asks_provider and (known := await lane.channel.reconcile(parcel)):
                return Sent(known)
            if row.message_class is MessageClass.REPLY:
                lane.pacer.started(at)
            crash_points.at("send.before")
            sent = await lane.channel.send(parcel)
            crash_points.at("send.after")
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
            if not outcome.counts:
                lane.pacer.slow_down(time.monotonic())
        return outcome

    def _finish(self, row: Outgoing, outcome: Sent | NotSent) -> None:
        self._recorder.take(Result(row, outcome, self._now()))

    def _written(self, written: Sequence[Result]) -> None:
        """What must be tried again stands in the outbox now, which keeps the order from here on.

        A claim costs as much as a step: where nothing is known to wait behind these, there is none.
        """
        for result in written:
            lane = self.lanes.get(result.outgoing.channel)
            if lane and isinstance(result.outcome, TryLater | Uncertain) and result.outcome is not _WAITS:
                lane.behind -= Counter([result.outgoing.address])
        again = any(not isinstance(result.outcome, Sent) for result in written)
        if again or self._expects or any(lane.more for lane in self.lanes.values()):
            self._wake.set()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, recorder: "asyncio.Task[None]") -> None:
        for lane in self.lanes.values():
            self._hand_back(lane, 0)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
        recorder.cancel()
        await self._recorder.finish()
