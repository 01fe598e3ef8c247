"""Twilio's HTTP face: Messages, Content, approvals; authentication, faults, refusals in Twilio's words."""

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.doubles.faults import AFTER_ACCEPT, Fault, FaultKind
from tests.doubles.refusals import Reason, Refusal, Refused, breaks_specification, not_now
from tests.doubles.server import LARGEST_REQUEST, drop
from tests.doubles.twilio_content import Content
from tests.doubles.twilio_delivery import deliver
from tests.doubles.twilio_messages import page_of

if TYPE_CHECKING:
    from tests.doubles.twilio import TwilioDouble

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FAULT: web.RequestKey[Fault | None] = web.RequestKey("fault")
STARTED = web.RequestKey("started", float)
ACCOUNT = "/2010-04-01/Accounts/{account}"


class TwilioApi:
    """The routes. State and settings are the double's."""

    def __init__(self, double: "TwilioDouble") -> None:
        self._double = double

    def application(self) -> web.Application:
        """All calls, each guarded and named for the fault plan."""
        app, messages = web.Application(client_max_size=LARGEST_REQUEST), f"{ACCOUNT}/Messages"
        routes: list[tuple[str, str, str, Handler]] = [
            ("POST", f"{messages}.json", "Messages.create", self._create_message),
            ("GET", f"{messages}.json", "Messages.list", self._list_messages),
            ("GET", f"{messages}/{{sid}}.json", "Messages.fetch", self._fetch_message),
            ("GET", f"{messages}/{{sid}}/Media.json", "Media.list", self._list_media),
            ("POST", "/v1/Content", "Content.create", self._create_content),
            ("GET", "/v1/Content", "Content.list", self._list_content),
            ("GET", "/v1/ContentAndApprovals", "ContentAndApprovals.list", self._list_content),
            ("GET", "/v1/Content/{sid}", "Content.fetch", self._fetch_content),
            ("DELETE", "/v1/Content/{sid}", "Content.delete", self._delete_content),
            ("POST", "/v1/Content/{sid}/ApprovalRequests/whatsapp", "Approval.create", self._submit),
            ("GET", "/v1/Content/{sid}/ApprovalRequests", "Approval.fetch", self._fetch_approval),
        ]
        for method, path, name, handler in routes:
            app.router.add_route(method, path, self._guarded(name, handler))
        app.router.add_get(f"{messages}/{{sid}}/Media/{{media}}", self._media)
        app.router.add_route("*", "/{path:.*}", self._guarded("unknown", self._unknown))
        return app

    def _guarded(self, name: str, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            form: Mapping[str, Any] = await request.post() if request.method == "POST" else request.query
            try:
                self._authenticate(request)
                fault = self._double.faults.take(name, form.get("To"))
                if fault and fault.kind not in AFTER_ACCEPT:
                    return _struck(request, fault)
                request[FAULT], request[STARTED] = fault, time.monotonic()
                answer = await handler(request)
                return await self._outcome(request, fault, answer)
            except Refused as refused:
                return self._refuse(name, form, refused)

        return answer

    async def _outcome(
        self, request: web.Request, fault: Fault | None, answer: web.StreamResponse
    ) -> web.StreamResponse:
        if self._double.delay:
            await asyncio.sleep(self._double.delay)
        if fault and fault.kind is FaultKind.TIMEOUT_AFTER_ACCEPT:
            await self._double.closing.wait()
        if fault and fault.kind is not FaultKind.UNDELIVERED:
            return drop(request)
        return answer

    def _authenticate(self, request: web.Request) -> None:
        pair = f"{self._double.account_sid}:{self._double.auth_token}"
        if request.headers.get("Authorization") != f"Basic {b64encode(pair.encode()).decode()}":
            raise not_now("Authenticate", 401, 20003)
        if request.match_info.get("account", self._double.account_sid) != self._double.account_sid:
            raise not_now("Authenticate", 401, 20003)

    def _refuse(self, name: str, given: Mapping[str, Any], refused: Refused) -> web.Response:
        record = Refusal(name, refused.reason, refused.description, refused.status, refused.code, dict(given))
        self._double.refusals.append(record)
        self._double.tell_waiters()
        return _error(refused)

    async def _create_message(self, request: web.Request) -> web.StreamResponse:
        pairs = [(name, str(value)) for name, value in (await request.post()).items()]
        values = self._double.reader.form("CreateMessage", pairs)
        fault, started = request[FAULT], request[STARTED]
        self._double.keep_pace(started)
        planned = fault.code if fault and fault.kind is FaultKind.UNDELIVERED else None
        message, failure = self._double.accept(values, started, planned)
        answer = web.json_response(message.json(self._double.account_sid), status=201)
        work = deliver(self._double, message, failure)
        if self._double.callbacks.before_answer:
            await work
        else:
            self._double.spawn(work)
        return answer

    async def _list_messages(self, request: web.Request) -> web.StreamResponse:
        query = self._double.reader.query("ListMessage", request.query.items())
        messages = self._double.account_messages
        return web.json_response(page_of(messages, query, request.path, self._double.account_sid))

    async def _fetch_message(self, request: web.Request) -> web.StreamResponse:
        message = self._double.message(request.match_info["sid"])
        return web.json_response(message.json(self._double.account_sid))

    async def _list_media(self, request: web.Request) -> web.StreamResponse:
        message = self._double.message(request.match_info["sid"])
        listed = [{"sid": sid, "content_type": file.content_type} for sid, file in message.files.items()]
        return web.json_response({"media_list": listed, "next_page_uri": None, "page": 0, "page_size": 50})

    async def _media(self, request: web.Request) -> web.Response:
        message = self._double.message(request.match_info["sid"])
        file = message.files[request.match_info["media"]]
        return web.Response(body=file.data, content_type=file.content_type)

    async def _create_content(self, request: web.Request) -> web.StreamResponse:
        document = self._double.reader.document("CreateContent", await _json(request))
        content = self._double.contents.create(document, self._double.clock.now())
        return web.json_response(self._content_json(content), status=201)

    async def _list_content(self, request: web.Request) -> web.StreamResponse:
        approvals = request.path.endswith("Approvals")
        operation = "ListContentAndApprovals" if approvals else "ListContent"
        query = self._double.reader.query(operation, request.query.items())
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        contents = list(self._double.contents.by_sid.values())
        shown = contents[page * size : (page + 1) * size]
        url = f"{self._double.url}{request.path}?PageSize={size}&Page="
        meta = {"key": "contents", "page": page, "page_size": size, "url": f"{url}{page}"}
        meta["first_page_url"] = f"{url}0"
        meta["next_page_url"] = f"{url}{page + 1}" if (page + 1) * size < len(contents) else None
        meta["previous_page_url"] = f"{url}{page - 1}" if page else None
        listed = [self._content_json(content) for content in shown]
        for entry, content in zip(listed, shown, strict=True):
            entry |= {"approval_requests": content.approval_json} if approvals else {}
        return web.json_response({"contents": listed, "meta": meta})

    async def _fetch_content(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._content_json(self._content(request)))

    async def _delete_content(self, request: web.Request) -> web.StreamResponse:
        del self._double.contents.by_sid[self._content(request).sid]
        return web.Response(status=204)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        document = self._double.reader.document("CreateApprovalCreate", await _json(request))
        content = self._content(request)
        self._double.contents.submit(content, document.get("name", ""), document.get("category", ""))
        return web.json_response(content.approval_json | {"status": "received"}, status=201)

    async def _fetch_approval(self, request: web.Request) -> web.StreamResponse:
        content = self._content(request)
        names = {"sid": content.sid, "account_sid": self._double.account_sid}
        return web.json_response(names | {"whatsapp": content.approval_json, "url": str(request.url)})

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise Refused(Reason.SPECIFICATION, f"The requested resource {request.path} was not found", 404, 20404)

    def _content(self, request: web.Request) -> Content:
        return self._double.contents.get(request.match_info["sid"])

    def _content_json(self, content: Content) -> dict[str, Any]:
        when, url = (
            content.created.isoformat(timespec="seconds"),
            f"{self._double.url}/v1/Content/{content.sid}",
        )
        names = {
            "sid": content.sid,
            "account_sid": self._double.account_sid,
            "url": url,
            "language": content.language,
        }
        names |= {"friendly_name": content.friendly_name, "date_created": when, "date_updated": when}
        links = {
            "approval_fetch": f"{url}/ApprovalRequests",
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
        }
        return {**names, "types": content.types, "variables": content.variables, "links": links}


async def _json(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise breaks_specification(f"the body is {request.content_type}, not application/json")
    try:
        return json.loads(await request.text())
    except ValueError:
        raise breaks_specification("the body is no JSON") from None


def _struck(request: web.Request, fault: Fault) -> web.Response:
    if fault.kind is FaultKind.RESET_BEFORE:
        return drop(request)
    status, code, words = {
        FaultKind.RATE: (429, 20429, "Too Many Requests"),
        FaultKind.ERROR: (500, 20500, "Internal Server Error"),
        FaultKind.UNAUTHORIZED: (401, 20003, "Authenticate"),
        FaultKind.REFUSED: (400, fault.code, f"refused with {fault.code}"),
        FaultKind.BLOCKED: (400, 21610, "Attempt to send to unsubscribed recipient"),
        FaultKind.CHAT_NOT_FOUND: (400, 21211, "Invalid 'To' Phone Number"),
    }[fault.kind]
    answer = _error(Refused(Reason.STATE, words, status, code))
    if fault.kind is FaultKind.RATE and fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _error(refused: Refused) -> web.Response:
    body = {"code": refused.code, "message": refused.description, "status": refused.status}
    body["more_info"] = f"https://www.twilio.com/docs/errors/{refused.code}"
    return web.json_response(body, status=refused.status)
