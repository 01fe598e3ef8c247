"""A Twilio that runs here: Messages, Content and approvals on one address, with women on WhatsApp to play.

It refuses what the OpenAPI documents or the written rules do not allow, keeps what everybody received, posts
signed webhooks and status callbacks, and fails on demand. HTTP is in `twilio_api.py`, women in
`twilio_people.py`.
"""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from aiohttp import web

from tests.doubles import specification, twilio_specification
from tests.doubles import twilio_rules as rules
from tests.doubles.clock import Clock
from tests.doubles.faults import Fault, FaultKind, FaultPlan
from tests.doubles.ledger import File, Place
from tests.doubles.pace import Pace
from tests.doubles.refusals import Reason, Refusal, not_now
from tests.doubles.server import Server
from tests.doubles.twilio_api import TwilioApi
from tests.doubles.twilio_content import Approval, Contents
from tests.doubles.twilio_delivery import CallbackPlan, failure_of, place_json
from tests.doubles.twilio_messages import Direction, TwilioMessage, new_sid
from tests.doubles.twilio_people import TwilioPerson
from tests.doubles.twilio_specification import TwilioByRulesAlone, TwilioSpecification
from tests.doubles.twilio_webhooks import Webhooks

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "double-auth-token-for-tests-only"
SENDER = "whatsapp:+6281100000000"


class TwilioDouble(Server):
    """Settings are plain attributes and may change at any time."""

    def __init__(
        self,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        sender: str = SENDER,
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(port)
        self.account_sid, self.auth_token, self.sender = account_sid, auth_token, sender
        self.clock = clock or Clock()
        self.contents = Contents()
        self.webhooks = Webhooks(self, auth_token)
        self.faults = FaultPlan()
        self.webhook_url = ""  #: where inbound messages go, with its `#rc=5&rp=all`; empty: nowhere
        self.callbacks = CallbackPlan()
        self.rate_limit: float = 0  #: sends a second for the account, 0 for any number
        self.delay: float = 0  #: seconds between accepting and answering
        self.copies = 1  #: how often each inbound message is posted
        self.persons: dict[str, TwilioPerson] = {}
        self.account_messages: list[TwilioMessage] = []
        self.sent: list[TwilioMessage] = []
        self.refusals: list[Refusal] = []
        self.sequence = 0
        self._missed, self._pace = 0, Pace()
        self._turns: dict[str, asyncio.Lock] = {}
        documents = [d for d in map(specification.load, twilio_specification.FILES) if d]
        self.checks_specification = len(documents) == len(twilio_specification.FILES)
        self.reader = TwilioSpecification(documents) if self.checks_specification else TwilioByRulesAlone()

    def person(
        self, address: str, profile_name: str = "Siti", external_id: str = "", heard: bool = False
    ) -> TwilioPerson:
        """A woman with WhatsApp. Her window is closed until she writes, or open at once if `heard`."""
        hidden = address.removeprefix("whatsapp:") if "+" not in address else ""
        scoped = f"ID.{sha256(address.encode()).hexdigest()[:20]}"
        person = TwilioPerson(self, address, profile_name, external_id or hidden or scoped)
        person.heard_at = self.clock.now() if heard else None
        self.persons[address] = person
        return person

    def template(self, body: str, buttons: Mapping[str, str] | None = None, name: str = "") -> str:
        """An approved template, as somebody made it earlier. `buttons`: id to title. Returns the SID."""
        actions = [{"type": "QUICK_REPLY", "id": key, "title": title} for key, title in (buttons or {}).items()]
        kind = "twilio/quick-reply" if buttons else "twilio/text"
        shape = {"body": body, "actions": actions} if buttons else {"body": body}
        return self.in_loop(lambda: self._template({"language": "id", "types": {kind: shape}}, name))

    def decide(self, sid: str, approval: Approval, reason: str = "") -> None:
        """Meta approves or rejects a submitted content."""
        content = self.contents.get(sid)
        content.approval, content.reason = approval, reason

    def fail_next(
        self,
        call: str,
        kind: FaultKind | str,
        *,
        times: int = 1,
        to: Hashable = None,
        code: int = 63018,
        retry_after: float | None = None,
        after: int = 0,
    ) -> None:
        """Let the next `times` calls (`Messages.create`, `Content.create`, `*` …) go wrong, each `after` so many good ones."""
        self.in_loop(lambda: self.faults.add(Fault(call, FaultKind(kind), to, retry_after, code, after), times))

    def miss_next_inbound(self, count: int = 1) -> None:
        """The next messages stand in the account's list but are never posted."""
        self._missed += count

    def plan_callbacks(self, statuses: Sequence[str], before_answer: bool = False, pause: float = 0) -> None:
        """Which status callbacks come from now on, and when (`CallbackPlan`)."""
        self.callbacks = CallbackPlan(tuple(statuses), pause, before_answer)

    def redeliver(self, sid: str) -> None:
        """Post an inbound message once more."""
        self.in_loop(lambda: self.spawn(self._post(self.message(sid))))

    @property
    def violations(self) -> list[Refusal]:
        """Refused calls that broke the contract, without those that met a state."""
        return [refusal for refusal in self.refusals if refusal.is_violation]

    def message(self, sid: str) -> TwilioMessage:
        """A message of either direction. Raises Refused (404)."""
        for message in self.account_messages:
            if message.sid == sid:
                return message
        raise not_now(f"The requested resource {sid} was not found", 404, 20404)

    def media_url(self, sid: str, media_sid: str) -> str:
        """Where the program fetches what she sent."""
        return f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media/{media_sid}"

    def application(self) -> web.Application:
        """The routes."""
        return TwilioApi(self).application()

    def opened(self) -> None:
        """Nothing is left undone: what Twilio could not post is found by listing."""

    def keep_pace(self, now: float) -> None:
        """Raises Refused (429) when sends come too fast."""
        if not self._pace.admit("account", self.rate_limit, now):
            raise not_now("Too Many Requests", 429, 20429)

    def accept(
        self, values: Mapping[str, Any], started: float, planned: int | None
    ) -> tuple[TwilioMessage, int | None]:
        """Take a message in; the error it will fail with, if any. Raises Refused."""
        rules.check_message(values, self.sender)
        message = self._composed(values)
        message.sid, message.started, message.given = new_sid(len(message.media)), started, values
        message.sender, message.to, message.created = self.sender, values["To"], self.clock.now()
        message.statuses.append("queued")
        failure = planned or failure_of(self, self.persons.get(message.to), message)
        self.account_messages.append(message)
        self.sent.append(message)
        if not failure and not message.media:
            self.show(message)
        return message, failure

    def show(self, message: TwilioMessage) -> None:
        """Put a message on her screen."""
        self.sequence += 1
        message.sequence = self.sequence
        self.persons[message.to].shown.append(message)
        self.tell_waiters()

    def receive(self, person: TwilioPerson, sid: str, form: Mapping[str, str], file: File | None) -> None:
        """Store what she sent and post it, in her order."""
        files = {file.file_id: file} if file else {}
        message = TwilioMessage(form["Body"], sid=sid, direction=Direction.INBOUND, files=files, given=form)
        message.sender, message.to, message.created = person.address, self.sender, self.clock.now()
        message.statuses.append("received")
        self.account_messages.append(message)
        if self._missed:
            self._missed -= 1
        elif self.webhook_url:
            self.spawn(self._post(message))

    def _composed(self, values: Mapping[str, Any]) -> TwilioMessage:
        if "ContentSid" not in values:
            message = TwilioMessage(values.get("Body", ""), media=tuple(values.get("MediaUrl", ())))
            for action in values.get("PersistentAction", ()):
                message.venue = Place(**place_json(action))
            return message
        content, shown = self.contents.render(values["ContentSid"], values.get("ContentVariables"))
        message = TwilioMessage(shown.text, shown.rows, venue=shown.venue, media=shown.media)
        message.content_sid, message.list_button = content.sid, shown.list_button
        message.is_template = content.approval is Approval.APPROVED
        return message

    async def _post(self, message: TwilioMessage) -> None:
        async with self._turns.setdefault(message.sender, asyncio.Lock()):
            for _ in range(self.copies):
                posted = await self.webhooks.post(self.webhook_url, message.given)
                if posted.is_taken and posted.speaks:
                    words = f"the webhook answered {posted.answer[:80]!r} instead of an empty Response"
                    self.refusals.append(Refusal("webhook", Reason.RULE, words, 200, 12100, message.given))

    def _template(self, document: Mapping[str, Any], name: str) -> str:
        content = self.contents.create(document, self.clock.now())
        self.contents.submit(content, name or f"template_{len(self.contents.by_sid)}", "UTILITY")
        content.approval = Approval.APPROVED
        return content.sid
