"""`berdaya run`: everything in one process, from the lock to the last message drained.

Order matters: lock, tables, recovery, sender, channels, clock, web. Stopping goes the other way round.
"""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
import uvicorn

from bot import pictures
from bot.app import Berdaya
from bot.channels.base import Channel, NotSent
from bot.delivery.results import recover
from bot.delivery.writer import TROUBLE
from bot.doors import web_app
from bot.lock import FileLock, Lock, ServerLock
from bot.opening import opened
from bot.sample import seed
from bot.settings import is_trial
from models import migrations
from models.runs import begun, ended

log = structlog.get_logger()

#: How far back WhatsApp's list of inbound messages is read at start, and again and again after.
MISSED_AT_START, MISSED_LATER = timedelta(hours=24), timedelta(minutes=15)
#: How often missed WhatsApp messages are looked for, in seconds.
LOOK_FOR_MISSED = 180.0


#: How long a port may be held by a program that was just killed, in seconds.
PORT_PATIENCE = 1.0


class PortTaken(Exception):
    """Another program listens on this port, or this machine has no such address."""


class Running:
    """One run of the program."""

    def __init__(self, app: Berdaya, greet: Callable[[], None] = lambda: None, starts: int = 1) -> None:
        """`greet` is called once the database and the port are ours. `starts` counts this one among those of its parent."""
        self.app, self._greet = app, greet
        self.stopping = asyncio.Event()
        self._lock = _lock_of(app)
        self._tasks: list[asyncio.Task[Any]] = []
        self._starts = starts

    async def until_stopped(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`.

        Raises AlreadyRunning when another run holds the database, PortTaken when another program has the port.
        """
        if self._lock:
            self._lock.acquire()
        try:
            self._listener = listening(self.app.config.web.host, self.app.config.web.port)
            self._prepare()
            self._greet()
            for name in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(name, self.stop)
            await self._work()
        finally:
            if self._lock:
                self._lock.release()

    def stop(self) -> None:
        """End the run: take nothing new in, let what is on its way arrive."""
        self.stopping.set()

    def _prepare(self) -> None:
        migrations.upgrade(self.app.database)
        if is_trial(self.app.config):
            seed(self.app.database, self.app.clock())
        self.app.writer.start()

    async def _work(self) -> None:
        app = self.app
        lost = await app.writer.run(
            lambda session: recover(session, app.clock(), everything=isinstance(self._lock, FileLock))
        )
        if await app.writer.run(lambda session: begun(session, app.clock())) or self._starts > 1:
            app.receiver.be_cautious()
        log.info("started", uncertain=lost)
        sender = asyncio.create_task(app.sender.run())
        server = Server(uvicorn.Config(web_app(app), **UVICORN))
        web = asyncio.create_task(server.serve(sockets=[self._listener]))
        web.add_done_callback(lambda task: self.stop())
        for channel in app.channels.values():
            self._start(self._serve_channel(channel))
        self._start(pictures.fetching(app, self.stopping))
        app.ticker.start()
        self._start(app.ticker.all_now())
        await self.stopping.wait()
        await self._wind_down(server, web, sender)

    async def _wind_down(self, server: uvicorn.Server, web: "asyncio.Task[None]", sender: "asyncio.Task[None]") -> None:
        app = self.app
        app.ticker.stop()
        if app.simulator:
            app.simulator.screens.close()  # open pages would keep the web server waiting
        server.should_exit = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(web, *self._tasks, return_exceptions=True)
        await app.receiver.settled()
        app.sender.stop()
        await asyncio.gather(sender, return_exceptions=True)
        for channel in app.channels.values():
            with contextlib.suppress(NotSent, OSError):
                await channel.close()
        await app.listening.close()
        with contextlib.suppress(sa.exc.SQLAlchemyError):  # then the next start is merely cautious
            await app.writer.run(ended)
        await asyncio.to_thread(app.writer.stop)
        app.database.dispose()
        if web.done() and not web.cancelled() and web.exception():
            raise SystemExit(1)

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _serve_channel(self, channel: Channel) -> None:
        """Open a channel, trying again while its provider is away, and take in what it brings."""
        await opened(channel)
        if channel is self.app.telegram and self.app.config.telegram.mode == "polling":
            await self.app.telegram.poll(self.app.receiver.receive)
        if channel is self.app.whatsapp:
            await self._look_for_missed()

    async def _look_for_missed(self) -> None:
        whatsapp, complete = self.app.whatsapp, self.app.clock() - MISSED_AT_START
        while whatsapp:
            began = self.app.clock()
            try:
                for heard in await whatsapp.missed(min(complete, began - MISSED_LATER)):
                    await self.app.receiver.receive(heard)
                complete = began
            except NotSent as problem:
                log.warning("missed messages not listed", reason=problem.reason)
            except TROUBLE as problem:  # all of it again, back to the last time it was complete
                log.warning("missed messages not stored", error=type(problem).__name__)
            await asyncio.sleep(LOOK_FOR_MISSED)


class Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: this program stops in its own order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave signals alone."""
        yield


UVICORN: dict[str, Any] = {
    "log_config": None, "access_log": False, "server_header": False, "timeout_graceful_shutdown": 5,
}  # fmt: skip


def listening(host: str, port: int) -> socket.socket:
    """The port, taken before anything else happens. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        _bound(listener, host, port)
        listener.listen(2048)
    except OSError as problem:
        listener.close()
        raise PortTaken(f"{host}:{port}: {problem.strerror}") from None
    return listener


def _bound(listener: socket.socket, host: str, port: int) -> None:
    """Bind, with a little patience for a program that was killed a moment ago. Raises OSError."""
    until = time.monotonic() + PORT_PATIENCE
    while True:
        try:
            return listener.bind((host, port))
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _lock_of(app: Berdaya) -> Lock | None:
    """What keeps a second run away: a lock beside the SQLite file, or one in the server."""
    url = app.database.url
    if url.get_backend_name() != "sqlite":
        return ServerLock(app.database)
    return FileLock(Path(url.database)) if url.database else None
