"""Taking a seat or a place in the waiting list, answering an offer, giving it up."""

from collections.abc import Mapping

from bot.conversation.answers import Option, yes_no
from bot.conversation.form import Answers, Form, Question
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, moment, say
from handlers.buttons import MENU, SCHEDULE, number
from handlers.visit import Visit
from handlers.welcome import first
from models import programme_events, seats
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event
from models.programme_events import Card
from models.seats import NotEnrolled

_CALENDAR = Choice("calendar", say("button.calendar"))


def enrol(visit: Visit, argument: str) -> list[Reply]:
    """Take a seat; another event of hers on the same day is said first."""
    if not visit.registered:
        return _register_first(visit, argument)
    event_id = number(argument)
    conflicts = seats.day_conflicts(visit.session, visit.person.id, event_id, visit.now)
    if not conflicts or _holds_something(visit, event_id):
        return enrol_anyway(visit, argument)
    wanted = visit.session.get_one(Event, event_id)
    values = {"other": conflicts[0].event.title, "when": moment(conflicts[0].starts_at), "event": wanted.title}
    choices = (
        Choice(f"enrol-anyway:{event_id}", say("button.enrol_anyway")),
        Choice(f"event:{event_id}", say("button.never_mind")),
    )
    return [Reply("enrol.conflict", values, choices)]


def enrol_anyway(visit: Visit, argument: str) -> list[Reply]:
    """Take a seat, whatever else happens that day. Raises what `models.seats.enrol` refuses."""
    if not visit.registered:
        return _register_first(visit, argument)
    event_id = number(argument)
    hers = seats.enrol(visit.session, visit.person.id, event_id, visit.now, visit.programme)
    card = programme_events.card(visit.session, event_id, visit.now)
    if hers.status == EnrolmentStatus.ENROLLED:
        return [_seated(card)]
    if hers.status == EnrolmentStatus.OFFERED:
        return [Reply("enrol.offered", {"event": card.event.title}, (SCHEDULE, MENU))]
    position = seats.wait_position(visit.session, hers)
    leave = Choice(f"leave:{event_id}", say("button.leave_waitlist"))
    return [Reply("enrol.waiting", {"event": card.event.title, "position": position}, (leave, SCHEDULE, MENU))]


def take_offer(visit: Visit, argument: str) -> list[Reply]:
    """She takes the seat that was offered to her; again and again is once."""
    enrolment_id = number(argument)
    hers = seats.accept_offer(visit.session, enrolment_id, visit.person_id, visit.now, visit.programme)
    return [_seated(programme_events.card(visit.session, hers.event_id, visit.now))]


def decline_offer(visit: Visit, argument: str) -> list[Reply]:
    """She does not want the offered seat: it goes to the next."""
    hers = seats.decline_offer(visit.session, number(argument), visit.person_id, visit.now, visit.programme)
    return [Reply("enrol.declined", {"event": visit.session.get_one(Event, hers.event_id).title}, (MENU,))]


def leave(visit: Visit, argument: str) -> list[Reply]:
    """Ask once whether she gives up her seat, her offer or her place in the waiting list."""
    event_id = number(argument)
    if not visit.registered or not _holds_something(visit, event_id):
        raise NotEnrolled(event=programme_events.card(visit.session, event_id, visit.now).event.title)
    return visit.opens("leave", {"event": str(event_id)})


def _register_first(visit: Visit, argument: str) -> list[Reply]:
    return first(visit, programme_events.card(visit.session, number(argument), visit.now).event.slug)


def _seated(card: Card) -> Reply:
    bring = say("enrol.bring", things=", ".join(card.event.bring)) if card.event.bring else ""
    values: dict[str, Value] = {"event": card.event.title, "bring": bring}
    if card.next is None:
        return Reply("enrol.done_plain", values, (SCHEDULE, MENU))
    key = "enrol.done" if card.next is card.meetings[0] else "enrol.done_next"
    return Reply(
        key, values | {"when": moment(card.next.starts_at), "venue": card.event.venue}, (SCHEDULE, _CALENDAR, MENU)
    )


def _hers(visit: Visit, event_id: int) -> Enrolment | None:
    return seats.enrolment_of(visit.session, visit.person.id, event_id)


def _holds_something(visit: Visit, event_id: int) -> bool:
    hers = _hers(visit, event_id)
    return hers is not None and hers.status in seats.ACTIVE


def _about_leaving(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    event_id = int(visit.talk.words("event") or 0)
    event, hers = visit.session.get(Event, event_id), _hers(visit, event_id)
    waits = hers is not None and hers.status == EnrolmentStatus.WAITLISTED
    key = "leave.sure.wait" if waits else "leave.sure.seat"
    return {"question": say(key, event=event.title if event else "")}


def _sure(visit: Visit, answers: Answers) -> list[Reply]:
    if not answers["sure"]:
        return _kept(visit)
    event_id = int(answers["event"])
    hers = _hers(visit, event_id)
    waited = hers is not None and hers.status == EnrolmentStatus.WAITLISTED
    seats.leave(visit.session, visit.person.id, event_id, visit.now, visit.programme)
    title = visit.session.get_one(Event, event_id).title
    again = Choice(f"event:{event_id}", say("button.see_event"))
    return [Reply("enrol.left_waitlist" if waited else "enrol.left", {"event": title}, (again, MENU))]


def _kept(visit: Visit) -> list[Reply]:
    return [Reply("enrol.kept", choices=(SCHEDULE, MENU))]


ACTIONS = {
    "enrol": enrol,
    "enrol-anyway": enrol_anyway,
    "offer-yes": take_offer,
    "offer-no": decline_offer,
    "leave": leave,
}
FORMS: tuple[Form[Visit], ...] = (
    Form(
        "leave",
        (
            Question(
                "sure", yes_no,
                (Option("ya", say("button.leave_yes")), Option("tidak", say("button.never_mind"))),
            ),
        ),
        finish=_sure, cancelled=_kept, review=False, carries=("event",), values=_about_leaving,
    ),
)  # fmt: skip
