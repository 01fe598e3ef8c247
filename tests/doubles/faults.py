"""Planned faults: which of the next calls goes wrong, and how. The doubles carry them out."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong. Both doubles know all of them, except where a line says otherwise."""

    RATE = "429"  #: not processed; with `retry_after`, the whole token is refused that long
    ERROR = "500"  #: not processed
    RESET_BEFORE = "reset_before"  #: connection dropped, nothing was accepted
    RESET_AFTER_ACCEPT = "reset_after_accept"  #: accepted (she has it), then the connection is dropped
    TIMEOUT_AFTER_ACCEPT = "timeout_after_accept"  #: accepted, then no answer until the caller gives up
    BLOCKED = "403"  #: Telegram: she has blocked the bot
    CHAT_NOT_FOUND = "400"  #: Telegram: no such chat
    UNAUTHORIZED = "401"  #: the token or the account is not valid
    REFUSED = "refused"  #: Twilio: answered 400 with `code`
    UNDELIVERED = "undelivered"  #: Twilio: answered 201, fails later with `code` by status callback


AFTER_ACCEPT = frozenset({FaultKind.RESET_AFTER_ACCEPT, FaultKind.TIMEOUT_AFTER_ACCEPT, FaultKind.UNDELIVERED})
ANY = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault. `to` limits it to one address; `retry_after` in seconds, None to leave it out.

    `after` lets so many calls it fits go well first, for each time it strikes.
    """

    call: str
    kind: FaultKind
    to: Hashable = None
    retry_after: float | None = 1
    code: int = 63018
    after: int = 0

    def fits(self, call: str, to: Hashable) -> bool:
        """Whether it strikes this call."""
        return self.call in (ANY, call) and self.to in (None, to)


class FaultPlan:
    """Faults in the order they were planned; each strikes once."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.struck: list[Fault] = []

    def add(self, fault: Fault, times: int = 1) -> None:
        """Let it strike the next `times` calls it fits."""
        self.waiting.extend([fault] * times)

    def take(self, call: str, to: Hashable = None) -> Fault | None:
        """The fault for this call, used up by asking; None if it may go well."""
        for place, fault in enumerate(self.waiting):
            if fault.fits(call, to):
                if fault.after:
                    self.waiting[place] = replace(fault, after=fault.after - 1)
                    return None
                del self.waiting[place]
                self.struck.append(fault)
                return fault
        return None
