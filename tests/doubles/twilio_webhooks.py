"""Twilio's posts to the program: signed over the public URL, tried again as its fragment asks (`#rc=5`)."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag
from xml.etree import ElementTree

import aiohttp
from twilio.request_validator import HMAC_SHA1, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator

from tests.doubles.server import Server, is_loopback

IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"
ALL_TRIES = 15  #: seconds
CONNECT_FAILED, READ_FAILED = 0, -1


@dataclass(frozen=True, slots=True)
class Posted:
    """One attempt. `status` is HTTP's, 0 when no connection came about, -1 when no answer came."""

    url: str
    form: Mapping[str, str]
    status: int
    answer: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the program has answered 2xx."""
        return 200 <= self.status < 300

    @property
    def speaks(self) -> bool:
        """Whether the answer holds TwiML verbs, or is no TwiML at all; an empty `<Response/>` is right."""
        try:
            root = ElementTree.fromstring(self.answer) if self.answer.strip() else None
        except ElementTree.ParseError:
            return True
        return root is not None and (root.tag != "Response" or len(root) > 0)


class Webhooks:
    """Posts and keeps a record of every attempt."""

    def __init__(self, server: Server, auth_token: str) -> None:
        self._server = server
        self._validator = RequestValidator(auth_token)
        self.algorithm = HMAC_SHA1  #: HMAC_SHA256 signs as with a shared key, naming it in a header
        self.pause = 0.1  #: seconds between two tries
        self.posted: list[Posted] = []

    async def post(self, address: str, form: Mapping[str, str]) -> Posted:
        """Post until it is taken or the rules of the fragment are used up. Returns the last attempt."""
        url, fragment = urldefrag(address)
        rules = dict(parse_qsl(fragment))
        tries, policy = 1 + int(rules.get("rc", 1)), rules.get("rp", "ct")
        token, loop = uuid.uuid4().hex, asyncio.get_running_loop()
        until = loop.time() + ALL_TRIES
        while True:
            done = await self._once(url, form, token)
            self.posted.append(done)
            self._server.tell_waiters()
            tries -= 1
            if done.is_taken or not tries or not _again(policy, done.status) or loop.time() > until:
                return done
            await asyncio.sleep(self.pause)

    async def _once(self, url: str, form: Mapping[str, str], token: str) -> Posted:
        if not is_loopback(url):
            return Posted(url, form, CONNECT_FAILED, "the double posts to 127.0.0.1 only")
        headers = {
            SIGNATURE_HEADER: self._validator.compute_signature(url, dict(form), self.algorithm),
            IDEMPOTENCY_HEADER: token,
        }
        if self.algorithm != HMAC_SHA1:
            headers[SIGNATURE_SETTINGS_HEADER] = f"key=webhooks_sharedkey_double,algorithm={self.algorithm}"
        try:
            async with self._server.http.post(url, data=dict(form), headers=headers) as answer:
                return Posted(url, form, answer.status, await answer.text())
        except aiohttp.ClientConnectorError as trouble:
            return Posted(url, form, CONNECT_FAILED, str(trouble))
        except (OSError, TimeoutError, aiohttp.ClientError) as trouble:
            return Posted(url, form, READ_FAILED, str(trouble))


def _again(policies: str, status: int) -> bool:
    """Whether the policy repeats after that status: `ct` connect, `rt` read, `4xx`, `5xx`, `all`."""
    name = {CONNECT_FAILED: "ct", READ_FAILED: "rt"}.get(status, f"{status // 100}xx")
    return "all" in policies.split(",") or name in policies.split(",")
