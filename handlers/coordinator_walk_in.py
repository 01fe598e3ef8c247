"""Adding somebody by hand: a woman without a phone, or one who simply came. She gets a seat or a place in line.

Who is known by that name already is offered first, so that nobody stands in the lists twice.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bot.conversation.answers import NotUnderstood, Option
from bot.conversation.answers_people import person_name, place_name
from bot.conversation.form import Answers, Form, Question
from bot.conversation.place_search import OUTSIDE
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, area, say
from bot.conversation.words import plain
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only, cut, event_of
from handlers.coordinator_events import not_changed
from handlers.visit import Visit
from models import registration, seats
from models.base import Refused
from models.enrolments import EnrolmentStatus
from models.people import Person
from models.registration import Profile

#: What a coordinator answers when it is none of those known by the name; most of them that are offered.
NEW, KNOWN = "baru", 8
_NEW_WORDS = frozenset({NEW, "orang baru", "new", "somebody new"})


def walk_in(visit: Visit, argument: str) -> list[Reply]:
    """Begin to add somebody to an event."""
    return visit.opens("walk-in", {"event": str(event_of(visit, number(argument)).id)})


def known_or_new(words: str) -> int | None:
    """The id of somebody known, or None for somebody new."""
    if plain(words) in _NEW_WORDS:
        return None
    if not words.isdecimal():
        raise NotUnderstood("unknown")
    return int(words)


def _about(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    event = event_of(visit, int(visit.talk.words("event") or 0))
    return {"event": event.title, "name": answers.get("name") or visit.talk.words("name") or ""}


def _known(visit: Visit, name: str) -> list[Person]:
    """Who bears this name, or begins with it."""
    like = sa.func.lower(Person.name)
    same = sa.or_(like == name.lower(), like.startswith(name.lower() + " ", autoescape=True))
    return list(visit.session.scalars(sa.select(Person).where(same).order_by(Person.name, Person.id).limit(KNOWN)))


def _options(visit: Visit, answers: Answers) -> Sequence[Option]:
    found = _known(visit, visit.talk.words("name") or "")
    return (*(Option(str(one.id), cut(one.name, 24), _home(one)) for one in found), Option(NEW, say("walk-in.new")))


def _home(one: Person) -> Value:
    if not one.kecamatan:
        return say("form.skipped")
    return say("place.outside") if one.kecamatan == OUTSIDE else area(one.kecamatan)


def _named(visit: Visit, answers: Answers) -> list[Reply]:
    """Her name and perhaps where she lives are known; if the name is known too, ask who she is."""
    carried = {"event": answers["event"], "name": answers["name"], "kecamatan": answers["kecamatan"] or ""}
    if _known(visit, answers["name"]):
        return visit.opens("walk-in-known", carried)
    return _added(visit, carried, None)


def _chosen(visit: Visit, answers: Answers) -> list[Reply]:
    return _added(visit, answers, answers["who"])


def _added(visit: Visit, answers: Answers, person_id: int | None) -> list[Reply]:
    """Write her down if she is new, and enrol her: both or neither."""
    event_id = int(answers["event"])
    try:
        with visit.session.begin_nested():
            if person_id is None:
                profile = Profile(name=answers["name"], kecamatan=answers["kecamatan"] or None)
                new = registration.register_without_contact(
                    visit.session, visit.person_id, profile, visit.now, visit.programme
                )
                person_id = new.id
            hers = seats.enrol_by_hand(visit.session, visit.person_id, person_id, event_id, visit.now, visit.programme)
    except Refused as refused:
        return [Reply(refused.key, refused.values, (Choice(f"manage:{event_id}", say("button.manage")), DESK))]
    name = visit.session.get_one(Person, person_id).name
    values: dict[str, Value] = {"name": name, "event": event_of(visit, event_id).title}
    choices = (
        Choice(f"walk-in:{event_id}", say("button.another")),
        Choice(f"people:{event_id}", say("events.act_people")),
        DESK,
    )
    if hers.status == EnrolmentStatus.ENROLLED:
        return [Reply("walk-in.seated", values, choices)]
    return [Reply("walk-in.waits", values | {"position": seats.wait_position(visit.session, hers)}, choices)]


ACTIONS = coordinators_only({"walk-in": walk_in})
FORMS: tuple[Form[Visit], ...] = (
    Form(
        "walk-in",
        (
            Question("name", person_name),
            Question("kecamatan", place_name, (Option(OUTSIDE, say("place.outside")),), optional=True),
        ),
        finish=_named, cancelled=not_changed, review=False, carries=("event",), values=_about,
    ),
    Form(
        "walk-in-known", (Question("who", known_or_new, _options),),
        finish=_chosen, cancelled=not_changed, review=False, carries=("event", "name", "kecamatan"), values=_about,
    ),
)  # fmt: skip
