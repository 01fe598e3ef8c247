"""Filling approved templates: which variables an operator's template really has, and what goes into each.

Twilio refuses a variable too many as well as one too few, and operators word their templates as Meta lets
them. So the template itself is looked at once. Where Twilio does not show it, the form written in
`whatsapp_templates.py` is taken for granted.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.channels.twilio_client import TwilioClient
from bot.channels.twilio_transport import Trouble
from bot.channels.whatsapp_content import Memory
from bot.channels.whatsapp_proposals import approved, listed
from bot.channels.whatsapp_templates import NOTHING, Kind, Template

log = structlog.get_logger()

#: How long an answer holds that there is no such template.
LOOKS_AGAIN = timedelta(minutes=10)
#: Under this key it is remembered which templates were found: name → SID, as JSON.
REMEMBERED = "templates"
#: Under this key, for whoever plans a broadcast, which names can be used (`models/template_fit.py` reads it).
USABLE = "usable_templates"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Looks:
    """What matters of a template: its text's variables in order; its buttons' titles and id variables."""

    values: tuple[str, ...]
    buttons: tuple[tuple[str, str | None], ...] = ()

    def filled(self, values: tuple[str, ...], actions: tuple[str, ...]) -> dict[str, str]:
        """Its variables: values by position, and for a button's id the action of the choice in its place."""
        given = dict(zip(self.values, (*values, *[NOTHING] * len(self.values)), strict=False))
        for (_, name), action in zip(self.buttons, (*actions, *["menu"] * len(self.buttons)), strict=False):
            if name:
                given[name] = action
        return given


class Approved:
    """The operator's templates, by name, and how they look."""

    def __init__(self, client: TwilioClient, sids: Mapping[str, str], memory: Memory) -> None:
        """`sids` maps a template's name, or its name with `_en` for English readers, to its SID.

        Names that are not in it are looked for at Twilio, and remembered in `memory`.
        """
        self._client, self._memory = client, memory
        self._configured = {name: sid for name, sid in sids.items() if sid}
        self._sids = dict(self._configured)
        self._looks: dict[str, Looks] = {}
        self._looked_at: datetime | None = None

    @property
    def names(self) -> list[str]:
        """The templates that are configured."""
        return sorted(self._sids)

    def sid(self, template: Template | None, language: str) -> str | None:
        """The SID of a template, in her language if there is one; None if none is configured."""
        if template is None:
            return None
        return self._sids.get(f"{template.name}_{language}") or self._sids.get(template.name)

    async def sid_now(self, template: Template | None, language: str, now: datetime) -> str | None:
        """The same, after asking Twilio again where none is known: it may have been approved meanwhile."""
        found = self.sid(template, language)
        if found is None and template is not None and (self._looked_at is None or now - self._looked_at > LOOKS_AGAIN):
            await self.discover(now)
            found = self.sid(template, language)
        return found

    async def discover(self, now: datetime) -> None:
        """Find what Meta has approved under our own names; what was found before holds while Twilio is silent."""
        self._looked_at = now
        try:
            found = approved(await listed(self._client))
        except Trouble as problem:
            log.warning("templates not listed by Twilio", problem=str(problem))
            found = json.loads(await self._memory.get(REMEMBERED) or "{}")
        else:
            await self._memory.set(REMEMBERED, json.dumps(found, sort_keys=True))
        self._sids = {**found, **self._configured}
        await self._memory.set(USABLE, json.dumps(self.names))

    async def looks(self, sid: str, kind: Kind) -> Looks:
        """How a template looks, asked of Twilio once."""
        if sid in self._looks:
            return self._looks[sid]
        try:
            found = looks_of(await self._types(sid))
        except Trouble as problem:
            log.warning("template not shown by Twilio", template=kind.name, problem=str(problem))
            return as_written(kind)
        self._looks[sid] = found
        return found

    async def _types(self, sid: str) -> Mapping[str, Any]:
        try:
            return await self._client.content_types(sid)
        except Trouble:
            found = dict(await self._client.contents())
            if sid not in found:
                raise
            return found[sid]


def as_written(kind: Kind) -> Looks:
    """The form of `whatsapp_templates.py`: values first, then the ids of buttons."""
    first = len(kind.values) + 1
    names = tuple(str(number) for number in range(1, first))
    return Looks(names, tuple((title, str(first + place)) for place, title in enumerate(kind.buttons)))


def looks_of(types: Mapping[str, Any]) -> Looks:
    """Read a template's variables out of its `types`."""
    shape: Mapping[str, Any] = max(types.values(), key=lambda s: len(s.get("actions") or ()), default={})
    buttons = tuple(
        (
            str(action.get("title", "")),
            found[1] if (found := _PLACEHOLDER.search(action.get("id") or "")) else None,
        )
        for action in shape.get("actions") or ()
    )
    ids = {name for _, name in buttons if name}
    everything = set(_PLACEHOLDER.findall(json.dumps(types, ensure_ascii=False)))
    return Looks(
        tuple(sorted(everything - ids, key=lambda n: (not n.isdigit(), int(n) if n.isdigit() else 0, n))),
        buttons,
    )
