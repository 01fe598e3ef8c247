"""HTTP for a double that must cost next to nothing: requests in by one callback, posts out over kept connections."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

import httptools

#: What answers a request: HTTP status and JSON body.
Respond = Callable[[int, bytes], None]
#: What is called with a whole request: method, target (path and query), content type, body, and its `Respond`.
Handle = Callable[[bytes, bytes, bytes, bytes, Respond], None]

_HEAD = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class ServedConnection(asyncio.Protocol):
    """One connection of a client, kept open; requests one after the other."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._parser = httptools.HttpRequestParser(self)
        self._body: list[bytes] = []
        self._target = self._type = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._target, self._type, self._body = url, b"", []

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._type = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._handle(self._parser.get_method(), self._target, self._type, b"".join(self._body), self._respond)

    def _respond(self, status: int, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_HEAD % (status, len(body)) + body)


class Poster:
    """Posts to one host over at most so many connections; what does not fit waits its turn."""

    def __init__(self, host: str, port: int, connections: int) -> None:
        self.address, self.connections = (host, port), connections
        self._open = 0
        self._free: list[_Connection] = []
        self._waiting: deque[tuple[bytes, Callable[[int], None]]] = deque()
        self._opening: set[asyncio.Task[None]] = set()

    def post(self, target: bytes, headers: bytes, body: bytes, done: Callable[[int], None]) -> None:
        """Post, now or when a connection is free. `done` gets the HTTP status, 0 where none came.

        `headers` are whole lines, each ended by CRLF.
        """
        host, port = self.address
        head = b"POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: %d\r\n" % (target, host.encode(), port, len(body))
        request = head + headers + b"\r\n" + body
        if self._free:
            self._free.pop().send(request, done)
            return
        self._waiting.append((request, done))
        if self._open < self.connections:
            self._open += 1
            task = asyncio.ensure_future(self._connect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: _Connection(self), *self.address)
        except OSError:
            self._open -= 1
            if self._waiting:
                self._waiting.popleft()[1](0)

    def free(self, connection: "_Connection") -> None:
        """A connection has nothing to do."""
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)

    def lost(self, connection: "_Connection") -> None:
        """A connection ended."""
        self._open -= 1
        if connection in self._free:
            self._free.remove(connection)


class _Connection(asyncio.Protocol):
    def __init__(self, pool: Poster) -> None:
        self._pool, self._done = pool, None
        self._parser = httptools.HttpResponseParser(self)

    _done: Callable[[int], None] | None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._pool.free(self)

    def send(self, request: bytes, done: Callable[[int], None]) -> None:
        self._done = done
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        status, keeps = self._parser.get_status_code(), self._parser.should_keep_alive()
        self._parser = httptools.HttpResponseParser(self)
        self._tell(status)
        if keeps:
            self._pool.free(self)
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._pool.lost(self)
        self._tell(0)

    def _tell(self, status: int) -> None:
        done, self._done = self._done, None
        if done:
            done(status)
