"""Twilio's WhatsApp, as fast as it goes: signed forms to the webhook; messages and Content resources in."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.bench.accounts import ACCOUNT, AUTH_TOKEN, SENDER
from tests.bench.provider import CONNECTIONS, Provider
from tests.bench.script import Answer, Exchange
from tests.bench.wire import Respond

_MESSAGE = '{"sid":"%s","account_sid":"' + ACCOUNT + '","status":"queued","body":"","direction":"outbound-api",' \
           '"num_media":"0","num_segments":"1","error_code":null,"error_message":null}'  # fmt: skip
_NO_MESSAGES = b'{"messages":[],"next_page_uri":null,"page":0,"page_size":50}'
_TOO_MANY = b'{"code":20429,"message":"Too Many Requests","status":429}'
_NO_SUCH = b'{"code":20404,"message":"not found","status":404}'
_FORM = b"Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: %s\r\n"


class TwilioSide(Provider):
    """One account's Twilio."""

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self._sid = 0
        self._contents: dict[str, dict[str, Any]] = {}
        self._filled: dict[tuple[str, str], Answer] = {}

    def goes_to(self, url: str, connections: int = CONNECTIONS) -> None:
        super().goes_to(url, connections)
        self.url = url

    def deliver(self, address: int, exchange: Exchange, before: Answer | None, written: Callable[[], None],
                taken: Callable[[], None]) -> None:  # fmt: skip
        self._sid += 1
        whom = f"whatsapp:+{address}"
        form = {
            "MessageSid": f"SM{self._sid:032x}", "AccountSid": ACCOUNT, "From": whom, "To": f"whatsapp:{SENDER}",
            "WaId": str(address), "ExternalUserId": f"ID.{address}", "ProfileName": "Siti", "NumMedia": "0",
            "Body": exchange.text or exchange.label,
        }  # fmt: skip
        if exchange.action:
            form |= {"ButtonText": exchange.label, "ButtonPayload": exchange.action, "MessageType": "interactive"}
        written()
        assert self.poster is not None
        self.poster.post(
            self.target, _FORM % self._signature(form), urlencode(form).encode(),
            lambda status: taken() if status == 200 else None,
        )  # fmt: skip

    def handle(self, method: bytes, target: bytes, content_type: bytes, body: bytes, respond: Respond) -> None:
        path = target.partition(b"?")[0]
        if path.endswith(b"/Messages.json"):
            if method == b"GET":
                respond(200, _NO_MESSAGES)
            else:
                self._create(dict(parse_qsl(body.decode())), respond)
        elif path == b"/v1/Content" and method == b"POST":
            respond(201, self._create_content(json.loads(body)))
        elif path == b"/v1/Content":
            meta = {"key": "contents", "page": 0, "page_size": 50, "next_page_url": None, "previous_page_url": None}
            respond(200, json.dumps({"contents": list(self._contents.values()), "meta": meta}).encode())
        elif path.startswith(b"/v1/Content/") and (known := self._contents.get(path.rpartition(b"/")[2].decode())):
            respond(200, json.dumps(known).encode())
        else:
            respond(404, _NO_SUCH)

    def _create(self, form: dict[str, str], respond: Respond) -> None:
        address = int(form["To"].removeprefix("whatsapp:").removeprefix("+"))
        if self.comes(address, self._answer(form)):
            self._sid += 1
            self.answered(respond, 201, (_MESSAGE % f"SM{self._sid:032x}").encode())
        else:
            self.answered(respond, 429, _TOO_MANY)

    def _answer(self, form: dict[str, str]) -> Answer:
        """What she reads: words, or a resource filled with its variables."""
        sid = form.get("ContentSid")
        if sid is None:
            return Answer(form.get("Body", ""))
        key = sid, form.get("ContentVariables", "{}")
        if key not in self._filled:
            if len(self._filled) > 1000:
                self._filled.clear()
            self._filled[key] = _filled(self._contents[sid]["types"], json.loads(key[1]), f"{sid} {key[1]}")
        return self._filled[key]

    def _create_content(self, document: dict[str, Any]) -> bytes:
        sid = "HX" + hashlib.sha256(json.dumps(document["types"], sort_keys=True).encode()).hexdigest()[:32]
        self._contents[sid] = document | {"sid": sid, "account_sid": ACCOUNT}
        return json.dumps(self._contents[sid]).encode()

    def _signature(self, form: dict[str, str]) -> bytes:
        said = self.url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), said.encode(), hashlib.sha1).digest())


def _filled(types: dict[str, Any], variables: dict[str, str], content: str) -> Answer:
    text = json.dumps(next(iter(types.values())))
    for name, value in variables.items():
        text = text.replace("{{" + name + "}}", json.dumps(value)[1:-1])
    shape = json.loads(text)
    buttons = [(action["title"], action["id"]) for action in shape.get("actions", ())]
    rows = [(item["item"], item["id"]) for item in shape.get("items", ())]
    return Answer(shape.get("body", ""), tuple(buttons + rows), (), content)
