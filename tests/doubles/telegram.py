"""A Telegram that runs here: `/bot<token>/METHOD` and `/file/bot<token>/PATH`, with women to play.

It refuses what the Bot API specification or the written rules do not allow, keeps what everybody received,
and fails on demand. Rules are in `telegram_rules.py`, methods in `telegram_calls.py`, women in
`telegram_people.py`.
"""

import asyncio
import math
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from tests.doubles import specification, telegram_specification
from tests.doubles.clock import Clock
from tests.doubles.faults import AFTER_ACCEPT, Fault, FaultKind, FaultPlan
from tests.doubles.pace import Pace
from tests.doubles.refusals import Reason, Refusal, Refused, not_now
from tests.doubles.server import LARGEST_REQUEST, Server, drop
from tests.doubles.telegram_calls import OFFERED, STARTED
from tests.doubles.telegram_chats import Chat, Chats, TelegramMessage
from tests.doubles.telegram_people import TelegramGroup, TelegramPerson
from tests.doubles.telegram_specification import TelegramByRulesAlone, TelegramSpecification, Upload
from tests.doubles.telegram_updates import Updates

TOKEN = "7000000001:AAF-double-token-for-tests-only-0000000"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived. `started` in monotonic seconds."""

    method: str
    values: Mapping[str, Any]
    started: float


class TelegramDouble(Server):
    """Settings are plain attributes and may change at any time."""

    def __init__(self, token: str = TOKEN, port: int = 0, clock: Clock | None = None) -> None:
        super().__init__(port)
        self.token = token
        self.clock = clock or Clock()
        self.chats = Chats(self.clock)
        self.updates = Updates(self)
        self.faults = FaultPlan()
        self.rate_limit: float = 0  #: sends a second for the token, 0 for any number
        self.chat_rate_limit: float = 0  #: sends a second to one chat
        self.retry_after: float = 1  #: seconds a 429 of our own making asks for
        self.delay: float = 0  #: seconds between accepting and answering
        self.calls: list[Call] = []
        self.sent: list[TelegramMessage] = []
        self.refusals: list[Refusal] = []
        self.answers: dict[str, str] = {}  #: texts of answered presses by query id
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._pace, self._persons = Pace(), 0
        document = specification.load(telegram_specification.FILE)
        self.checks_specification = document is not None
        self._reader = TelegramSpecification(document) if document else TelegramByRulesAlone()

    def person(
        self, name: str, user_id: int | None = None, language_code: str = "id", has_started: bool = True
    ) -> TelegramPerson:
        """A woman with Telegram. One who has not started the bot cannot be written to."""
        self._persons += 1
        person_id = user_id or 5_200_000_000 + self._persons
        return self.in_loop(lambda: TelegramPerson(self, name, person_id, language_code, has_started))

    def crowd(self, first_id: int, count: int) -> int:
        """So many women with ids in a row, who have all started the bot. Returns how many there are now."""

        def come() -> int:
            for number in range(first_id, first_id + count):
                TelegramPerson(self, f"Ibu {number}", number, "id", True)
            return len(self.chats.by_id)

        return self.in_loop(come)

    def group(self, title: str, chat_id: int | None = None) -> TelegramGroup:
        """A group chat with the bot in it."""
        self._persons += 1
        group_id = chat_id or -400_000_000 - self._persons
        return self.in_loop(lambda: TelegramGroup(self, title, group_id))

    def post_update(self, update: Mapping[str, Any], lane: Hashable = None) -> int:
        """Any update at all, however strange. Returns its id."""
        return self.in_loop(lambda: self.updates.post(update, lane))

    def redeliver(self, update_id: int) -> None:
        """Deliver a confirmed update once more."""
        self.in_loop(lambda: self.updates.redeliver(update_id))

    def fail_next(
        self,
        method: str,
        kind: FaultKind | str,
        *,
        times: int = 1,
        to: Hashable = None,
        retry_after: float | None = 1,
        after: int = 0,
    ) -> None:
        """Let the next `times` calls of that method (`*` for any) go wrong, each `after` so many that go well."""
        fault = Fault(method, FaultKind(kind), to, retry_after, after=after)
        self.in_loop(lambda: self.faults.add(fault, times))

    @property
    def violations(self) -> list[Refusal]:
        """Refused calls that broke the contract, without those that met a state."""
        return [refusal for refusal in self.refusals if refusal.is_violation]

    @property
    def unanswered(self) -> list[str]:
        """Presses nobody has answered yet."""
        return [query_id for query_id in self.chats.presses if query_id not in self.answers]

    def accept(self, chat: Chat, message: TelegramMessage) -> TelegramMessage:
        """Put a message on a screen and into the ledger."""
        self.sent.append(self.chats.put(chat, message))
        return message

    def application(self) -> web.Application:
        """The routes of the Bot API."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        return app

    def opened(self) -> None:
        """Go on delivering."""
        self.updates.resume()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        started, token = time.monotonic(), request.match_info["token"]
        if token != self.token:
            return _error(Refused(Reason.STATE, "Unauthorized", 401) if ":" in token else _unknown())
        method = next((name for name in OFFERED if name.lower() == request.match_info["method"].lower()), "")
        if not method:
            return self._refuse(request.match_info["method"], {}, _unknown())
        given = await _given(request)
        try:
            values = self._reader.values(method, given)
            return await self._perform(request, method, values, started)
        except Refused as refused:
            return self._refuse(method, given, refused)

    async def _perform(
        self, request: web.Request, method: str, values: dict[str, Any], started: float
    ) -> web.StreamResponse:
        self.calls.append(Call(method, values, started))
        chat_id = values.get("chat_id")
        fault = self.faults.take(method, chat_id)
        if fault and fault.kind not in AFTER_ACCEPT:
            return self._struck(request, fault)
        if method.startswith("send"):
            self._keep_pace(chat_id, started)
        result = await OFFERED[method](self, values | {STARTED: started})
        self.tell_waiters()
        if self.delay:
            await asyncio.sleep(self.delay)
        if fault and fault.kind is FaultKind.TIMEOUT_AFTER_ACCEPT:
            await self.closing.wait()
        if fault:
            return drop(request)
        return web.json_response({"ok": True, "result": result})

    def _keep_pace(self, chat_id: Any, now: float) -> None:
        left = self._pace.seconds_left(now)
        if not left and self._pace.admit("token", self.rate_limit, now):
            if self._pace.admit(chat_id, self.chat_rate_limit, now):
                return
            left = 1 / self.chat_rate_limit
        elif not left:
            left = self.retry_after
            self._pace.pause(left, now)
        raise _too_many(math.ceil(left))

    def _struck(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.RESET_BEFORE:
            return drop(request)
        if fault.kind is FaultKind.RATE:
            self._pace.pause(fault.retry_after or 0, time.monotonic())
            return _error(_too_many(fault.retry_after))
        status, words = {
            FaultKind.ERROR: (500, "Internal Server Error"),
            FaultKind.BLOCKED: (403, "Forbidden: bot was blocked by the user"),
            FaultKind.CHAT_NOT_FOUND: (400, "Bad Request: chat not found"),
            FaultKind.UNAUTHORIZED: (401, "Unauthorized"),
        }[fault.kind]
        return _error(Refused(Reason.STATE, words, status))

    def _refuse(self, method: str, given: Mapping[str, Any], refused: Refused) -> web.Response:
        record = Refusal(method, refused.reason, refused.description, refused.status, refused.status, given)
        self.refusals.append(record)
        self.tell_waiters()
        return _error(refused)

    async def _download(self, request: web.Request) -> web.Response:
        file = self.chats.files.get(request.match_info["path"].split("/")[1])
        if request.match_info["token"] != self.token or file is None:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type="application/octet-stream")


async def _given(request: web.Request) -> dict[str, Any]:
    """The parameters from query, form, multipart or JSON; `attach://` is resolved."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        given |= await request.json()
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            given[name] = (
                Upload(value.filename, value.content_type, value.file.read()) if isinstance(value, FileField) else value
            )
    pointers = {name: v.removeprefix("attach://") for name, v in given.items() if str(v).startswith("attach://")}
    given |= {name: given[file] for name, file in pointers.items() if file in given}
    return {name: value for name, value in given.items() if name not in pointers.values()}


def _unknown() -> Refused:
    return Refused(Reason.SPECIFICATION, "Not Found", 404)


def _too_many(retry_after: float | None) -> Refused:
    if retry_after is None:
        return not_now("Too Many Requests", 429)
    seconds = math.ceil(retry_after)
    return not_now(f"Too Many Requests: retry after {seconds}", 429, retry_after=seconds)


def _error(refused: Refused) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        answer["parameters"] = dict(refused.parameters)
    return web.json_response(answer, status=refused.status)
