"""Changes women are told of: moving, adding or cancelling a meeting, cancelling an event.

Each asks once, and says how many will hear of it.
"""

from collections.abc import Callable, Mapping

from bot.conversation.answers import Option, yes_no
from bot.conversation.answers_when import date_answer, time_range
from bot.conversation.dates import WIB
from bot.conversation.form import Answers, Depends, Form, Question
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, moment_range, say
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only, event_of, meeting_of
from handlers.coordinator_event_form import show_day, show_hours, times_of
from handlers.coordinator_events import not_changed
from handlers.visit import Visit
from models import event_editing, meeting_changes, outbox, programme_events, rosters
from models.enrolments import EnrolmentStatus
from models.event_plan import Times
from models.events import Event, EventStatus, Meeting

#: Who hears of a change to a meeting; of a cancelled event those in line hear too.
SEATED = frozenset({EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED})
INVOLVED = SEATED | {EnrolmentStatus.WAITLISTED}
SURE = (Option("ya", say("button.cancel_yes")), Option("tidak", say("button.never_mind")))


def cancel_event(visit: Visit, argument: str) -> list[Reply]:
    """Ask whether the event is cancelled."""
    return visit.opens("event-cancel", {"event": str(event_of(visit, number(argument)).id)})


def move(visit: Visit, argument: str) -> list[Reply]:
    """Ask for a meeting's new day and time."""
    return visit.opens("meeting-move", {"meeting": str(meeting_of(visit, number(argument))[0].id)})


def add(visit: Visit, argument: str) -> list[Reply]:
    """Ask for the day and time of one more meeting."""
    return visit.opens("meeting-add", {"event": str(event_of(visit, number(argument)).id)})


def cancel_meeting(visit: Visit, argument: str) -> list[Reply]:
    """Ask whether one meeting is cancelled."""
    return visit.opens("meeting-cancel", {"meeting": str(meeting_of(visit, number(argument))[0].id)})


def told(visit: Visit, event: Event, statuses: frozenset[EnrolmentStatus]) -> Value:
    """How many will hear of a change, and how many have to be told by a person. Nobody hears of a draft."""
    if event.status != EventStatus.PUBLISHED:
        return say("changes.nobody")
    everybody = rosters.participants(visit.session, visit.person_id, event.id)
    concerned = [entry.person_id for entry in everybody if entry.status in statuses]
    reached = [person for person in concerned if outbox.best_contact(visit.session, person) is not None]
    rest = len(concerned) - len(reached)
    if not concerned:
        return say("changes.none")
    return say("changes.some", count=len(reached), rest=rest) if rest else say("changes.all", count=len(reached))


def _carried_meeting(visit: Visit) -> tuple[Meeting, Event]:
    return meeting_of(visit, int(visit.talk.words("meeting") or 0))


def _about_event(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    event = event_of(visit, int(visit.talk.words("event") or 0))
    return {"event": event.title, "told": told(visit, event, INVOLVED)}


def _about_more(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    event = event_of(visit, int(visit.talk.words("event") or 0))
    return {"event": event.title, "told": told(visit, event, SEATED)}


def _about_meeting(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    meeting, event = _carried_meeting(visit)
    when = moment_range(meeting.starts_at, meeting.ends_at)
    return {"event": event.title, "when": when, "told": told(visit, event, SEATED)}


def _same_hours(visit: Visit, answers: Answers) -> tuple[Option, ...]:
    """A meeting that moves to another day mostly keeps its time."""
    return _hours_of(_carried_meeting(visit)[0])


def _usual_hours(visit: Visit, answers: Answers) -> tuple[Option, ...]:
    """One more meeting is mostly at the time of the others."""
    event = event_of(visit, int(visit.talk.words("event") or 0))
    meetings = programme_events.card(visit.session, event.id, visit.now).meetings
    return _hours_of(meetings[-1]) if meetings else ()


def _hours_of(meeting: Meeting) -> tuple[Option, ...]:
    start, end = meeting.starts_at.astimezone(WIB), meeting.ends_at.astimezone(WIB)
    return (Option(f"{start:%H.%M}-{end:%H.%M}", f"{start:%H.%M}–{end:%H.%M}"),)


def _event_cancelled(visit: Visit, answers: Answers) -> list[Reply]:
    if not answers["sure"]:
        return not_changed(visit)
    event_id = int(answers["event"])
    event_editing.cancel_event(visit.session, visit.person_id, event_id, visit.now, visit.programme)
    return [_done(event_of(visit, event_id), "changes.event_cancelled")]


def _moved(visit: Visit, answers: Answers) -> list[Reply]:
    starts_at, ends_at = times_of(answers["date"], answers["hours"])
    meeting = meeting_changes.move_meeting(
        visit.session, visit.person_id, int(answers["meeting"]), starts_at, visit.now, visit.programme, ends_at
    )
    when = moment_range(meeting.starts_at, meeting.ends_at)
    return [_done(event_of(visit, meeting.event_id), "changes.moved", when=when)]


def _added(visit: Visit, answers: Answers) -> list[Reply]:
    meeting = meeting_changes.add_meeting(
        visit.session, visit.person_id, int(answers["event"]), Times(*times_of(answers["date"], answers["hours"])),
        visit.now, visit.programme,
    )  # fmt: skip
    when = moment_range(meeting.starts_at, meeting.ends_at)
    return [_done(event_of(visit, meeting.event_id), "changes.meeting_added", when=when)]


def _meeting_cancelled(visit: Visit, answers: Answers) -> list[Reply]:
    if not answers["sure"]:
        return not_changed(visit)
    meeting = meeting_changes.cancel_meeting(
        visit.session, visit.person_id, int(answers["meeting"]), visit.now, visit.programme
    )
    return [_done(event_of(visit, meeting.event_id), "changes.meeting_cancelled")]


def _done(event: Event, key: str, **values: Value) -> Reply:
    choices = (
        Choice(f"unreached:{event.id}", say("events.act_unreached")),
        Choice(f"manage:{event.id}", say("button.manage")),
        DESK,
    )
    return Reply(key, {"event": event.title, **values}, choices)


def _asks_once(
    name: str,
    about: str,
    values: Callable[[Visit, Answers], Mapping[str, Value]],
    finish: Callable[[Visit, Answers], list[Reply]],
) -> Form[Visit]:
    """A form of one question: is that really meant?"""
    question: Question[Visit] = Question("sure", yes_no, SURE)
    return Form(name, (question,), finish, cancelled=not_changed, review=False, carries=(about,), values=values)


_DAY: Question[Visit] = Question(
    "date", Depends(lambda answers, at: date_answer(at.astimezone(WIB).date())), show=show_day
)
ACTIONS = coordinators_only(
    {"event-cancel": cancel_event, "meeting-move": move, "meeting-add": add, "meeting-cancel": cancel_meeting}
)
FORMS: tuple[Form[Visit], ...] = (
    _asks_once("event-cancel", "event", _about_event, _event_cancelled),
    _asks_once("meeting-cancel", "meeting", _about_meeting, _meeting_cancelled),
    Form(
        "meeting-move", (_DAY, Question("hours", time_range, _same_hours, show=show_hours)),
        finish=_moved, cancelled=not_changed, carries=("meeting",), values=_about_meeting,
    ),
    Form(
        "meeting-add", (_DAY, Question("hours", time_range, _usual_hours, show=show_hours)),
        finish=_added, cancelled=not_changed, carries=("event",), values=_about_more,
    ),
)  # fmt: skip
