"""Content resources: shapes of messages with buttons or a list, created once and filled for each message.

A resource holds no words at all. Its body is one variable for each line, with the line breaks between them
written down (a variable may hold none), and labels, actions and descriptions are variables too. So one
resource serves every sentence, in both languages, that has the same line breaks and the same number of
choices. How many there will be: the different patterns of line breaks in `texts/` (a few dozen; a sentence
has up to some ten lines, with single or double breaks) times the few numbers of choices each occurs with.
That is one to two hundred over the years, whatever the number of messages; Twilio sets no limit to them.
The fingerprint of a shape is the key under which its SID is kept.
"""

import asyncio
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.channels.twilio_client import TwilioClient
from bot.channels.twilio_transport import Refused, Trouble
from bot.channels.whatsapp_rendering import Form, WhatsAppMessage
from bot.channels.whatsapp_words import units

log = structlog.get_logger()

#: Most variables in one resource, and longest text Twilio takes as a body, in UTF-16 units.
VARIABLES, BODY = 100, 1024
#: How long nothing is created after Twilio was too busy, was ill, or said it has no such service.
BUSY, ILL, ABSENT = timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=1)
#: Its words are variables: the language of a resource is a formality.
LANGUAGE = "id"


class Memory(Protocol):
    """Small facts that outlive a restart."""

    async def get(self, key: str) -> str | None:
        """What was kept under a key."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Keep a value."""
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """A resource's `types`, and the values that fill it for one message."""

    types: Mapping[str, Any]
    variables: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """The same for every message of this shape."""
        return hashlib.sha256(json.dumps(self.types, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def document(self) -> dict[str, Any]:
        """What creates the resource. Twilio wants a sample for each variable."""
        samples = {name: f"teks {name}" for name in self.variables}
        name = f"berdaya_{self.fingerprint}"
        return {"friendly_name": name, "language": LANGUAGE, "variables": samples, "types": dict(self.types)}


class _Filling:
    """Hands out placeholders and remembers what goes into them."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}

    def __call__(self, value: str) -> str:
        name = str(len(self.variables) + 1)
        self.variables[name] = value
        return f"{{{{{name}}}}}"


def shape_of(message: WhatsAppMessage) -> Shape | None:
    """The shape of a message with buttons or a list; None where it can only be sent as text."""
    if message.form not in (Form.BUTTONS, Form.LIST) or not message.text:
        return None
    var = _Filling()
    body = re.sub(r"[^\n]+", lambda line: var(line[0]), message.text)
    if message.form is Form.BUTTONS:
        actions = [{"type": "QUICK_REPLY", "title": var(b.label), "id": var(b.action)} for b in message.buttons]
        types: dict[str, Any] = {"twilio/quick-reply": {"body": body, "actions": actions}}
    else:
        items = [
            {"item": var(row.label), "id": var(row.action)}
            | ({"description": var(row.description)} if row.description else {})
            for row in message.rows
        ]
        types = {"twilio/list-picker": {"body": body, "button": var(message.list_button), "items": items}}
    fits = len(var.variables) <= VARIABLES and units(body) <= BODY
    return Shape(types, var.variables) if fits else None


class Contents:
    """Creates each shape once, knows the SIDs. Trouble is logged and answered by None: send text instead."""

    def __init__(self, client: TwilioClient, memory: Memory) -> None:
        self._client, self._memory = client, memory
        self._sids: dict[str, str] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._refused: set[str] = set()
        self._rests_until: datetime | None = None

    async def sid(self, shape: Shape, now: datetime) -> str | None:
        """The SID of a shape, created if it does not exist yet; None where that is not possible now."""
        fingerprint = shape.fingerprint
        if fingerprint in self._sids:
            return self._sids[fingerprint]
        async with self._turns[fingerprint]:
            known = self._sids.get(fingerprint) or await self._recall(fingerprint)
            if known:
                self._sids[fingerprint] = known
                return known
            return await self._create(shape, fingerprint, now)

    async def forget(self, shape: Shape) -> None:
        """Twilio does not know the SID any more: the next message creates the shape anew."""
        if self._sids.pop(shape.fingerprint, None):
            log.warning("content resource is gone", shape=shape.fingerprint)
            await self._keep(shape.fingerprint, "")

    async def _create(self, shape: Shape, fingerprint: str, now: datetime) -> str | None:
        if fingerprint in self._refused or (self._rests_until and now < self._rests_until):
            return None
        try:
            sid = await self._client.create_content(shape.document)
        except Trouble as problem:
            self._give_way(problem, fingerprint, now)
            return None
        self._sids[fingerprint] = sid
        await self._keep(fingerprint, sid)
        log.info("content resource created", shape=fingerprint)
        return sid

    def _give_way(self, problem: Trouble, fingerprint: str, now: datetime) -> None:
        status = problem.status if isinstance(problem, Refused) else 0
        log.warning("content resource not created: numbered text instead", shape=fingerprint, status=status)
        if status == 400:
            self._refused.add(fingerprint)
            return
        self._rests_until = now + {404: ABSENT, 405: ABSENT, 429: BUSY}.get(status, ILL)

    async def _recall(self, fingerprint: str) -> str | None:
        try:
            return await self._memory.get(f"content:{fingerprint}")
        except (
            Exception
        ) as problem:  # whatever ails the memory must not hold up a message: at worst one is created twice
            log.warning("content memory not read", error=type(problem).__name__)
            return None

    async def _keep(self, fingerprint: str, sid: str) -> None:
        try:
            await self._memory.set(f"content:{fingerprint}", sid)
        except Exception as problem:  # as above; this process knows it anyway
            log.warning("content memory not written", error=type(problem).__name__)
