"""The people in an event: who is enrolled and who waits, whom the program could not reach, and blocking somebody."""

from bot.conversation.pages import PAGE, listing
from bot.conversation.place_search import OUTSIDE
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, area, joined, say
from handlers.buttons import number, pair
from handlers.coordinator_door import DESK, coordinators_only, cut, event_of
from handlers.visit import Visit
from models import blocking, rosters, seats
from models.people import Person
from models.rosters import Participant
from models.seat_count import NoSuchPerson


def people(visit: Visit, argument: str) -> list[Reply]:
    """Everybody in an event, those with a seat first, then the waiting list in order: `people:7`, `people:7:1`."""
    event_id, _, page = argument.partition(":")
    event = event_of(visit, number(event_id))
    everybody = rosters.participants(visit.session, visit.person_id, event.id)
    walk_in = Choice(f"walk-in:{event.id}", say("events.act_walk-in"))
    if not everybody:
        return [Reply("people.nobody", {"event": event.title}, (walk_in, _back(event.id), DESK))]
    waiting = sum(entry.place is not None for entry in everybody)
    values: dict[str, Value] = {"event": event.title, "count": len(everybody) - waiting, "waiting": waiting}
    rows = [_row(event.id, entry) for entry in everybody]
    shown = listing(rows, int(page) if page.isdecimal() else 0, f"people:{event.id}")
    return [Reply("people.list", values, shown)]


def person(visit: Visit, argument: str) -> list[Reply]:
    """One woman in one event: `person:12.7`."""
    person_id, event_id = pair(argument)
    found, event = visit.session.get(Person, person_id), event_of(visit, event_id)
    if found is None:
        raise NoSuchPerson
    hers = seats.enrolment_of(visit.session, person_id, event_id)
    values: dict[str, Value] = {
        "name": found.name,
        "place": _place(found),
        "event": event.title,
        "status": say(f"data.status.{hers.status}") if hers else say("form.skipped"),
    }
    act = "unblock" if found.blocked else "block"
    blocked = Choice(f"{act}:{person_id}", say(f"button.{act}"))
    return [Reply("people.page", values, (Choice(f"people:{event_id}", say("events.act_people")), blocked, DESK))]


def unreached(visit: Visit, argument: str) -> list[Reply]:
    """«Yang perlu dihubungi»: who was not reached, and why: `unreached:7`, `unreached:7:1`."""
    event_id, _, page = argument.partition(":")
    event = event_of(visit, number(event_id))
    missed = rosters.not_reached(visit.session, visit.person_id, event.id)
    if not missed:
        return [Reply("people.all_reached", {"event": event.title}, (_back(event.id), DESK))]
    start = (int(page) if page.isdecimal() else 0) * PAGE
    start = start if start < len(missed) else 0
    lines = [say("people.missed", name=entry.name, why=_why(visit, entry.reason)) for entry in missed]
    values: dict[str, Value] = {
        "event": event.title,
        "count": len(missed),
        "lines": joined(lines[start : start + PAGE]),
    }
    more = (
        [Choice(f"unreached:{event.id}:{start // PAGE + 1}", say("button.more"))] if start + PAGE < len(missed) else []
    )
    return [Reply("people.unreached", values, (*more, _back(event.id), DESK))]


def block(visit: Visit, argument: str) -> list[Reply]:
    """Ask once whether somebody is blocked."""
    found = visit.session.get(Person, number(argument))
    if found is None:
        raise NoSuchPerson
    choices = (
        Choice(f"block-yes:{found.id}", say("button.block_yes")),
        Choice("coordinator", say("button.never_mind")),
    )
    return [Reply("people.block_sure", {"name": found.name}, choices)]


def block_yes(visit: Visit, argument: str) -> list[Reply]:
    """Her messages are kept and not answered from now on. Raises NotAllowed, NoSuchPerson."""
    found = blocking.block(visit.session, visit.person_id, number(argument), visit.now)
    undo = Choice(f"unblock:{found.id}", say("button.unblock"))
    return [Reply("people.blocked", {"name": found.name}, (undo, DESK))]


def unblock(visit: Visit, argument: str) -> list[Reply]:
    """She is answered again. Raises NotAllowed, NoSuchPerson."""
    found = blocking.unblock(visit.session, visit.person_id, number(argument), visit.now)
    return [Reply("people.unblocked", {"name": found.name}, (DESK,))]


def _row(event_id: int, entry: Participant) -> Choice:
    status = say(f"data.status.{entry.status}")
    described = status if entry.place is None else say("people.waiting", place=entry.place)
    return Choice(f"person:{entry.person_id}.{event_id}", cut(entry.name, 24), described)


def _place(found: Person) -> Value:
    if not found.kecamatan:
        return say("form.skipped")
    return say("place.outside") if found.kecamatan == OUTSIDE else area(found.kecamatan)


def _why(visit: Visit, reason: str) -> Value:
    key = f"reason.{reason}"
    return say(key if visit.engine.texts.has(key) else "reason.unknown")


def _back(event_id: int) -> Choice:
    return Choice(f"manage:{event_id}", say("button.manage"))


ACTIONS = coordinators_only(
    {
        "people": people, "person": person, "unreached": unreached,
        "block": block, "block-yes": block_yes, "unblock": unblock,
    }
)  # fmt: skip
