"""The templates this program needs, as Twilio and Meta know them: creating, submitting, how far each one is.

What each says is in `whatsapp_templates.py`. A template of ours is known by its name at Twilio, `berdaya_<name>_<language>`,
with `_2`, `_3` … where an earlier wording was rejected: Meta never takes a rejected name again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.channels.twilio_client import TwilioClient
from bot.channels.whatsapp_templates import KINDS, Kind

_CONTENT = "https://content.twilio.com/v1"
LANGUAGES = ("id", "en")
#: What Meta's readers see in the place of each value.
_SAMPLES = {
    "called": "Bu Siti", "name": "Siti", "near": "besok (Sabtu, 28 November)", "event": "Menjahit Dasar",
    "when": "Sabtu, 28 November 2026, pukul 09.00–12.00 WIB", "before": "Jumat, 27 November 2026, pukul 09.00–12.00 WIB",
    "venue": "Balai Warga RW 05", "deadline": "Jumat, 27 November 2026, pukul 09.00 WIB", "coming": "12", "excused": "2",
    "unanswered": "3", "text": "Boleh bawa mesin jahit sendiri.",
}  # fmt: skip


class Approval(StrEnum):
    """How far a template is. Beside `missing` these are Twilio's words."""

    MISSING = "missing"  #: not at Twilio
    UNSUBMITTED = "unsubmitted"  #: created, not yet shown to Meta
    RECEIVED = "received"
    PENDING = "pending"  #: Meta reads it
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"  #: too many recipients disliked it
    DISABLED = "disabled"


#: The better, the earlier: which of several wordings counts.
_BEST = (
    Approval.APPROVED, Approval.PENDING, Approval.RECEIVED, Approval.UNSUBMITTED, Approval.PAUSED, Approval.REJECTED,
    Approval.DISABLED, Approval.MISSING,
)  # fmt: skip
#: Of such a wording nothing more will come.
LOST = (Approval.REJECTED, Approval.DISABLED)


@dataclass(frozen=True, slots=True)
class AtTwilio:
    """A Content resource as Twilio lists it."""

    sid: str
    name: str  #: the friendly name
    body: str
    approval: Approval
    reason: str = ""  #: Meta's, for a rejection


@dataclass(frozen=True, slots=True)
class Proposal:
    """One template in one language."""

    kind: Kind
    language: str

    @property
    def key(self) -> str:
        """Its name in the configuration."""
        return self.kind.name if self.language == "id" else f"{self.kind.name}_{self.language}"

    @property
    def says(self) -> str:
        """Its words."""
        return self.kind.says if self.language == "id" else self.kind.says_en

    def name(self, number: int = 1) -> str:
        """Its name at Twilio and Meta."""
        return f"berdaya_{self.kind.name}_{self.language}" + (f"_{number}" if number > 1 else "")

    def number_of(self, name: str) -> int | None:
        """Which wording of this template a name means; None if none."""
        found = re.fullmatch(rf"{self.name()}(?:_(\d+))?", name)
        return int(found[1] or 1) if found else None

    def document(self, number: int) -> dict[str, Any]:
        """What creates it at Twilio."""
        samples = {str(place): _SAMPLES[value] for place, value in enumerate(self.kind.values, 1)}
        shape: dict[str, Any] = {"body": self.says}
        actions = []
        for place, titles in enumerate(self.kind.titles, len(samples) + 1):
            samples[str(place)] = f"menu:{place}"
            title = titles[LANGUAGES.index(self.language)]
            actions.append({"type": "QUICK_REPLY", "title": title, "id": f"{{{{{place}}}}}"})
        types = {"twilio/quick-reply": {**shape, "actions": actions}} if actions else {"twilio/text": shape}
        return {"friendly_name": self.name(number), "language": self.language, "variables": samples, "types": types}


#: Every template in every language.
PROPOSALS = tuple(Proposal(kind, language) for kind in dict.fromkeys(KINDS.values()) for language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one template stands: the wording that counts, and whether the configuration names it."""

    proposal: Proposal
    found: AtTwilio | None
    is_configured: bool

    @property
    def approval(self) -> Approval:
        """How far it is."""
        return self.found.approval if self.found else Approval.MISSING


async def listed(client: TwilioClient) -> list[AtTwilio]:
    """All Content resources of the account with their approvals. Raises Trouble."""
    url: str | None = f"{_CONTENT}/ContentAndApprovals?PageSize=500"
    found: list[AtTwilio] = []
    while url:
        page = await client.ask("GET", url)
        found += [_read(entry) for entry in page.get("contents", ())]
        url = (page.get("meta") or {}).get("next_page_url")
    return found


async def create(client: TwilioClient, proposal: Proposal, number: int) -> str:
    """Create a template; its SID. Raises Trouble."""
    return await client.create_content(proposal.document(number))


async def submit(client: TwilioClient, found: AtTwilio, category: str) -> None:
    """Show a template to Meta under its own name. Raises Trouble."""
    url = f"{_CONTENT}/Content/{found.sid}/ApprovalRequests/whatsapp"
    await client.ask("POST", url, {"name": found.name, "category": category})


def standings(found: Sequence[AtTwilio], configured: Mapping[str, str]) -> list[Standing]:
    """Where each template stands. `configured`: key → SID; what it names wins over our own names."""
    by_sid = {entry.sid: entry for entry in found}
    standing = []
    for proposal in PROPOSALS:
        sid = configured.get(proposal.key)
        named = by_sid.get(sid, AtTwilio(sid, "", "", Approval.MISSING)) if sid else _best(proposal, found)
        standing.append(Standing(proposal, named, bool(sid)))
    return standing


def next_number(standing: Standing, found: Iterable[AtTwilio]) -> int | None:
    """The number under which a template is to be created; None if there is nothing to create.

    After a rejection that is so only once its words have changed: the same words would be rejected again.
    """
    if standing.is_configured:
        return None
    if standing.found is None:
        return 1
    if standing.approval not in LOST or standing.found.body == standing.proposal.says:
        return None
    numbers = [standing.proposal.number_of(entry.name) or 0 for entry in found]
    return max(numbers) + 1


def approved(found: Sequence[AtTwilio]) -> dict[str, str]:
    """The approved templates of ours: key → SID."""
    ours = standings(found, {})
    return {s.proposal.key: s.found.sid for s in ours if s.found and s.approval is Approval.APPROVED}


def _best(proposal: Proposal, found: Iterable[AtTwilio]) -> AtTwilio | None:
    ours = [(entry, number) for entry in found if (number := proposal.number_of(entry.name))]
    return min(ours, key=lambda o: (_BEST.index(o[0].approval), -o[1]), default=(None, 0))[0]


def _read(entry: Mapping[str, Any]) -> AtTwilio:
    asked = entry.get("approval_requests") or {}
    status = str(asked.get("status") or Approval.UNSUBMITTED)
    known = Approval(status) if status in set(Approval) else Approval.PENDING
    bodies = [shape.get("body", "") for shape in (entry.get("types") or {}).values() if isinstance(shape, Mapping)]
    return AtTwilio(
        str(entry["sid"]), entry.get("friendly_name") or "", max(bodies, key=len, default=""), known,
        asked.get("rejection_reason") or "",
    )  # fmt: skip
