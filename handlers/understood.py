"""From what her words mean to what is done: sure, it is done and said; half sure, she is asked; not sure, nobody pretends."""

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.assent import Assent, assent
from bot.conversation.engine import Stale
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from bot.understanding.intents import Intent
from bot.understanding.normalising import words
from bot.understanding.reading import Guess, Meaning
from handlers import finding, unclear
from handlers.buttons import PERSON
from handlers.menu import is_coordinator
from handlers.pointing import pointed
from handlers.visit import Visit
from handlers.wishes import carried_out

#: From here on a meaning is acted on: nine of ten such readings of messages from another hand are right.
SURE = 0.7
#: The same where the act cannot be undone by a button in the answer.
VERY_SURE = 0.85
#: More than any reading is.
UNREACHABLE = 1.1
#: So many words say that she wants no more messages; a word that always works needs no others.
SAID = 3
#: Below this nothing is asked back: the likeliest of several is wrong more often than right.
HALF_SURE = 0.3
#: What is likely enough to be offered, beside the likeliest.
WORTH_ASKING = 0.04

_WEIGHTY = frozenset({
    Intent.STOP_NOTIFICATIONS, Intent.CONFIRM_ATTENDANCE, Intent.DECLINE_ATTENDANCE, Intent.CHANGE_LANGUAGE,
})  # fmt: skip
#: At her desk a coordinator writes of others: what would touch herself is asked back.
_HERS_ALONE = frozenset({
    Intent.DELETE_DATA, Intent.MY_DATA, Intent.STOP_NOTIFICATIONS, Intent.CANCEL_ENROLMENT, Intent.CONFIRM_ATTENDANCE,
    Intent.DECLINE_ATTENDANCE, Intent.CHANGE_PROFILE,
})  # fmt: skip
#: What a bare subject may be read as: she looks around.
_LOOKS = frozenset({
    Intent.BROWSE_TRAININGS, Intent.BROWSE_SEMINARS, Intent.ENROL, Intent.OUT_OF_SCOPE, Intent.MENU_HELP, Intent.GREETING,
    Intent.REGISTER, Intent.FAMILY_SUPPORT, Intent.THANKS_BYE, Intent.CHANGE_PROFILE,
})  # fmt: skip
#: Never offered as a button: it is heard before everything else, or it is no wish.
_NOT_OFFERED = frozenset({Intent.VIOLENCE_HELP, Intent.OUT_OF_SCOPE})
#: Words of a question, or of a case that is only supposed.
_ASKS = frozenset({"?", "bagaimana", "kalau", "apakah", "apa", "kenapa", "boleh", "berapa"})


def understood(visit: Visit) -> list[Reply] | None:
    """What her words lead to; None where they are not understood."""
    meaning = visit.meaning
    if meaning is None:
        return None
    if answer := pointed(visit, meaning):
        return answer
    if _says_nothing(visit.typed, meaning):
        return None
    meaning = _as_participant(meaning) if visit.registered else meaning
    best = meaning.guesses[0]
    if _only_names(visit, meaning) and best.intent in _LOOKS:
        return finding.looked_for(visit, finding.wish_of(visit, meaning, "all"))
    if best.confidence >= _needed(visit, best.intent):
        return carried_out(visit, best.intent, meaning)
    if found := finding.event_named(visit):
        return visit.engine.act(visit, f"event:{found.id}")
    unclear.keep(visit)
    return _asked_back(visit, meaning) if best.confidence >= HALF_SURE else None


def _says_nothing(text: str, meaning: Meaning) -> bool:
    """Whether she writes a number, an emoji, or a plain yes or no, and nothing is open that it could answer."""
    if not any(letter.isalpha() for letter in text):
        return meaning.intent is not Intent.THANKS_BYE
    return len(text.split()) == 1 and assent(text) in (Assent.YES, Assent.NO)


def _needed(visit: Visit, intent: Intent) -> float:
    """How sure a reading must be. What changes something is not done for a question, nor for a word or two."""
    if intent in _HERS_ALONE and is_coordinator(visit):
        return UNREACHABLE
    if intent not in _WEIGHTY:
        return SURE
    said = words(visit.typed)
    asks = any(word in _ASKS for word in said)
    return UNREACHABLE if asks or (intent is Intent.STOP_NOTIFICATIONS and len(said) < SAID) else VERY_SURE


def meant(visit: Visit, argument: str) -> list[Reply]:
    """`meant:enrol.menjahit.sabtu`: she says which of the likely ones it was."""
    name, _, slots = argument.partition(".")
    topic, _, when = slots.partition(".")
    try:
        intent = Intent(name)
    except ValueError:
        raise Stale(argument) from None
    if intent in _NOT_OFFERED:
        raise Stale(argument)
    unclear.corrected(visit, intent)
    wish = finding.Wish.of(f"all.{topic or '-'}.{when or '-'}.-")  # a forged one ends here
    return carried_out(visit, intent, Meaning((Guess(intent, 1.0),), wish.topic, wish.when))


def _as_participant(meaning: Meaning) -> Meaning:
    """Who takes part already and wants to join wants a seat."""
    sure = {guess.intent: guess.confidence for guess in meaning.guesses}
    if (joins := sure.pop(Intent.REGISTER, 0.0)) == 0.0:
        return meaning
    sure[Intent.ENROL] = sure.get(Intent.ENROL, 0.0) + joins
    likely = sorted(sure.items(), key=lambda one: -one[1])
    return replace(meaning, guesses=tuple(Guess(intent, min(1.0, confidence)) for intent, confidence in likely))


def _only_names(visit: Visit, meaning: Meaning) -> bool:
    """Whether she says hardly more than a subject."""
    return meaning.topic is not None and len(visit.typed.split()) <= 2


def _asked_back(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """«Maksud Ibu yang mana?», with what is likely."""
    likely = [g.intent for g in meaning.guesses if g.intent not in _NOT_OFFERED and g.confidence >= WORTH_ASKING]
    if meaning.intent is Intent.OUT_OF_SCOPE or not likely:
        return None
    slots = f"{meaning.topic or ''}.{meaning.when or ''}".rstrip(".")
    choices = [
        Choice(f"meant:{intent.value}" + (f".{slots}" if slots else ""), say(f"intent.{intent.value}"))
        for intent in likely
    ]
    return [Reply("understood.which", choices=_with_a_person(choices))]


def _with_a_person(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Up to three buttons; where one is left, a person takes it."""
    full = len(choices) == 3 or any(choice.action == f"meant:{Intent.TALK_TO_HUMAN}" for choice in choices)
    return tuple(choices) if full else (*choices, PERSON)


ACTIONS = {"meant": meant}
