"""Changing one thing of an event: which, then its new value, asked with the sentence of the event form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.conversation.answers import Option, one_of
from bot.conversation.answers_people import place_within
from bot.conversation.form import Answers, Depends, Form, Parser, Question
from bot.conversation.heard import Kind
from bot.conversation.reply import ROWS, Reply
from bot.conversation.values import Value, area, moment, say
from handlers import topics
from handlers.buttons import number
from handlers.coordinator_answers import empty_or
from handlers.coordinator_door import coordinators_only, cut, event_of
from handlers.coordinator_event_form import EXTRA, NEEDED, yes_or_no
from handlers.coordinator_events import manage, not_changed
from handlers.visit import Visit
from models import event_editing
from models.base import Refused
from models.event_plan import short
from models.events import Event

#: What can be changed, in the order of the list. Days and hours are changed meeting by meeting.
FIELDS = (
    "capacity", "title", "description", "topic", "venue", "landmark", "kecamatan", "bring", "childcare", "women_only",
    "closes_at", "certificate", "map",
)  # fmt: skip
QUESTIONS: Mapping[str, Question[Visit]] = {question.key: question for question in (*NEEDED, *EXTRA)}
_EMPTY = Option("-", say("button.leave_empty"))


def edit(visit: Visit, argument: str) -> list[Reply]:
    """Ask what is to be changed."""
    return visit.opens("event-edit", {"event": str(event_of(visit, number(argument)).id)})


def _event(visit: Visit) -> Event:
    return event_of(visit, int(visit.talk.words("event") or 0))


def _fields(visit: Visit, answers: Answers) -> Sequence[Option]:
    """Each thing with its present value under it."""
    event = _event(visit)
    return tuple(Option(field, say(f"plan.{field}.label"), now_is(event, field)) for field in FIELDS)


def now_is(event: Event, field: str) -> Value:
    """The present value of a field, for a row of a list."""
    shown: Mapping[str, Callable[[], Value]] = {
        "topic": lambda: topics.label(event.topic),
        "kecamatan": lambda: area(event.kecamatan),
        "bring": lambda: cut(", ".join(event.bring), 60),
        "childcare": lambda: yes_or_no(event.childcare),
        "women_only": lambda: yes_or_no(event.women_only),
        "closes_at": lambda: moment(event.closes_at) if event.closes_at else say("plan.at_start"),
        "certificate": lambda: str(event.min_meetings_for_certificate or ""),
        "map": lambda: "" if event.latitude is None else f"{event.latitude:.4f}, {event.longitude:.4f}",
    }
    value = shown[field]() if field in shown else cut(str(getattr(event, field) or ""), 60)
    return value or say("form.skipped")


def _new_value(answers: Answers, at: datetime) -> Parser:
    """The parser of the chosen field; «kosongkan» empties one that may be empty."""
    question = QUESTIONS[answers["field"]]
    parser = question.parser(answers, at)
    return empty_or(parser) if question.optional else parser


def _options(visit: Visit, answers: Answers) -> Sequence[Option]:
    question = QUESTIONS[answers["field"]]
    options = question.options(visit, answers) if callable(question.options) else question.options
    may_be_emptied = question.optional and len(options) < ROWS
    return (*options, *([_EMPTY] if may_be_emptied else []))


def _sentences(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    event, field = _event(visit), answers.get("field")
    if field is None:
        return {"event": event.title}
    return {"event": event.title, "question": say(f"plan.{field}.ask"), "now": now_is(event, field)}


def _changes(answers: Answers) -> dict[str, Any]:
    field, value = answers["field"], answers["value"]
    if field == "title":
        return {"title": value, "short_title": short(value)}
    if field == "kecamatan":
        return {"kecamatan": value, "kelurahan_desa": answers.get("kelurahan")}
    if field == "bring":
        return {"bring": list(value or ())}
    if field == "certificate":
        return {"min_meetings_for_certificate": value}
    if field == "map":
        return {"latitude": value and value.latitude, "longitude": value and value.longitude}
    return {field: value}


def _saved(visit: Visit, answers: Answers) -> list[Reply]:
    event_id = int(answers["event"])
    try:
        event_editing.edit(visit.session, visit.person_id, event_id, visit.now, visit.programme, **_changes(answers))
    except Refused as refused:
        again = visit.opens("event-edit", {"event": str(event_id), "field": answers["field"]})
        return [Reply(refused.key, refused.values), *again]
    return [Reply("event-edit.saved"), *manage(visit, str(event_id))]


ACTIONS = coordinators_only({"event-edit": edit})
FORMS: tuple[Form[Visit], ...] = (
    Form(
        "event-edit",
        (
            Question("field", one_of({field: field for field in FIELDS}), _fields),
            Question("value", Depends(_new_value), _options, accepts=frozenset({Kind.LOCATION})),
            Question(
                "kelurahan", Depends(lambda answers, at: place_within(answers["value"])), optional=True,
                asked_if=lambda answers: answers["field"] == "kecamatan",
            ),
        ),
        finish=_saved, cancelled=not_changed, review=False, carries=("event",), values=_sentences,
    ),
)  # fmt: skip
