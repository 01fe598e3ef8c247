"""python-telegram-bot's requests over aiohttp, which is several times faster under load than its default client.

Parameters travel as JSON, files as a form. Answers the library would read wrongly are put right here: a 429 that
does not say how long, a 413, and an answer that is no JSON.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal, cast

import aiohttp
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

#: Longest wait for a connection and for an answer, in seconds.
CONNECT, ANSWER = 5.0, 15.0
#: Most connections at once.
CONNECTIONS = 256
#: Pause after a 429 that does not say how long, in seconds.
UNSAID_PAUSE = 5
_AS_JSON = {"Content-Type": "application/json"}


class NotConnected(NetworkError):
    """No connection came about: nothing was sent."""


class NotDone(NetworkError):
    """Telegram itself says that it could not do what was asked: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Parameters that are JSON already: no file among them, and nothing to convert. Read as the library's own are."""

    parameters: dict[str, Any]
    contains_files: Literal[False] = False


class AiohttpRequest(BaseRequest):
    """One connection pool for all calls of a bot, opened by the first."""

    def __init__(self, answer_within: float = ANSWER) -> None:
        """`answer_within` is the longest silence between request and answer, in seconds."""
        self._answer_within = answer_within
        self._limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=answer_within)
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
        limits = self._limits
        if isinstance(read_timeout, int | float):
            limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=read_timeout)
        body, headers = _body(request_data)
        try:
            async with self._session.request(method, url, data=body, headers=headers, timeout=limits) as response:
                return _checked(response.status, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotConnected("not connected") from problem
        except TimeoutError as problem:
            raise TimedOut from problem
        except aiohttp.ClientError as problem:
            raise NetworkError(type(problem).__name__) from problem

    async def call(self, url: str, fields: dict[str, Any]) -> Any:
        """One call with fields that are JSON already, read as the library reads it. Raises TelegramError."""
        plain = cast(RequestData, Plain(fields))  # the library only hands it on, to `do_request`
        return await self.post(url, plain)

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The answer as data. The library's own would write what it cannot read, a message perhaps, into the log."""
        try:
            return json.loads(payload)
        except ValueError:
            raise TelegramError("the answer is no JSON") from None


def _body(data: RequestData | Plain | None) -> tuple[Any, dict[str, str] | None]:
    """Body and headers. JSON costs a fifth of a form, so a form is kept for files."""
    if data is None:
        return None, None
    if not data.contains_files:
        return json.dumps(data.parameters, ensure_ascii=False).encode("utf-8", "replace"), _AS_JSON
    assert isinstance(data, RequestData)
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form, None


def _checked(status: int, payload: bytes) -> tuple[int, bytes]:
    """Status and answer. Raises RetryAfter, BadRequest or NotDone where the library would call it an unknown network error."""
    if status == 413:
        raise BadRequest("the request is too large")
    if status == 429 and not _says_how_long(payload):
        raise RetryAfter(UNSAID_PAUSE)
    if status >= 500 and _is_refusal(payload):
        raise NotDone(f"Telegram answered {status}")
    return status, payload


def _is_refusal(payload: bytes) -> bool:
    """Whether Telegram answered, not something between it and us, which cannot know what became of the request."""
    try:
        return json.loads(payload)["ok"] is False
    except (ValueError, LookupError, TypeError):
        return False


def _says_how_long(payload: bytes) -> bool:
    try:
        return bool(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, LookupError, TypeError):
        return False
