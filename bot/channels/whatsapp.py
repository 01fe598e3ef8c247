"""WhatsApp through Twilio: sends parcels, checks signatures, asks what became of a send and what was missed.

The transport only: looks are in `whatsapp_rendering.py`, forms in `whatsapp_inbound.py`, Content resources
in `whatsapp_content.py`, error codes in `whatsapp_errors.py`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from bot.channels import whatsapp_errors as errors
from bot.channels.base import DeliveryStatus, Parcel, Rejected, Sent, TryLater, WindowClosed
from bot.channels.twilio_client import Listed, TwilioClient
from bot.channels.twilio_transport import ANSWER_WITHIN, Refused, Trouble
from bot.channels.whatsapp_approved import Approved
from bot.channels.whatsapp_content import Contents, Memory, shape_of
from bot.channels.whatsapp_inbound import CHANNEL, PREFIX, heard_of, listed_heard, status_of
from bot.channels.whatsapp_recognising import carries, is_same
from bot.channels.whatsapp_rendering import Form, Pin, WhatsAppMessage, render
from bot.channels.whatsapp_signature import Signatures
from bot.channels.whatsapp_templates import kind_of, too_long
from bot.conversation.heard import Heard, MediaRef
from bot.conversation.talk import Shown
from bot.conversation.texts import Texts

log = structlog.get_logger()

#: Two clocks, Twilio's and ours, agree this well: a reconciliation starts to look so much earlier.
CLOCKS = timedelta(minutes=1)
#: Most missed messages looked for at a time.
MISSED = 10_000
#: HTTP statuses that say a file is not there any more.
GONE = frozenset({403, 404, 410})


class WhatsAppChannel:
    """One WhatsApp sender at Twilio."""

    name = CHANNEL
    window_hours: float | None = 24.0

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        texts: Texts,
        memory: Memory,
        known: Callable[[str], Awaitable[bool]],
        now: Callable[[], datetime],
        templates: Mapping[str, str] | None = None,
        api_base_url: str = "",
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        """`sender` is our number, with or without `whatsapp:`. `public_url` is where Twilio reaches us.

        `templates` maps names of `whatsapp_templates.NAMES` to approved SIDs. `known` says whether a SID
        belongs to a row of ours already. `api_base_url`, when not empty, stands for every Twilio host.
        `answer_within` is the longest a call may take, in seconds.
        """
        self.account = sender
        self._from = PREFIX + sender.removeprefix(PREFIX)
        self._public_url, self._texts, self._known, self._now = public_url.rstrip("/"), texts, known, now
        self._client = TwilioClient(account_sid, auth_token, api_base_url, answer_within)
        self._signatures = Signatures(auth_token, public_url)
        self._contents = Contents(self._client, memory)
        self._approved = Approved(self._client, templates or {}, memory)
        self._tells_statuses = bool(api_base_url) or _is_public(self._public_url)
        self._refusals = 0  #: bursts of 429 in a row
        self._rests_until = now()

    async def open(self) -> None:
        """Check the account. Raises ChannelDown or TryLater."""
        await self.check()
        await self._approved.discover(self._now())
        log.info("whatsapp ready", templates=self._approved.names)

    async def check(self) -> str:
        """Ask Twilio for something small; our sender's address. Raises ChannelDown or TryLater."""
        try:
            await self._client.messages(to=self._from, most=1)
        except Trouble as problem:
            raise errors.of_question(problem) from problem
        return self._from

    async def close(self) -> None:
        """Release connections."""
        await self._client.close()

    async def send(self, parcel: Parcel) -> Sent:
        """Send one message, in the richest form that is possible now. Raises NotSent."""
        message = self._render(parcel)
        if not parcel.window_open:
            return await self._send_template(parcel, message)
        try:
            return await self._send_rich(parcel, message) or await self._send_words(parcel, message)
        except WindowClosed:
            return await self._send_template(parcel, message)

    async def reconcile(self, parcel: Parcel) -> str | None:
        """The SID of this very message in Twilio's list, if no other row has it. Raises as `check`."""
        since = (parcel.created_at or parcel.now) - CLOCKS
        try:
            listed = await self._client.messages(to=PREFIX + parcel.address, from_=self._from, since=since)
        except Trouble as problem:
            raise errors.of_question(problem) from problem
        looks = [self._render(replace(parcel, now=at)) for at in {parcel.now, parcel.created_at or parcel.now}]
        carried = await self._carried(parcel, looks[0])
        for message in listed:
            is_it = any(is_same(message, look) for look in looks) or carries(message, carried)
            if is_it and not await self._known(message.sid):
                return message.sid
        return None

    async def missed(self, since: datetime) -> list[Heard]:
        """What was written to us since a time, by Twilio's own list, oldest first. Raises as `check`."""
        try:
            listed = await self._client.messages(to=self._from, since=since, most=MISSED)
            return [
                listed_heard(message, await self._file_of(message), self.account)
                for message in listed
                if message.is_inbound
            ]
        except Trouble as problem:
            raise errors.of_question(problem) from problem

    async def fetch(self, media: MediaRef, limit: int) -> bytes:
        """The bytes of a file she sent, at most `limit`. Raises Rejected when larger or gone, TryLater."""
        try:
            data = await self._client.download(media.ref, limit)
        except Refused as problem:
            if problem.status in GONE:
                raise Rejected("media_gone") from problem
            raise errors.of_question(problem) from problem
        except Trouble as problem:
            raise TryLater("no_connection", errors.HICCUP, counts=False) from problem
        if data is None:
            raise Rejected("media_too_large")
        return data

    def verify(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Whether Twilio signed this request. Of `url` only path and query count: we know our own host."""
        return self._signatures.verify(url, params, headers)

    def heard(self, form: Mapping[str, str]) -> Heard | None:
        """The message of an inbound form, or None if it holds none."""
        return heard_of(form, self.account, self._now())

    def status(self, token: str, form: Mapping[str, str]) -> DeliveryStatus | None:
        """The word of a status callback on the row of that token, or None if it says nothing."""
        return status_of(token, form)

    def _render(self, parcel: Parcel) -> WhatsAppMessage:
        return render(parcel.reply, self._texts, parcel.language, parcel.now, self._public_url)

    async def _send_rich(self, parcel: Parcel, message: WhatsAppMessage) -> Sent | None:
        """Send with buttons or a list; None where words must do."""
        shape = shape_of(message)
        sid = await self._contents.sid(shape, parcel.now) if shape else None
        if shape is None or sid is None:
            return None
        try:
            return await self._post(parcel, message.shown, **_content(sid, shape.variables))
        except Rejected as problem:
            if problem.reason != "template_fault":
                raise
            log.warning("content refused: numbered text instead", shape=shape.fingerprint)
            await self._contents.forget(shape)
            return None

    async def _send_words(self, parcel: Parcel, message: WhatsAppMessage) -> Sent:
        if message.form in (Form.BUTTONS, Form.LIST):
            return await self._post(parcel, message.shown, body=message.numbered)
        fields: dict[str, Any] = {"body": message.text} if message.text else {}
        if message.media:
            fields["media_url"] = [message.media]
        if message.location:
            fields["persistent_action"] = [_geo(message.location)]
        return await self._post(parcel, message.shown, **fields)

    async def _send_template(self, parcel: Parcel, message: WhatsAppMessage) -> Sent:
        """Send by an approved template. Raises WindowClosed if none is configured for such a reply."""
        template, kind = message.template, kind_of(parcel.reply.key)
        sid = await self._approved.sid_now(template, parcel.language, parcel.now)
        if template is None or kind is None or sid is None:
            raise WindowClosed("window_closed")
        if too_long(kind, template.values):
            raise Rejected("too_long")
        looks = await self._approved.looks(sid, kind)
        actions = tuple(choice.action for choice in parcel.reply.choices)
        shown = message.shown
        if shown and any(title for title, _ in looks.buttons):
            titles = [title for title, _ in looks.buttons]
            shown = Shown(shown.at, tuple(zip(actions, titles, strict=False)))
        return await self._post(parcel, shown, **_content(sid, looks.filled(template.values, actions)))

    async def _carried(self, parcel: Parcel, message: WhatsAppMessage) -> tuple[str, ...]:
        """The values her message would show if it went by template; none if it would not."""
        template, kind = message.template, kind_of(parcel.reply.key)
        sid = self._approved.sid(template, parcel.language)
        if template is None or kind is None or sid is None:
            return ()
        return template.values[: len((await self._approved.looks(sid, kind)).values)]

    async def _post(self, parcel: Parcel, shown: Shown | None, **fields: Any) -> Sent:
        if self._tells_statuses:
            fields["status_callback"] = f"{self._public_url}/whatsapp/status/{parcel.token}"
        try:
            sid = await self._client.send(to=PREFIX + parcel.address, from_=self._from, **fields)
        except Trouble as problem:
            outcome = errors.of_send(problem)
            if isinstance(outcome, TryLater) and outcome.reason == "too_many_requests":
                outcome.after = max(outcome.after, self._rest())
            raise outcome from problem
        self._refusals = 0
        return Sent(sid, shown)

    def _rest(self) -> float:
        """Seconds to rest after a 429. Those of messages that left at the same moment count as one."""
        now = self._now()
        if now >= self._rests_until:
            self._refusals += 1
            self._rests_until = now + timedelta(seconds=errors.pause_after(self._refusals))
        return (self._rests_until - now).total_seconds()

    async def _file_of(self, message: Listed) -> MediaRef | None:
        files = await self._client.media_of(message.sid) if message.is_inbound and message.media else []
        return MediaRef(*files[0]) if files else None


def _content(sid: str, variables: Mapping[str, str]) -> dict[str, Any]:
    filled = {"content_variables": json.dumps(variables, ensure_ascii=False)} if variables else {}
    return {"content_sid": sid, **filled}


def _geo(pin: Pin) -> str:
    """A map pin as Twilio's `PersistentAction`, the one place that knows this form."""
    return f"geo:{pin.latitude:.6f},{pin.longitude:.6f}|{pin.label}"


def _is_public(url: str) -> bool:
    """Whether Twilio can reach an address. It refuses a whole message whose callback it cannot."""
    host = urlsplit(url).hostname or ""
    return "." in host and not host.startswith("127.") and host != "0.0.0.0"
