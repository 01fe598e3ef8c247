"""A coordinator's events: the lists, one event's page, publishing and copying.

A new event is `coordinator_event_form.py`, changing one `coordinator_event_edit.py`; cancelling it and its meetings
`coordinator_changes.py`; the people in it `coordinator_people.py`.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from bot.conversation.answers_when import date_answer
from bot.conversation.dates import WIB, utc
from bot.conversation.form import Answers, Depends, Form, Question
from bot.conversation.pages import listing
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, moment, row_moment, say
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only, event_of
from handlers.visit import Visit
from models import event_editing, programme_events
from models.events import Event, EventStatus
from models.programme_events import Card

#: The three lists, and what stands in each.
LISTS: Mapping[str, tuple[EventStatus, ...]] = {
    "published": (EventStatus.PUBLISHED,),
    "draft": (EventStatus.DRAFT,),
    "over": (EventStatus.FINISHED, EventStatus.CANCELLED),
}
#: When a copy of an event without meetings would start (WIB).
MORNING = time(9)
_NEW = Choice("plan", say("coordinator.plan"))


def events(visit: Visit, argument: str) -> list[Reply]:
    """`events`: the three lists; `events:draft:1`: the second page of one."""
    which, _, page = argument.partition(":")
    if which not in LISTS:
        return [Reply("events.which", choices=(*(_list_row(visit, name) for name in LISTS), _NEW, DESK))]
    found = programme_events.for_coordinators(visit.session, *LISTS[which])
    if not found:
        return [Reply(f"events.no_{which}", choices=(_NEW, DESK))]
    cards = [programme_events.card(visit.session, event.id, visit.now) for event in found]
    rows = [_row(card) for card in sorted(cards, key=_next_first)]
    number_of_page = int(page) if page.isdecimal() else 0
    return [Reply(f"events.list_{which}", choices=listing(rows, number_of_page, f"events:{which}"))]


def manage(visit: Visit, argument: str) -> list[Reply]:
    """One event's page: how it stands, and everything that can be done about it."""
    card = programme_events.card(visit.session, number(argument), visit.now)
    values: dict[str, Value] = {
        "title": card.event.title,
        "status": say(f"events.status_{card.event.status}"),
        "when": moment(card.next.starts_at) if card.next else say("events.no_meeting"),
        "venue": card.event.venue,
        "taken": card.seats.held,
        "offered": say("events.offered", count=card.seats.offered) if card.seats.offered else "",
        "capacity": card.seats.capacity,
        "waiting": card.seats.waiting,
    }
    return [Reply("events.page", values, _acts(card.event))]


def publish(visit: Visit, argument: str) -> list[Reply]:
    """Open a draft to everybody. Raises NoMeetings, EventOver."""
    event = event_editing.publish(visit.session, visit.person_id, number(argument), visit.now)
    choices = (
        Choice(f"announce:{event.id}", say("button.announce")),
        Choice(f"manage:{event.id}", say("button.manage")),
        DESK,
    )
    return [Reply("events.published_now", {"event": event.title, "slug": event.slug}, choices)]


def copy(visit: Visit, argument: str) -> list[Reply]:
    """A new draft like this one; only its first day is asked."""
    return visit.opens("event-copy", {"event": str(event_of(visit, number(argument)).id)})


def not_changed(visit: Visit) -> list[Reply]:
    """After BATAL or «Tidak jadi»."""
    return [Reply("form.cancelled", choices=(Choice("events", say("coordinator.events")), DESK))]


def _acts(event: Event) -> tuple[Choice, ...]:
    is_draft, is_published = event.status == EventStatus.DRAFT, event.status == EventStatus.PUBLISHED
    acts = [
        ("publish", is_draft), ("people", not is_draft), ("meetings", True), ("walk-in", is_published),
        ("announce", is_published), ("event-edit", is_draft or is_published), ("unreached", not is_draft),
        ("event-copy", True), ("event-cancel", is_draft or is_published),
    ]  # fmt: skip
    shown = (Choice(f"{act}:{event.id}", say(f"events.act_{act}")) for act, fits in acts if fits)
    return (*shown, DESK)


def _list_row(visit: Visit, name: str) -> Choice:
    found = programme_events.for_coordinators(visit.session, *LISTS[name])
    return Choice(f"events:{name}:0", say(f"events.{name}"), say("browse.count", count=len(found)))


def _next_first(card: Card) -> tuple[bool, float]:
    """By the next meeting; what has none comes after, the newest first."""
    return (False, card.next.starts_at.timestamp()) if card.next else (True, -card.event.id)


def _row(card: Card) -> Choice:
    at = row_moment(card.next.starts_at) if card.next else say(f"events.status_{card.event.status}")
    seats = say("events.row", when=at, taken=card.seats.held, capacity=card.seats.capacity, waiting=card.seats.waiting)
    return Choice(f"manage:{card.event.id}", card.event.short_title, seats)


def _copying(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    event = visit.session.get(Event, int(visit.talk.words("event") or 0))
    return {"event": event.title if event else ""}


def _copied(visit: Visit, answers: Answers) -> list[Reply]:
    event_id = int(answers["event"])
    first = _same_time(visit, event_id, answers["date"])
    event = event_editing.copy_event(visit.session, visit.person_id, event_id, first, visit.now)
    return [Reply("plan.saved"), *manage(visit, str(event.id))]


def _same_time(visit: Visit, event_id: int, on: date) -> datetime:
    """The time of day of the earlier event's first meeting, on another day."""
    meetings = programme_events.card(visit.session, event_id, visit.now).meetings
    clock = meetings[0].starts_at.astimezone(WIB).time() if meetings else MORNING
    return utc(on, clock.hour, clock.minute)


ACTIONS = coordinators_only({"events": events, "manage": manage, "publish": publish, "event-copy": copy})
FORMS: tuple[Form[Visit], ...] = (
    Form(
        "event-copy",
        (Question("date", Depends(lambda answers, at: date_answer(at.astimezone(WIB).date()))),),
        finish=_copied, cancelled=not_changed, review=False, carries=("event",), values=_copying,
    ),
)  # fmt: skip
