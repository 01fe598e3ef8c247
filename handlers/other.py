"""What has no conversation of its own: free text nobody understood, things that are not words, buttons gone stale."""

from bot.conversation.heard import Kind
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from handlers import ask, search
from handlers.buttons import HELP, WAYS_ON
from handlers.menu import is_coordinator
from handlers.visit import Visit
from handlers.welcome import first

#: The ways on for a coordinator who is no participant.
DESK = (Choice("coordinator", say("button.coordinator")), Choice("menu", say("button.menu")), HELP)
_SILENT = frozenset({Kind.REACTION, Kind.EDITED})


def free_text(visit: Visit) -> list[Reply]:
    """For a person, if one answers her; a welcome, if she is new; what she names; else three ways on."""
    for_a_person = ask.heard(visit)
    if for_a_person is not None:
        return for_a_person
    if not visit.registered:
        return _newcomer(visit)
    return search.found(visit) or [Reply("other.not_understood", choices=WAYS_ON)]


def _newcomer(visit: Visit) -> list[Reply]:
    if is_coordinator(visit):
        return search.found(visit) or [Reply("other.not_understood", choices=DESK)]
    named = search.named_event(visit)
    return first(visit, named.slug if named else None)


def not_words(visit: Visit) -> list[Reply]:
    """A defined answer for every kind of thing; reactions and corrections of old messages need none."""
    if visit.heard.kind in _SILENT:
        return []
    return _and_on(visit, f"other.{visit.heard.kind}")


def stale(visit: Visit) -> list[Reply]:
    """An old, foreign or forged button: answered kindly, never acted on."""
    return _and_on(visit, "other.stale")


def _and_on(visit: Visit, key: str) -> list[Reply]:
    """Say it, then go on where she was: the open question, the welcome, or three ways on."""
    if visit.engine.is_asking(visit):
        return [Reply(key), *visit.engine.resume(visit)]
    if not visit.registered and not is_coordinator(visit):
        return [Reply(key), *first(visit)]
    return [Reply(key, choices=WAYS_ON)]
