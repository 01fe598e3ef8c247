"""What has no conversation of its own: free text nobody understood, things that are not words, buttons gone stale."""

from bot.conversation.heard import Kind
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from bot.understanding.intents import Intent
from bot.understanding.normalising import words
from handlers import ask, finding, understood
from handlers.buttons import HELP, WAYS_ON
from handlers.men import for_a_man, is_man
from handlers.menu import is_coordinator
from handlers.visit import Visit
from handlers.welcome import first
from handlers.wishes import carried_out

#: The ways on for a coordinator who is no participant.
DESK = (Choice("coordinator", say("button.coordinator")), Choice("menu", say("button.menu")), HELP)
#: What is answered before she has registered.
_FOR_ALL = frozenset({Intent.MENU_HELP, Intent.TALK_TO_HUMAN, Intent.STOP_NOTIFICATIONS, Intent.CHANGE_LANGUAGE})
_SILENT = frozenset({Kind.REACTION, Kind.EDITED})


def free_text(visit: Visit) -> list[Reply]:
    """For a person, if one answers her; a welcome, if she is new; what she means; else three ways on."""
    for_a_person = ask.heard(visit)
    if for_a_person is not None:
        return for_a_person
    if not visit.registered and not is_coordinator(visit):
        return _newcomer(visit)
    if not visit.registered:  # a coordinator who takes part in nothing: a participant's wishes are not hers
        greets = visit.meaning is not None and visit.meaning.intent is Intent.GREETING
        return visit.engine.act(visit, "menu") if greets else [Reply("other.not_understood", choices=DESK)]
    if is_man(visit.typed):
        return for_a_man(visit)
    return _greeted(visit, understood.understood(visit) or [Reply("other.not_understood", choices=WAYS_ON)])


def _newcomer(visit: Visit) -> list[Reply]:
    """A welcome, unless she asks for something that needs no registering."""
    meaning = visit.meaning
    if meaning and meaning.intent in _FOR_ALL and meaning.confidence >= understood.SURE:
        return carried_out(visit, meaning.intent, meaning)
    return _greeted(visit, finding.looked_for(visit, finding.wish_of(visit, meaning, "all")))


def _greeted(visit: Visit, replies: list[Reply]) -> list[Reply]:
    """Who wishes peace is wished it back, before the answer."""
    wished = "assalamualaikum" in words(visit.typed)[:2]
    return finding.understood(replies, say("understood.salam")) if wished else replies


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
