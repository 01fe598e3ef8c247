"""From what her words mean to what is done: sure, it is done and said; half sure, she is asked; not sure, nobody pretends.

A wish is carried out by the conversation that knows how, the same that its button opens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from bot.conversation.assent import Assent, assent
from bot.conversation.engine import Stale
from bot.conversation.pages import MENU
from bot.conversation.reply import ROWS, Choice, Reply
from bot.conversation.values import row_moment, say
from bot.conversation.words import plain
from bot.understanding.danger import Danger
from bot.understanding.intents import Intent
from bot.understanding.naming import named
from bot.understanding.reading import Guess, Meaning
from handlers import danger, days, finding, not_yet, unclear
from handlers.buttons import BROWSE, PERSON
from handlers.visit import Visit
from handlers.welcome import first
from models import programme_events
from models.enrolments import EnrolmentStatus
from models.programme_events import MyEvent, MyMeeting

#: From here on a meaning is acted on: nine of ten such readings of messages from another hand are right.
SURE = 0.7
#: The same where the act cannot be undone by a button in the answer.
VERY_SURE = 0.85
#: Below this nothing is asked back: the likeliest of several is wrong more often than right.
HALF_SURE = 0.3
#: What is likely enough to be offered, beside the likeliest.
WORTH_ASKING = 0.04
#: How alike a message and a title must be, in percent.
ALIKE = 85
#: How long a message may be that only narrows down the list she has just seen, in words.
SHORT = 6

_WEIGHTY = frozenset({
    Intent.STOP_NOTIFICATIONS, Intent.CONFIRM_ATTENDANCE, Intent.DECLINE_ATTENDANCE, Intent.CHANGE_LANGUAGE,
})  # fmt: skip
#: What a bare subject may be read as: she looks around.
_LOOKS = frozenset({
    Intent.BROWSE_TRAININGS, Intent.BROWSE_SEMINARS, Intent.ENROL, Intent.OUT_OF_SCOPE, Intent.MENU_HELP, Intent.GREETING,
    Intent.REGISTER, Intent.FAMILY_SUPPORT, Intent.THANKS_BYE, Intent.CHANGE_PROFILE,
})  # fmt: skip
#: Never offered as a button: it is heard before everything else, or it is no wish.
_NOT_OFFERED = frozenset({Intent.VIOLENCE_HELP, Intent.OUT_OF_SCOPE})
#: «That one.»
_POINTS = frozenset({
    "itu", "yang itu", "yg itu", "itu aja", "yang itu aja", "yg itu aja", "itu saja", "itu ya", "yang itu ya", "eta", "nu eta",
    "sing kuwi", "iku wae", "that one", "daftar", "daftarin", "mau itu", "mau yang itu", "mau yg itu",
})  # fmt: skip
_ENGLISH, _INDONESIAN = ("inggris", "english", "ingris", "inglis"), ("indonesia", "indo")


def understood(visit: Visit) -> list[Reply] | None:
    """What her words lead to; None where they are not understood."""
    meaning = visit.meaning
    if meaning is None:
        return None
    if taken := _taken(visit, meaning):
        return taken
    if _says_nothing(visit.heard.text or "", meaning):
        return None
    if narrowed := _narrowed(visit, meaning) or _title(visit):
        return narrowed
    meaning = _as_participant(meaning) if visit.registered else meaning
    best = meaning.guesses[0]
    if _only_names(visit, meaning) and best.intent in _LOOKS:
        return finding.looked_for(visit, finding.wish_of(visit, meaning, "all"), visit.heard.text or "")
    if best.confidence >= (VERY_SURE if best.intent in _WEIGHTY else SURE):
        return carried_out(visit, best.intent, meaning)
    unclear.keep(visit)
    return _asked_back(visit, meaning) if best.confidence >= HALF_SURE else None


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


def carried_out(visit: Visit, intent: Intent, meaning: Meaning) -> list[Reply]:
    """Do what is wished."""
    if intent in not_yet.ANSWERED:
        return not_yet.answer(visit, intent)
    if intent in _ACTION:
        return visit.engine.act(visit, _ACTION[intent])
    return _DONE[intent](visit, meaning)


def _classes(visit: Visit, meaning: Meaning) -> list[Reply]:
    return finding.looked_for(visit, finding.wish_of(visit, meaning, "classes"), visit.heard.text or "")


def _seminars(visit: Visit, meaning: Meaning) -> list[Reply]:
    return finding.looked_for(visit, finding.wish_of(visit, meaning, "seminars"), visit.heard.text or "")


def _enrol(visit: Visit, meaning: Meaning) -> list[Reply]:
    """To the card of what she wants a seat in; she takes it there."""
    wish = finding.wish_of(visit, meaning, "all")
    if wish.is_open and finding.event_named(visit, visit.heard.text or "") is None:
        return visit.engine.act(visit, "browse")
    return finding.looked_for(visit, wish, visit.heard.text or "")


def _schedule(visit: Visit, meaning: Meaning) -> list[Reply]:
    """All of hers, or the one event she asks about."""
    hers = _hers(visit, meaning) if visit.registered else []
    asked = meaning.topic or named(visit.heard.text or "", {one.event.id: (one.event.title,) for one in hers})
    return visit.engine.act(visit, f"event:{hers[0].event.id}" if len(hers) == 1 and asked else "schedule")


def _cancel(visit: Visit, meaning: Meaning) -> list[Reply]:
    """Which of hers she gives up; it is asked once more before it is done."""
    if not visit.registered:
        return first(visit)
    hers = _hers(visit, meaning)
    if not hers:
        return [Reply("understood.nothing_hers", choices=(BROWSE, MENU))]
    if len(hers) == 1:
        return visit.engine.act(visit, f"leave:{hers[0].event.id}")
    rows = [Choice(f"leave:{one.event.id}", one.event.short_title) for one in hers[: ROWS - 1]]
    return [Reply("understood.leave_which", choices=(*rows, MENU))]


def _coming(visit: Visit, meaning: Meaning) -> list[Reply]:
    return _to_meeting(visit, meaning, "coming")


def _not_coming(visit: Visit, meaning: Meaning) -> list[Reply]:
    return _to_meeting(visit, meaning, "excused")


def _to_meeting(visit: Visit, meaning: Meaning, action: str) -> list[Reply]:
    """Her answer for the meeting she means: the one that fits, the next one, or the one she chooses."""
    if not visit.registered:
        return first(visit)
    coming = programme_events.my_meetings(visit.session, visit.person.id, visit.now)
    if not coming:
        return [Reply("understood.nothing_hers", choices=(BROWSE, MENU))]
    fitting = [mine for mine in coming if _is_meant(visit, mine, meaning)] or coming
    first_day = [mine for mine in fitting if mine.meeting.starts_at.date() == fitting[0].meeting.starts_at.date()]
    if len({mine.event.id for mine in first_day}) == 1:
        return visit.engine.act(visit, _answer_to(action, first_day[0]))
    rows = [
        Choice(_answer_to(action, mine), mine.event.short_title, row_moment(mine.meeting.starts_at))
        for mine in first_day
    ]
    return [Reply("understood.meetings", choices=(*rows[: ROWS - 1], MENU))]


def _answer_to(action: str, mine: MyMeeting) -> str:
    return f"{action}:{mine.enrolment.id}.{mine.meeting.id}"


def _is_meant(visit: Visit, mine: MyMeeting, meaning: Meaning) -> bool:
    if meaning.topic and mine.event.topic != meaning.topic:
        return False
    return not meaning.when or days.is_on(meaning.when, mine.meeting.starts_at, visit.now)


def _place(visit: Visit, meaning: Meaning) -> list[Reply]:
    """Where it is: what she names, what of hers fits, else she chooses."""
    text = visit.heard.text or ""
    if number := finding.event_named(visit, text):
        return visit.engine.act(visit, f"place:{number}")
    if not visit.registered:
        return first(visit)
    coming = programme_events.my_meetings(visit.session, visit.person.id, visit.now)
    fitting = [mine for mine in coming if _is_meant(visit, mine, meaning)] or ([] if meaning.topic else coming)
    if fitting and (meaning.when or len({mine.event.id for mine in fitting}) == 1):
        return visit.engine.act(visit, f"place:{fitting[0].event.id}")
    if fitting:
        events = {mine.event.id: mine.event for mine in fitting}
        rows = [Choice(f"place:{number}", event.short_title) for number, event in events.items()]
        return [Reply("understood.place_which", choices=(*rows[: ROWS - 1], MENU))]
    return finding.looked_for(visit, finding.wish_of(visit, meaning, "all"), text)


def _language(visit: Visit, meaning: Meaning) -> list[Reply]:
    said = plain(visit.heard.text or "")
    if any(word in said for word in _ENGLISH):
        return visit.engine.act(visit, "language:en")
    if any(word in said for word in _INDONESIAN):
        return visit.engine.act(visit, "language:id")
    choices = (Choice("language:id", say("button.language_id")), Choice("language:en", say("button.language_en")), MENU)
    return [Reply("understood.no_language", choices=choices)]


def _thanks(visit: Visit, meaning: Meaning) -> list[Reply]:
    return [Reply("other.thanks", choices=(MENU,))]


def _danger(visit: Visit, meaning: Meaning) -> list[Reply]:
    """Likely enough to be read so, though the alarm did not ring: one kind message too many does no harm."""
    return danger.answer(visit, Danger.VIOLENCE)


def _outside(visit: Visit, meaning: Meaning) -> list[Reply]:
    return [Reply("understood.out_of_scope", choices=(MENU, PERSON))]


def _hers(visit: Visit, meaning: Meaning) -> list[MyEvent]:
    """Her events that fit what she says, or all of them where none does."""
    mine = [one for one in programme_events.my_events(visit.session, visit.person.id)
            if one.enrolment.status != EnrolmentStatus.COMPLETED]  # fmt: skip
    titled = named(
        visit.heard.text or "", {number: (one.event.title, one.event.short_title) for number, one in enumerate(mine)}
    )
    fitting = [mine[number] for number in titled] or [
        one for one in mine if meaning.topic and one.event.topic == meaning.topic
    ]
    return fitting or mine


def _taken(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """«iya mau», «ikut dong», «yang itu» after a card: the seat it offers, or the one event she was shown."""
    newest = visit.engine.newest(visit)
    text = visit.heard.text or ""
    if newest is None or len(text.split()) > SHORT:
        return None
    offered = [action for action, _ in newest.choices if action.startswith(("enrol:", "offer-yes:"))]
    says_yes = assent(text) is Assent.YES or plain(text) in _POINTS
    joins = meaning.intent in (Intent.ENROL, Intent.REGISTER) and not (meaning.topic or meaning.when)
    if len(offered) == 1 and (says_yes or joins):
        return visit.engine.act(visit, offered[0])
    events = [action for action, _ in newest.choices if action.startswith("event:")]
    return visit.engine.act(visit, events[0]) if len(events) == 1 and says_yes else None


def _narrowed(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """«besok aja», «yang jahit»: a few words that choose among the events she has just been shown."""
    newest = visit.engine.newest(visit)
    shown = [int(action[6:]) for action, _ in newest.choices if action.startswith("event:")] if newest else []
    if len(shown) < 2 or not (meaning.when or meaning.topic) or len((visit.heard.text or "").split()) > SHORT:
        return None
    cards = [programme_events.card(visit.session, number, visit.now) for number in shown]
    fitting = [
        card for card in cards
        if (not meaning.topic or card.event.topic == meaning.topic)
        and (not meaning.when or (card.next and days.is_on(meaning.when, card.next.starts_at, visit.now)))
    ]  # fmt: skip
    return visit.engine.act(visit, f"event:{fitting[0].event.id}") if len(fitting) == 1 else None


def _says_nothing(text: str, meaning: Meaning) -> bool:
    """Whether she writes a number, an emoji, or a plain yes or no, and nothing is open that it could answer."""
    if not any(letter.isalpha() for letter in text):
        return meaning.intent is not Intent.THANKS_BYE
    return len(text.split()) == 1 and assent(text) in (Assent.YES, Assent.NO)


def _title(visit: Visit) -> list[Reply] | None:
    """A message that is a title, and hardly more."""
    text = visit.heard.text or ""
    number = finding.event_named(visit, text) if len(text.split()) <= SHORT else None
    return visit.engine.act(visit, f"event:{number}") if number and _is_title(visit, text, number) else None


def _is_title(visit: Visit, text: str, number: int) -> bool:
    """Whether a message is nearly or exactly the title of an event."""
    shown = programme_events.card(visit.session, number, visit.now).event
    said = plain(text).replace("-", " ")
    titles = (plain(shown.title), plain(shown.short_title), plain(shown.slug.replace("-", " ")))
    return process.extractOne(said, titles, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


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
    return meaning.topic is not None and len((visit.heard.text or "").split()) <= 2


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
    return tuple(choices) if len(choices) == 3 else (*choices, PERSON)


#: What the button of a conversation does as well.
_ACTION: Mapping[Intent, str] = {
    Intent.GREETING: "menu", Intent.MENU_HELP: "help", Intent.TALK_TO_HUMAN: "ask", Intent.CHANGE_PROFILE: "profile",
    Intent.MY_DATA: "data", Intent.DELETE_DATA: "erase", Intent.STOP_NOTIFICATIONS: "stop", Intent.RESUME_NOTIFICATIONS: "start",
    Intent.REGISTER: "register",
}  # fmt: skip
_DONE: Mapping[Intent, Callable[[Visit, Meaning], list[Reply]]] = {
    Intent.BROWSE_TRAININGS: _classes, Intent.BROWSE_SEMINARS: _seminars, Intent.ENROL: _enrol, Intent.MY_SCHEDULE: _schedule,
    Intent.CANCEL_ENROLMENT: _cancel, Intent.CONFIRM_ATTENDANCE: _coming, Intent.DECLINE_ATTENDANCE: _not_coming,
    Intent.ASK_LOCATION: _place, Intent.CHANGE_LANGUAGE: _language, Intent.THANKS_BYE: _thanks, Intent.OUT_OF_SCOPE: _outside,
    Intent.VIOLENCE_HELP: _danger,
}  # fmt: skip
ACTIONS = {"meant": meant}
