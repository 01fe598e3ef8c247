"""What a double says no to: the exception its rules raise, and the record a test reads afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a call was refused."""

    SPECIFICATION = "specification"  #: the provider's own specification does not allow it
    RULE = "rule"  #: a written rule that the specification only tells in prose
    STATE = "state"  #: well-formed, but not now: unknown chat, blocked, not modified, too many


@dataclass
class Refused(Exception):
    """Raised by checks, answered by the double in the provider's own words."""

    reason: Reason
    description: str
    status: int = 400  #: HTTP
    code: int = 20001  #: Twilio's error code; Telegram repeats the HTTP status
    parameters: Mapping[str, int] = field(default_factory=dict)  #: Telegram's `parameters`

    def __str__(self) -> str:
        return f"{self.status} {self.description}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused call, as a test reads it."""

    call: str
    reason: Reason
    description: str
    status: int
    code: int
    given: Mapping[str, Any]

    @property
    def is_violation(self) -> bool:
        """Whether the caller broke the contract, rather than met a state."""
        return self.reason is not Reason.STATE


def breaks_rule(description: str, code: int = 20001) -> Refused:
    """A written rule is broken: HTTP 400."""
    return Refused(Reason.RULE, description, code=code)


def breaks_specification(description: str, code: int = 20001) -> Refused:
    """The specification does not allow it: HTTP 400."""
    return Refused(Reason.SPECIFICATION, description, code=code)


def not_now(description: str, status: int = 400, code: int = 20001, **parameters: int) -> Refused:
    """Well-formed, but the state of things forbids it."""
    return Refused(Reason.STATE, description, status, code, parameters)
