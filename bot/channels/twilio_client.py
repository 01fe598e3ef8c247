"""Twilio over HTTP: the few calls we make, with timeouts, and failures that say whether a request left.

Twilio's own library builds addresses and parameters; the transport under it is ours, because the library's
forgets its timeout, sends JSON wrongly and writes addresses and sentences to the log. Nothing here knows
what a reply is.
"""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

#: Seconds until a connection must stand, and until a call must have been answered.
CONNECT_WITHIN, ANSWER_WITHIN = 5.0, 15.0
#: Open connections at most: as many as the sender has messages on their way.
CONNECTIONS = 200
#: Messages to a page when listing (Twilio's largest is 1,000).
PAGE = 500


class Trouble(Exception):
    """A call to Twilio did not succeed."""


class Refused(Trouble):
    """Twilio answered with an error. `code` is Twilio's, or the HTTP status where it gives none."""

    def __init__(self, status: int, code: int, retry_after: float | None = None) -> None:
        super().__init__(f"refused: HTTP {status}, code {code}")
        self.status, self.code, self.retry_after = status, code, retry_after


class NotConnected(Trouble):
    """No connection came about: certainly nothing was processed."""


class NoAnswer(Trouble):
    """The request left and no proper answer came: it may have been processed."""


class Transport:
    """What the library sends its requests through. With `base_url`, every host becomes that one."""

    is_async = True

    def __init__(self, base_url: str = "", answer_within: float = ANSWER_WITHIN) -> None:
        self._base = urlsplit(base_url)
        self._limits = aiohttp.ClientTimeout(total=answer_within, connect=CONNECT_WITHIN)
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session of the running event loop, opened at its first use."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._limits)
        return self._session

    def address(self, url: str) -> str:
        """Where a call really goes."""
        if not self._base.netloc:
            return url
        parts = urlsplit(url)
        path = self._base.path.rstrip("/") + parts.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))

    def is_ours(self, url: str) -> bool:
        """Whether an address may be given our credentials."""
        host = urlsplit(url).hostname or ""
        return bool(self._base.netloc) or host == "twilio.com" or host.endswith(".twilio.com")

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (the library passes it; ours is set once)
        allow_redirects: bool = False,
    ) -> Response:
        """One call. Raises Refused for any answer that is no success, NotConnected, NoAnswer."""
        is_json = (headers or {}).get("Content-Type") == "application/json"
        body: dict[str, Any] = {"json": data} if is_json else {"data": _pairs(data)}
        try:
            async with self.session.request(
                method.upper(), self.address(url), params=_pairs(params), allow_redirects=allow_redirects,
                headers={**(headers or {}), **(_signed_in(*auth) if auth else {})}, **body,
            ) as answer:  # fmt: skip
                text = await answer.text()
                if answer.status >= 300:
                    raise Refused(answer.status, _code(text) or answer.status, _seconds(answer.headers))
                return Response(answer.status, text, answer.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotConnected(type(problem).__name__) from problem
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise NoAnswer(type(problem).__name__) from problem

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()


@dataclass(frozen=True, slots=True)
class Listed:
    """One message of the account's own list."""

    sid: str
    address: str  #: the sender's, for an inbound message; else the receiver's
    body: str
    at: datetime
    is_inbound: bool
    media: int


class TwilioClient:
    """The calls we make. Every one raises Refused, NotConnected or NoAnswer."""

    def __init__(
        self, account_sid: str, auth_token: str, api_base_url: str = "", answer_within: float = ANSWER_WITHIN
    ) -> None:
        """`api_base_url`, when not empty, stands for every Twilio host. `answer_within` in seconds."""
        self.account_sid, self._signed_in = account_sid, _signed_in(account_sid, auth_token)
        self.transport = Transport(api_base_url, answer_within)
        self._client = Client(account_sid, auth_token, http_client=self.transport)

    async def send(self, **fields: Any) -> str:
        """Create a message from the library's keyword parameters (`to`, `from_`, `body` …); its SID."""
        message = await _understood(self._client.messages.create_async(**fields))
        if not message.sid:
            raise NoAnswer("an answer without a SID")
        return str(message.sid)

    async def messages(
        self, *, to: str, from_: str | None = None, since: datetime | None = None, most: int = 1000
    ) -> list[Listed]:
        """Messages sent since a time (aware), oldest first, at most so many of the newest."""
        filters: dict[str, Any] = {"to": to} | ({"from_": from_} if from_ else {})
        if since is not None:
            filters["date_sent_after"] = since.astimezone(UTC)
        listing = self._client.messages.list_async(**filters, limit=most, page_size=min(most, PAGE))
        return [_listed(message) for message in reversed(await _understood(listing))]

    async def media_of(self, sid: str) -> list[tuple[str, str]]:
        """Address and content type of the files of a message."""
        found = await _understood(self._client.messages(sid).media.list_async())
        base = f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media"
        return [(f"{base}/{media.sid}", str(media.content_type)) for media in found]

    async def create_content(self, document: Mapping[str, Any]) -> str:
        """Create a Content resource from its JSON document; its SID."""
        request = ContentList.ContentCreateRequest(dict(document))
        content = await _understood(self._client.content.v1.contents.create_async(request))
        if not content.sid:
            raise NoAnswer("an answer without a SID")
        return str(content.sid)

    async def content_types(self, sid: str) -> Mapping[str, Any]:
        """The `types` of one Content resource, by type name."""
        content = await _understood(self._client.content.v1.contents(sid).fetch_async())
        return dict(content.types or {})

    async def contents(self, most: int = 1000) -> list[tuple[str, Mapping[str, Any]]]:
        """SID and `types` of the account's Content resources."""
        found = await _understood(self._client.content.v1.contents.list_async(limit=most, page_size=PAGE))
        return [(str(content.sid), dict(content.types or {})) for content in found]

    async def download(self, url: str, limit: int) -> bytes | None:
        """The bytes of a file, or None if there are more than `limit`."""
        if not self.transport.is_ours(url):
            raise Refused(403, 403)
        try:
            address = self.transport.address(url)
            async with self.transport.session.get(address, headers=self._signed_in) as answer:
                if answer.status >= 300:
                    raise Refused(answer.status, answer.status, _seconds(answer.headers))
                return await _at_most(answer.content, limit)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise NoAnswer(type(problem).__name__) from problem

    async def close(self) -> None:
        """Close the connections."""
        await self.transport.close()


async def _understood(call: Awaitable[Any]) -> Any:
    """The library's result; an answer it cannot read counts as none."""
    try:
        return await call
    except (TwilioException, ValueError, KeyError, TypeError) as problem:
        raise NoAnswer(f"unreadable answer: {type(problem).__name__}") from problem


def _signed_in(account_sid: str, auth_token: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}


def _pairs(fields: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """A form as aiohttp wants it: a list repeats its key."""
    return [
        (key, str(value))
        for key, given in (fields or {}).items()
        for value in (given if isinstance(given, list | tuple) else (given,))
    ]


def _code(text: str) -> int | None:
    try:
        return int(json.loads(text)["code"])
    except (ValueError, KeyError, TypeError):
        return None


def _seconds(headers: Mapping[str, str]) -> float | None:
    try:
        return float(headers["Retry-After"])
    except (KeyError, ValueError):
        return None


def _listed(message: Any) -> Listed:
    is_inbound = str(message.direction) == "inbound"
    return Listed(
        sid=message.sid, address=(message.from_ if is_inbound else message.to) or "", body=message.body or "",
        at=message.date_sent or message.date_created, is_inbound=is_inbound,
        media=int(message.num_media or 0),
    )  # fmt: skip


async def _at_most(stream: aiohttp.StreamReader, limit: int) -> bytes | None:
    data = bytearray()
    async for chunk in stream.iter_any():
        data += chunk
        if len(data) > limit:
            return None
    return bytes(data)
