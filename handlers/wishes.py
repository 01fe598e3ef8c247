"""Wishes carried out: each by the conversation that knows how, the same that its button opens."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.conversation.pages import MENU
from bot.conversation.reply import ROWS, Choice, Reply
from bot.conversation.values import row_moment, say
from bot.conversation.words import plain
from bot.understanding.intents import Intent
from bot.understanding.naming import named
from bot.understanding.normalising import words
from bot.understanding.reading import Meaning
from handlers import days, finding, not_yet
from handlers.buttons import BROWSE, PERSON
from handlers.visit import Visit
from handlers.welcome import first
from models import programme_events
from models.enrolments import EnrolmentStatus
from models.programme_events import MyEvent, MyMeeting

#: She wants no news, and to be reminded all the same.
_KEEPS = frozenset({"tetap", "tetep", "masih", "pengingat", "diingatkan", "diingetin", "reminder"})
_ENGLISH, _INDONESIAN = ("inggris", "english", "ingris", "inglis"), ("indonesia", "indo")


def carried_out(visit: Visit, intent: Intent, meaning: Meaning) -> list[Reply]:
    """Do what is wished."""
    if intent in not_yet.ANSWERED:
        return not_yet.answer(intent)
    if intent in _ACTION:
        return visit.engine.act(visit, _ACTION[intent])
    return _DONE[intent](visit, meaning)


def _looked(kinds: str, visit: Visit, meaning: Meaning) -> list[Reply]:
    return finding.looked_for(visit, finding.wish_of(visit, meaning, kinds))


def _enrol(visit: Visit, meaning: Meaning) -> list[Reply]:
    """To the card of what she wants a seat in; she takes it there."""
    wish = finding.wish_of(visit, meaning, "all")
    if wish.is_open and finding.event_named(visit) is None:
        return visit.engine.act(visit, "browse")
    return finding.looked_for(visit, wish)


def _schedule(visit: Visit, meaning: Meaning) -> list[Reply]:
    """All of hers, or the one event she asks about."""
    hers = _hers(visit, meaning) if visit.registered else []
    asked = meaning.topic or named(visit.typed, {one.event.id: (one.event.title,) for one in hers})
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


def _to_meeting(action: str, visit: Visit, meaning: Meaning) -> list[Reply]:
    """Her answer for the meeting she means: the one that fits, the next one, or the one she chooses."""
    if not visit.registered:
        return first(visit)
    coming = programme_events.my_meetings(visit.session, visit.person.id, visit.now)
    if not coming:
        return [Reply("understood.nothing_hers", choices=(BROWSE, MENU))]
    fitting = [mine for mine in coming if _is_meant(visit, mine, meaning)]
    if not fitting and (meaning.when or meaning.topic):  # on that day she has none: which does she mean?
        return [_which_meeting(action, coming)]
    fitting = fitting or coming
    first_day = [mine for mine in fitting if mine.meeting.starts_at.date() == fitting[0].meeting.starts_at.date()]
    if len({mine.event.id for mine in first_day}) == 1:
        return visit.engine.act(visit, _answer_to(action, first_day[0]))
    return [_which_meeting(action, first_day)]


def _which_meeting(action: str, coming: Sequence[MyMeeting]) -> Reply:
    rows = [Choice(_answer_to(action, m), m.event.short_title, row_moment(m.meeting.starts_at)) for m in coming]
    return Reply("understood.meetings", choices=(*rows[: ROWS - 1], MENU))


def _answer_to(action: str, mine: MyMeeting) -> str:
    return f"{action}:{mine.enrolment.id}.{mine.meeting.id}"


def _is_meant(visit: Visit, mine: MyMeeting, meaning: Meaning) -> bool:
    if meaning.topic and mine.event.topic != meaning.topic:
        return False
    return not meaning.when or days.is_on(meaning.when, mine.meeting.starts_at, visit.now)


def _place(visit: Visit, meaning: Meaning) -> list[Reply]:
    """Where it is: what she names, what of hers fits, else she chooses."""
    if found := finding.event_named(visit):
        return visit.engine.act(visit, f"place:{found.id}")
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
    return _looked("all", visit, meaning)


def _stop(visit: Visit, meaning: Meaning) -> list[Reply]:
    """Everything, or the news alone where she keeps her reminders."""
    keeps = _KEEPS.intersection(words(visit.typed))
    return visit.engine.act(visit, "stop:news" if keeps else "stop")


def _language(visit: Visit, meaning: Meaning) -> list[Reply]:
    said = plain(visit.typed)
    if any(word in said for word in _ENGLISH):
        return visit.engine.act(visit, "language:en")
    if any(word in said for word in _INDONESIAN):
        return visit.engine.act(visit, "language:id")
    choices = (Choice("language:id", say("button.language_id")), Choice("language:en", say("button.language_en")), MENU)
    return [Reply("understood.no_language", choices=choices)]


def _thanks(visit: Visit, meaning: Meaning) -> list[Reply]:
    return [Reply("other.thanks", choices=(MENU,))]


def _outside(visit: Visit, meaning: Meaning) -> list[Reply]:
    return [Reply("understood.out_of_scope", choices=(MENU, PERSON))]


def _hers(visit: Visit, meaning: Meaning) -> list[MyEvent]:
    """Her events that fit what she says, or all of them where none does."""
    mine = [one for one in programme_events.my_events(visit.session, visit.person.id)
            if one.enrolment.status != EnrolmentStatus.COMPLETED]  # fmt: skip
    titled = named(visit.typed, {number: (one.event.title, one.event.short_title) for number, one in enumerate(mine)})
    fitting = [mine[number] for number in titled] or [
        one for one in mine if meaning.topic and one.event.topic == meaning.topic
    ]
    return fitting or mine


#: What the button of a conversation does as well.
_ACTION: Mapping[Intent, str] = {
    Intent.GREETING: "menu", Intent.MENU_HELP: "help", Intent.TALK_TO_HUMAN: "ask", Intent.CHANGE_PROFILE: "profile",
    Intent.MY_DATA: "data", Intent.DELETE_DATA: "erase", Intent.RESUME_NOTIFICATIONS: "start",
    Intent.REGISTER: "register",
}  # fmt: skip
_DONE: Mapping[Intent, Callable[[Visit, Meaning], list[Reply]]] = {
    Intent.BROWSE_TRAININGS: partial(_looked, "classes"), Intent.BROWSE_SEMINARS: partial(_looked, "seminars"),
    Intent.ENROL: _enrol, Intent.MY_SCHEDULE: _schedule, Intent.CANCEL_ENROLMENT: _cancel, Intent.ASK_LOCATION: _place,
    Intent.CONFIRM_ATTENDANCE: partial(_to_meeting, "coming"), Intent.DECLINE_ATTENDANCE: partial(_to_meeting, "excused"),
    Intent.CHANGE_LANGUAGE: _language, Intent.STOP_NOTIFICATIONS: _stop, Intent.THANKS_BYE: _thanks,
    Intent.OUT_OF_SCOPE: _outside,
}  # fmt: skip
