"""Telegram, as fast as it goes: updates by webhook or long poll, and the few calls a bot makes."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from tests.bench.provider import CONNECTIONS, Provider
from tests.bench.script import Answer, Exchange
from tests.bench.wire import Respond

_BOT = b'{"id":4711,"is_bot":true,"first_name":"Berdaya","username":"berdaya_bot"}'
_ME = b'{"ok":true,"result":' + _BOT[:-1] + b',"can_join_groups":true,"can_read_all_group_messages":false,' \
      b'"supports_inline_queries":false}}'  # fmt: skip
_TRUE = b'{"ok":true,"result":true}'
_NO_SUCH = b'{"ok":false,"error_code":404,"description":"Not Found"}'
_TOO_MANY = (
    b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}'
)
_SENT = b'{"ok":true,"result":{"message_id":%d,"from":' + _BOT + b',"chat":{"id":%d,"type":"private",' \
        b'"first_name":"Siti"},"date":%d,"text":%s}}'  # fmt: skip
_FROM = b'{"id":%d,"is_bot":false,"first_name":"Siti","language_code":"id"}'
_SAID = b'{"update_id":%d,"message":{"message_id":%d,"from":' + _FROM + b',"chat":{"id":%d,"type":"private",' \
        b'"first_name":"Siti"},"date":%d,"text":%s}}'  # fmt: skip
_PRESSED = b'{"update_id":%d,"callback_query":{"id":"%d","from":' + _FROM + b',"message":{"message_id":%d,"from":' + _BOT \
           + b',"chat":{"id":%d,"type":"private","first_name":"Siti"},"date":%d,"text":%s,"reply_markup":%s},' \
             b'"chat_instance":"1","data":%s}}'  # fmt: skip
#: Most updates in one answer to a poll.
BATCH = 100


@dataclass(slots=True)
class _Poll:
    respond: Respond
    limit: int
    timer: asyncio.TimerHandle


class TelegramSide(Provider):
    """One bot's Telegram."""

    def __init__(self) -> None:
        super().__init__()
        self._headers = b""
        self._update = 1000
        self._message = 0
        self._poll: _Poll | None = None
        #: Updates not confirmed yet: id, bytes, and who is told when they leave and when they are confirmed.
        self._pending: deque[tuple[int, bytes, Callable[[], None], Callable[[], None]]] = deque()

    def deliver(self, address: int, exchange: Exchange, before: Answer | None, written: Callable[[], None],
                taken: Callable[[], None]) -> None:  # fmt: skip
        self._update += 1
        update = self._bytes_of(address, exchange, before)
        if self.poster:
            written()
            self.poster.post(self.target, self._headers, update, lambda status: taken() if status == 200 else None)
            return
        self._pending.append((self._update, update, written, taken))
        if self._poll is not None:
            asyncio.get_running_loop().call_soon(self._answer_poll)

    def handle(self, method: bytes, target: bytes, content_type: bytes, body: bytes, respond: Respond) -> None:
        name = target.partition(b"?")[0].rpartition(b"/")[2].lower()
        if name == b"sendmessage":
            self._send_message(fields_of(content_type, body), respond)
        elif name == b"getupdates":
            self._get_updates(fields_of(content_type, body), respond)
        elif name == b"getme":
            respond(200, _ME)
        elif name == b"setwebhook":
            self._set_webhook(fields_of(content_type, body))
            respond(200, _TRUE)
        elif name in (b"answercallbackquery", b"deletewebhook", b"setmycommands"):
            respond(200, _TRUE)
        else:
            respond(404, _NO_SUCH)

    def _send_message(self, fields: dict[str, Any], respond: Respond) -> None:
        address, text = int(fields["chat_id"]), fields["text"]
        markup = fields.get("reply_markup")
        rows = _rows(markup if isinstance(markup, str) else json.dumps(markup)) if markup else ()
        if self.comes(address, Answer(text, sum(rows, ()), rows)):
            self._message += 1
            said = _SENT % (self._message, address, int(time.time()), _quoted(text))
            self.answered(respond, 200, said)
        else:
            self.answered(respond, 429, _TOO_MANY)

    def _set_webhook(self, fields: dict[str, Any]) -> None:
        secret = str(fields.get("secret_token", "")).encode()
        self._headers = b"Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: %s\r\n" % secret
        self.goes_to(str(fields["url"]), int(fields.get("max_connections") or CONNECTIONS))

    def _get_updates(self, fields: dict[str, Any], respond: Respond) -> None:
        self.opened.set()
        offset = int(fields.get("offset") or 0)
        while self._pending and self._pending[0][0] < offset:
            self._pending.popleft()
        if self._poll is not None:
            self._answer_poll()
        seconds = min(float(fields.get("timeout") or 0), 50.0)
        timer = asyncio.get_running_loop().call_later(seconds, self._answer_poll)
        self._poll = _Poll(respond, int(fields.get("limit") or BATCH), timer)
        if self._pending:
            self._answer_poll()

    def _answer_poll(self) -> None:
        poll, self._poll = self._poll, None
        if poll is None:
            return
        poll.timer.cancel()
        batch = [entry for entry, _ in zip(self._pending, range(poll.limit), strict=False)]
        for _, _, written, _ in batch:
            written()
        poll.respond(200, b'{"ok":true,"result":[' + b",".join(update for _, update, _, _ in batch) + b"]}")
        for _, _, _, taken in batch:
            taken()

    def _bytes_of(self, address: int, exchange: Exchange, before: Answer | None) -> bytes:
        self._message += 1
        now = int(time.time())
        if not exchange.action:
            return _SAID % (self._update, self._message, address, address, now, _quoted(exchange.text))
        text, markup = (before.text, _markup(before.rows)) if before else ("", b"null")
        return _PRESSED % (
            self._update, self._update, address, self._message, address, now, _quoted(text), markup,
            _quoted(exchange.action),
        )  # fmt: skip


def fields_of(content_type: bytes, body: bytes) -> dict[str, Any]:
    """The parameters of a call, as JSON, as a form or in parts."""
    if content_type.startswith(b"application/json"):
        return dict(json.loads(body))
    if content_type.startswith(b"multipart/"):
        return _parts(content_type, body)
    return dict(parse_qsl(body.decode()))


def _parts(content_type: bytes, body: bytes) -> dict[str, str]:
    boundary = b"--" + content_type.partition(b"boundary=")[2].strip(b'"')
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0]
        fields[name.decode()] = value.removesuffix(b"\r\n").decode()
    return fields


@lru_cache(1000)
def _quoted(text: str) -> bytes:
    return json.dumps(text).encode()


@lru_cache(1000)
def _rows(markup: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    keyboard = json.loads(markup).get("inline_keyboard", [])
    return tuple(tuple((key["text"], key.get("callback_data", "")) for key in row) for row in keyboard)


@lru_cache(1000)
def _markup(rows: tuple[tuple[tuple[str, str], ...], ...]) -> bytes:
    keyboard = [[{"text": label, "callback_data": action} for label, action in row] for row in rows]
    return json.dumps({"inline_keyboard": keyboard}).encode()
