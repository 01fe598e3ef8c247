"""python-telegram-bot's requests over aiohttp, which is several times faster under load than its default client."""

from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

#: Longest wait for a connection and for an answer, in seconds.
CONNECT, ANSWER = 5.0, 20.0
#: Most connections at once.
CONNECTIONS = 256


class NotConnected(NetworkError):
    """No connection came about: nothing was sent."""


class AiohttpRequest(BaseRequest):
    """One connection pool for all calls of a bot."""

    def __init__(self, answer_within: float = ANSWER) -> None:
        self._answer_within = answer_within
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may take, in seconds."""
        return self._answer_within

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call. Raises NotConnected when nothing left, TimedOut or NetworkError when it may have."""
        await self.initialize()
        assert self._session is not None
        answer = read_timeout if isinstance(read_timeout, int | float) else self._answer_within
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=answer)
        try:
            async with self._session.request(method, url, data=_body(request_data), timeout=limits) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotConnected("not connected") from problem
        except TimeoutError as problem:
            raise TimedOut from problem
        except aiohttp.ClientError as problem:
            raise NetworkError(type(problem).__name__) from problem


def _body(data: RequestData | None) -> Any:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form
