"""What a failure at Twilio means for the sender: one table of codes, one judgement of HTTP.

The codes and their classes come from Twilio's error pages and its rules for WhatsApp. Which reason is kept
on a row and what happens next is not decided here but by `bot/delivery`.
"""

import random
from collections.abc import Callable, Mapping
from functools import partial

from bot.channels.base import (
    Blocked,
    ChannelDown,
    NotSent,
    OptedOut,
    Rejected,
    TryLater,
    Uncertain,
    WindowClosed,
)
from bot.channels.twilio_transport import NotConnected, Refused, Trouble

#: Seconds until the next try: after a hiccup, with the pace exceeded, the tier used up, Meta holding back.
HICCUP, PACE, TIER, HELD_BACK = 30.0, 900.0, 3600.0, 6 * 3600.0
#: First and longest pause after HTTP 429, in seconds; each further 429 in a row doubles it.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
TOO_MANY = 20429

_template_fault = partial(Rejected, "template_fault")
_bad_address = partial(Rejected, "bad_address")
_account = partial(ChannelDown, "account_refused")
_blocked = partial(Blocked, "blocked")
_trouble = partial(TryLater, "provider_trouble", HICCUP)
_held_back = partial(TryLater, "held_back", HELD_BACK)

#: Twilio's code → what became of the message. The reasons are the closed list `REASONS`.
FATES: Mapping[int, Callable[[], NotSent]] = {
    TOO_MANY: partial(TryLater, "too_many_requests", FIRST_PAUSE, pause_all=True, counts=False),
    63016: partial(WindowClosed, "window_closed"),
    63018: partial(TryLater, "rate_limited", PACE, pause_all=True),
    63017: partial(TryLater, "rate_limited", TIER, pause_all=True),
    63012: _trouble, 63023: _trouble,
    63049: _held_back, 63032: _held_back,
    63024: _blocked, 63014: _blocked,
    21610: partial(OptedOut, "opted_out"),
    63003: _bad_address, 21211: _bad_address, 21604: _bad_address, 21614: _bad_address, 63031: _bad_address,
    63013: _template_fault, 63021: _template_fault, 63027: _template_fault, 63028: _template_fault,
    63030: _template_fault, 21655: _template_fault, 21656: _template_fault, 21658: _template_fault,
    63015: partial(Rejected, "sandbox_not_joined"),
    63019: partial(Rejected, "media_failed"), 21620: partial(Rejected, "media_failed"),
    21617: partial(Rejected, "too_long"),
    63008: _account, 63020: _account, 63007: _account, 20003: _account,
}  # fmt: skip
#: Every reason this channel gives; each needs a sentence under `reason.*` in `texts/`.
REASONS = frozenset(fate().reason for fate in FATES.values()) | {
    "no_connection", "no_answer", "refused", "undelivered", "media_gone", "media_too_large",
}  # fmt: skip


def of_send(problem: Trouble) -> NotSent:
    """What became of a message whose sending ended in this failure."""
    if isinstance(problem, NotConnected):
        return TryLater("no_connection", HICCUP / 10, counts=False)
    if not isinstance(problem, Refused):
        return Uncertain("no_answer")
    if problem.status == 429 or problem.code == TOO_MANY:
        return TryLater("too_many_requests", problem.retry_after or FIRST_PAUSE, pause_all=True, counts=False)
    if problem.code in FATES:
        return FATES[problem.code]()
    if problem.status >= 500:
        return Uncertain("no_answer")
    if problem.status in (401, 403, 404):
        return _account()
    return Rejected("refused")


def of_question(problem: Trouble) -> NotSent:
    """What a failed listing or check means: nothing was sent, so nothing is uncertain."""
    fate = of_send(problem)
    return TryLater(fate.reason, HICCUP, counts=False) if isinstance(fate, Uncertain | Rejected) else fate


def reason_of(code: str | None) -> str:
    """The reason to keep when a status callback says that a message failed."""
    fate = FATES.get(int(code)) if code and code.isdecimal() else None
    return fate().reason if fate else "undelivered"


def pause_after(refusals: int) -> float:
    """Seconds to rest after so many 429 in a row: doubling, with jitter against knocking in step."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(refusals - 1, 10)) * random.uniform(0.5, 1.5))
