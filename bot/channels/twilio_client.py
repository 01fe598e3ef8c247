"""The few calls to Twilio we make. Its own library builds addresses and parameters; the transport under it is ours.

Nothing here knows what a reply is. What went wrong with a call is said in `twilio_transport.py`.
"""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from bot.channels.twilio_transport import ANSWER_WITHIN, NoAnswer, Refused, Transport, retry_after, signed_in

#: Messages to a page when listing (Twilio's largest is 1,000).
PAGE = 500


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
        self.account_sid, self._signed_in = account_sid, signed_in(account_sid, auth_token)
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

    async def ask(self, method: str, url: str, document: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """A call the library makes wrongly or not at all, by its address, with a JSON document; the JSON answer."""
        kind = {} if document is None else {"Content-Type": "application/json"}
        answer = await self.transport.request(method, url, data=document, headers={**kind, **self._signed_in})
        try:
            return dict(json.loads(answer.text))
        except ValueError as problem:
            raise NoAnswer("an answer that is no JSON") from problem

    async def download(self, url: str, limit: int) -> bytes | None:
        """The bytes of a file, or None if there are more than `limit`."""
        if not self.transport.is_ours(url):
            raise Refused(403, 403)
        try:
            address = self.transport.address(url)
            async with self.transport.session.get(address, headers=self._signed_in) as answer:
                if answer.status >= 300:
                    raise Refused(answer.status, answer.status, retry_after(answer.headers))
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
