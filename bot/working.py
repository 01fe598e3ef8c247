"""`berdaya work`: what happens by itself, in any number of processes. Each sweep and each sender's delivery is in one of
them at a time; which one, Procrastinate decides, and the sender's row in the database is the fence.
"""

import asyncio
import contextlib
import logging
import secrets
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot import pictures
from bot.app import Berdaya, sweeps_of
from bot.channels.base import NotSent
from bot.cluster import address_of, keeping_in_step, key_of, shares_its_pace, wind_down
from bot.delivery.lanes import Lane
from bot.delivery.shared_pacing import SharedPacer
from bot.delivery.writer import TROUBLE
from bot.jobs.clock import EVERY
from bot.jobs.cluster import GRACE, Cluster, Work
from bot.running import LOOK_FOR_MISSED, MISSED_AT_START, MISSED_LATER
from models import senders
from models.senders import SenderKey

log = structlog.get_logger()

#: How long one process delivers for a sender before another may, in seconds.
SLICE = 300.0
#: How often pictures that wait are fetched, in seconds.
PICTURES = 2
#: After taking over from another process nothing is started for so long: it may have used up its last second's rate.
SETTLE = 1.05


class Working:
    """One process that works."""

    def __init__(self, app: Berdaya) -> None:
        self.app, self.stopping = app, asyncio.Event()
        self._turns = {name: asyncio.Lock() for name in app.sender.lanes}

    async def until_stopped(self) -> None:
        """Work until SIGTERM or SIGINT; then claim nothing more, and let what is on its way arrive."""
        app = self.app
        pacers = shares_its_pace(app)
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, self.stopping.set)
        app.writer.start()
        _hush()
        sender = asyncio.create_task(app.sender.run())
        others = [*keeping_in_step(app, pacers), asyncio.create_task(self._missed(MISSED_AT_START))]
        cluster = Cluster(address_of(app.database), self._work())
        worker = asyncio.create_task(cluster.run())
        log.info("working")
        await self.stopping.wait()
        cluster.stop()
        await asyncio.wait([worker], timeout=GRACE)
        await wind_down(app, sender, [worker, *others])

    def _work(self) -> Work:
        app = self.app
        sweeps: dict[str, tuple[int, Callable[[], Awaitable[object]]]] = {
            name: (EVERY[name], sweep) for name, sweep in sweeps_of(app).items()
        }
        sweeps["pictures"] = (PICTURES, partial(pictures.fetch_all, app))
        if app.whatsapp:
            sweeps["missed"] = (int(LOOK_FOR_MISSED), partial(self._missed, MISSED_LATER))
        accounts = [(channel.name, channel.account) for channel in app.channels.values()]
        return Work(sweeps, accounts, self.deliver)

    async def deliver(self, channel: str, account: str) -> None:
        """Claim and send for one sender: for a while, until stopped, or until another has taken it over."""
        lane = self.app.sender.lanes.get(channel)
        if lane is None or lane.channel.account != account:
            log.error("not ours to deliver", channel=channel)
            return
        async with self._turns[channel]:
            if self.stopping.is_set():
                return
            try:
                await self._deliver(lane)
            except TROUBLE as problem:
                log.warning("delivery not taken", channel=channel, error=type(problem).__name__)

    async def _deliver(self, lane: Lane) -> None:
        key, lost = key_of(lane.channel), threading.Event()
        holder = f"{self.app.inbox.owner}:{secrets.token_hex(4)}"
        before = await self.app.writer.run(partial(_taken, key, holder))
        log.info("delivers", channel=key.channel)
        if before and not before.startswith(self.app.inbox.owner):
            await asyncio.sleep(SETTLE)
        lane.fence = partial(_still_ours, key, holder, lost)
        self._hold(lane, True)
        try:
            await self._until_over(lost)
        finally:
            self._hold(lane, False)
            await self.app.sender.give_up(lane)

    def _hold(self, lane: Lane, held: bool) -> None:
        lane.claims = held
        assert isinstance(lane.pacer, SharedPacer)
        lane.pacer.holding = held
        self.app.sender.wake()

    async def _until_over(self, lost: threading.Event) -> None:
        until = time.monotonic() + SLICE
        while time.monotonic() < until and not lost.is_set() and not self.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), 0.2)

    async def _missed(self, back: timedelta) -> None:
        """WhatsApp messages that did not reach us, by Twilio's own list."""
        if self.app.whatsapp is None:
            return
        try:
            for heard in await self.app.whatsapp.missed(self.app.clock() - back):
                await self.app.receiver.receive(heard)
        except NotSent as problem:
            log.warning("missed messages not listed", reason=problem.reason)


def _hush() -> None:
    """What these libraries would say, we say ourselves, in one line and without the words of an error."""
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def _taken(key: SenderKey, holder: str, session: Session) -> str | None:
    return senders.take(session, key, holder, senders.clock_of(session))


def _still_ours(key: SenderKey, holder: str, lost: threading.Event, session: Session) -> bool:
    """The fence: asked in the transaction of every claim, so that one who was taken for dead claims nothing more."""
    if senders.holds(session, key, holder):
        return True
    lost.set()
    return False
