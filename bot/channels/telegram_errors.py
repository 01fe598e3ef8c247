"""What Telegram's refusals mean, in the words of the contract."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.channels.base import Blocked, ChannelDown, Moved, NotSent, Rejected, TryLater, Uncertain
from bot.channels.telegram_request import NotConnected, NotDone

#: Refusals of the chat itself: nothing will reach it until she writes again.
_GONE = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid", "user not found")
#: How long to wait before a refused connection is tried again, in seconds.
RECONNECT = 2.0


def of_send(problem: TelegramError) -> NotSent:
    """What a failed send means. After a time-out, a reset or a gateway's error it may have been sent."""
    match problem:
        case RetryAfter():
            return TryLater("too_many_requests", seconds(problem), pause_all=True, counts=False)
        case ChatMigrated():
            return Moved(str(problem.new_chat_id))
        case Forbidden():
            return Blocked("blocked")
        case InvalidToken():
            return ChannelDown("account_refused")
        case Conflict():
            return TryLater("provider_trouble", RECONNECT, counts=False)
        case BadRequest():
            text = problem.message.lower()
            return Blocked("blocked") if any(part in text for part in _GONE) else Rejected("refused")
        case NotConnected():
            return TryLater("no_connection", RECONNECT, counts=False)
        case NotDone():
            return TryLater("provider_trouble", RECONNECT, counts=False)
        case _:
            return Uncertain("no_answer")


def of_question(problem: TelegramError) -> NotSent:
    """What a failed question means: one that sends nothing may simply be asked again."""
    outcome = of_send(problem)
    return TryLater(outcome.reason, RECONNECT) if isinstance(outcome, Uncertain | Moved) else outcome


def of_opening(problem: TelegramError) -> TryLater | ChannelDown:
    """What a failure while getting ready means: wait, or somebody must look at the settings."""
    outcome = of_question(problem)
    return outcome if isinstance(outcome, TryLater | ChannelDown) else ChannelDown(outcome.reason)


def of_file(problem: TelegramError) -> TryLater | Rejected | ChannelDown:
    """What a failed look at a file of hers means: it is gone, or worth another try."""
    outcome = of_question(problem)
    return outcome if isinstance(outcome, TryLater | ChannelDown) else Rejected("media_gone")


def cannot_edit(problem: TelegramError) -> bool:
    """Whether an edit failed because of the message that was to be edited, or because nobody offers editing here."""
    refused = isinstance(problem, BadRequest) and not isinstance(of_send(problem), Blocked)
    return refused or isinstance(problem, InvalidToken)  # a method that is not there answers like a wrong token


def is_unchanged(problem: TelegramError) -> bool:
    """Whether the message already looks as it should."""
    return "not modified" in problem.message.lower()


def seconds(problem: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    after = problem.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
