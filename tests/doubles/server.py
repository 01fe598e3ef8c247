"""A real HTTP server on 127.0.0.1 in a thread of its own, for tests with and without an event loop.

Here lives the running of a double. What it answers is the double's business (`telegram.py`, `twilio.py`).
"""

import asyncio
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

T = TypeVar("T")
HOST = "127.0.0.1"
LARGEST_REQUEST = 60 * 1024 * 1024  #: bytes


def is_loopback(url: str) -> bool:
    """Whether a double may send there: plain or TLS, to this machine only."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in (HOST, "localhost", "::1")


def drop(request: web.Request) -> web.Response:
    """Reset the connection (RST, nothing flushed) instead of answering; what is returned goes nowhere."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


class Server(ABC):
    """Use it as `with` or `async with`. State is touched in its own loop; `in_loop` brings an act there."""

    def __init__(self, port: int = 0) -> None:
        """`port` 0 takes a free one, known after opening."""
        self.port = port
        self.changed = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    def application(self) -> web.Application:
        """The routes, built anew at each opening."""

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.open)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def open(self) -> Self:
        """Start the thread and listen."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._thread.start()
        self._wait(self._start())
        return self

    def close(self) -> None:
        """Stop listening, drop what is under way, end the thread."""
        if self._loop is None or self._thread is None:
            return
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._loop = self._thread = None

    def goes_away(self) -> None:
        """Refuse connections from now on and cut the open ones; what is known stays known."""
        self._wait(self._silence())

    def comes_back(self) -> None:
        """Listen again on the same port."""
        self._wait(self._listen())

    def in_loop(self, act: Callable[[], T]) -> T:
        """Run a function in the server's loop and hand back its result."""
        if self._loop is None or threading.current_thread() is self._thread:
            return act()

        async def run() -> T:
            return act()

        return self._wait(run())

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something that goes on by itself until it ends or the server closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def tell_waiters(self) -> None:
        """Something changed that a test may be waiting for."""
        with self.changed:
            self.changed.notify_all()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise RuntimeError("the double is not open: use it in a `with`")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> None:
        self.closing = asyncio.Event()
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        self._runner = web.AppRunner(self.application(), handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        await self._listen()
        self.opened()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, HOST, self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def _silence(self) -> None:
        await self._site.stop()
        for connection in self._runner.server.connections if self._runner.server else ():
            connection.force_close()

    async def _stop(self) -> None:
        self.closing.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.close()
        await self._runner.cleanup()

    @abstractmethod
    def opened(self) -> None:
        """Called in the loop each time the server has opened: the place to resume what was left undone."""
