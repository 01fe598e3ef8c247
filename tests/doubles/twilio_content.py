"""Content resources and their approval: created once, filled with variables for each message. No HTTP."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tests.doubles import twilio_rules as rules
from tests.doubles.ledger import Button, Place, Rows
from tests.doubles.refusals import breaks_rule, not_now


class Approval(StrEnum):
    """How far Meta is with a template."""

    UNSUBMITTED = "unsubmitted"
    RECEIVED = "received"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass
class Content:
    """One resource. `kind` is the type WhatsApp shows: the richest there is."""

    sid: str
    language: str
    types: dict[str, Any]
    variables: dict[str, str]
    friendly_name: str
    created: datetime
    approval: Approval = Approval.UNSUBMITTED
    name: str = ""
    category: str = ""
    reason: str = ""

    @property
    def kind(self) -> str:
        """The type that is shown."""
        return max(self.types, key=lambda kind: kind != "twilio/text")

    @property
    def approval_json(self) -> dict[str, Any]:
        """The state of the approval as Twilio writes it."""
        names = {"name": self.name, "category": self.category, "content_type": self.kind}
        return names | {
            "status": self.approval,
            "rejection_reason": self.reason,
            "allow_category_change": True,
        }


@dataclass(frozen=True, slots=True)
class Rendered:
    """A content as she sees it."""

    text: str
    rows: Rows = ()
    list_button: str = ""
    media: tuple[str, ...] = ()
    venue: Place | None = None


@dataclass
class Contents:
    """All resources of the account."""

    by_sid: dict[str, Content] = field(default_factory=dict)

    def create(self, document: Mapping[str, Any], now: datetime) -> Content:
        """A new resource. Raises Refused."""
        rules.check_content(document)
        variables, name = dict(document.get("variables") or {}), document.get("friendly_name") or ""
        sid = "HX" + uuid.uuid4().hex
        content = Content(sid, document["language"], dict(document["types"]), variables, name, now)
        self.by_sid[sid] = content
        return content

    def get(self, sid: str) -> Content:
        """The resource of that SID. Raises Refused (404)."""
        if sid not in self.by_sid:
            raise not_now(f"The requested resource /v1/Content/{sid} was not found", 404, 20404)
        return self.by_sid[sid]

    def submit(self, content: Content, name: str, category: str) -> None:
        """Ask for approval. Raises Refused, also for a name that was rejected once."""
        rules.check_template(name, category, content.types)
        if any(other.name == name for other in self.by_sid.values()):
            raise breaks_rule(f"the name {name} is taken, or was rejected, and cannot be used again")
        content.name, content.category, content.approval = name, category, Approval.PENDING

    def render(self, sid: str, variables: str | None) -> tuple[Content, Rendered]:
        """The content with its variables in place. Raises Refused for what cannot be shown."""
        content = self.by_sid.get(sid)
        if content is None:
            raise breaks_rule("The ContentSid Parameter is invalid", 21655)
        given = rules.variables_of(variables)
        shape = rules.filled(content.types[content.kind], rules.placeholders(content.types), content.variables | given)
        rules.check_shape(content.kind, shape)
        return content, _rendered(shape)


def _rendered(shape: Mapping[str, Any]) -> Rendered:
    buttons = [Button(b["title"], b.get("id") or b["title"]) for b in shape.get("actions", ())]
    buttons += [Button(i["item"], i["id"], "", i.get("description", "")) for i in shape.get("items", ())]
    venue = None
    if "latitude" in shape:
        label, address = shape.get("label", ""), shape.get("address", "")
        venue = Place(float(shape["latitude"]), float(shape["longitude"]), label, address)
    rows = tuple((button,) for button in buttons)
    return Rendered(shape.get("body", ""), rows, shape.get("button", ""), tuple(shape.get("media", ())), venue)
