"""Twilio over HTTP: timeouts, and failures that say whether a request left.

It takes the place of the library's own transport, which forgets its timeout, sends JSON wrongly and writes addresses and
sentences to the log.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.http.response import Response

#: Seconds until a connection must stand, and until a call must have been answered.
CONNECT_WITHIN, ANSWER_WITHIN = 5.0, 15.0
#: Open connections at most: as many as the sender has messages on their way.
CONNECTIONS = 200


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
                headers={**(headers or {}), **(signed_in(*auth) if auth else {})}, **body,
            ) as answer:  # fmt: skip
                text = await answer.text()
                if answer.status >= 300:
                    raise Refused(answer.status, _code(text) or answer.status, retry_after(answer.headers))
                return Response(answer.status, text, answer.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotConnected(type(problem).__name__) from problem
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise NoAnswer(type(problem).__name__) from problem

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()


def signed_in(account_sid: str, auth_token: str) -> dict[str, str]:
    """The header by which Twilio knows us."""
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


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long Twilio asks us to wait, in seconds; None where it does not say."""
    try:
        return float(headers["Retry-After"])
    except (KeyError, ValueError):
        return None
