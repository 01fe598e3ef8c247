"""A new event as a paper form: what it is, where, when, for how many. It becomes a draft; publishing is a second step.

The questions are asked again one by one in `coordinator_event_edit.py`.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from bot.conversation.answers import Option, free_text, one_of, whole_number, yes_no
from bot.conversation.answers_people import place_within
from bot.conversation.answers_when import Hours, date_answer, time_range
from bot.conversation.dates import WIB, utc
from bot.conversation.form import Answers, Depends, Form, Question
from bot.conversation.heard import Kind
from bot.conversation.reply import ROWS, Reply
from bot.conversation.values import Value, area, day, joined, moment, say
from handlers import coordinator_events, topics
from handlers.coordinator_answers import (
    MEETINGS,
    Rhythm,
    day_and_time,
    empty_or,
    event_place,
    one_line,
    point,
    rhythm,
    things,
)
from handlers.coordinator_door import coordinators_only
from handlers.visit import Visit
from models import event_editing
from models.event_plan import EventPlan, weekly
from models.events import EventKind

#: Most seats, and when enrolment closes on a day named without a time (WIB).
SEATS, CLOSING = 1000, time(17)
#: What an event is unless its coordinator says otherwise: the programme is for women.
WOMEN_ONLY = True
#: How a typed kind is understood.
KINDS = {
    "pelatihan": "training", "training": "training", "kursus": "course", "course": "course", "seminar": "seminar",
}  # fmt: skip
_TOPICS = {**topics.WORDS, "lainnya": "lainnya", "lain-lain": "lainnya", "other": "lainnya"}
#: Row n stands for n times, so that a typed number means the same as the row of that number.
_TIMES = tuple(Option(f"{count} kali", say("plan.times", count=count)) for count in range(1, ROWS + 1))
_NO_CERTIFICATE = Option("-", say("plan.no_certificate"))
YES_NO = (Option("ya", say("button.yes_it_is")), Option("tidak", say("button.no")))


def _label(name: str) -> Value:
    return say(f"plan.kind_{name}")


def yes_or_no(answer: bool) -> Value:
    """How a yes or no stands on the review screen."""
    return say("profile.yes" if answer else "profile.no")


def show_day(on: date) -> Value:
    """How a day stands on the review screen."""
    return day(utc(on, 12, 0))


def show_hours(hours: Hours) -> Value:
    """How a time of day stands on the review screen."""
    return f"{hours.start:%H.%M}–{hours.end:%H.%M} WIB"


def _show_rhythm(found: Rhythm) -> Value:
    if found.count == 1:
        return say("plan.once")
    if found.every_days == 7:
        return say("plan.weekly", count=found.count)
    return say("plan.rhythm", count=found.count, days=found.every_days)


def _several(answers: Answers) -> bool:
    return answers.get("kind") != EventKind.SEMINAR


def _all(answers: Answers) -> bool:
    return bool(answers.get("more"))


#: What every event needs. These stand on the review screen one by one; a list shows ten at the most.
NEEDED: tuple[Question[Visit], ...] = (
    Question(
        "kind", one_of(KINDS), tuple(Option(kind.value, _label(kind)) for kind in EventKind), show=_label,
    ),
    Question(
        "topic", one_of(_TOPICS),
        tuple(Option(code, topics.label(code)) for code in (*topics.TOPICS, "lainnya")), show=topics.label,
    ),
    Question("title", one_line(80)),
    Question("description", free_text(300)),
    Question("venue", one_line(120)),
    Question("kecamatan", event_place, show=area),
    Question("date", Depends(lambda answers, at: date_answer(at.astimezone(WIB).date())), show=show_day),
    Question(
        "hours", time_range, (Option("09.00-12.00", "09.00–12.00"), Option("13.00-16.00", "13.00–16.00")),
        show=show_hours,
    ),
    Question(
        "meetings", rhythm,
        _TIMES,
        asked_if=_several, show=_show_rhythm,
    ),
    Question("capacity", whole_number(1, SEATS)),  # no buttons: «2» must mean two, not the second button
)  # fmt: skip
#: What makes the card fuller. Asked when the coordinator has a minute more.
EXTRA: tuple[Question[Visit], ...] = (
    Question("landmark", one_line(120), optional=True, asked_if=_all, reviewed=False),
    Question(
        "kelurahan", Depends(lambda answers, at: place_within(answers["kecamatan"])),
        optional=True, asked_if=_all, reviewed=False, show=area,
    ),
    Question("childcare", yes_no, YES_NO, asked_if=_all, reviewed=False, show=yes_or_no),
    Question("women_only", yes_no, YES_NO, asked_if=_all, reviewed=False, show=yes_or_no),
    Question("bring", things, optional=True, asked_if=_all, reviewed=False, show=", ".join),
    Question(
        "closes_at", Depends(lambda answers, at: day_and_time(at, CLOSING)),
        optional=True, asked_if=_all, reviewed=False, show=moment,
    ),
    Question(
        "certificate", empty_or(whole_number(1, MEETINGS)), (*_TIMES[:-1], _NO_CERTIFICATE),
        optional=True, asked_if=_all, reviewed=False,
    ),
    Question(
        "map", point, optional=True, asked_if=_all, accepts=frozenset({Kind.LOCATION}), reviewed=False,
        show=lambda found: f"{found.latitude:.5f}, {found.longitude:.5f}",
    ),
)  # fmt: skip
MORE: Question[Visit] = Question(
    "more", yes_no, (Option("tidak", say("button.save_now")), Option("ya", say("button.fill_in"))), reviewed=False
)


def plan(visit: Visit, argument: str) -> list[Reply]:
    """Begin a new event."""
    return visit.opens("plan")


def times_of(on: date, hours: Hours) -> tuple[datetime, datetime]:
    """When a meeting on this day starts and ends (aware UTC)."""
    return utc(on, hours.start.hour, hours.start.minute), utc(on, hours.end.hour, hours.end.minute)


def _planned(answers: Answers) -> EventPlan:
    first, end = times_of(answers["date"], answers["hours"])
    minutes = int((end - first).total_seconds() // 60)
    rhythm = answers.get("meetings") or Rhythm(1, 7)
    return EventPlan(
        kind=EventKind(answers["kind"]), topic=answers["topic"], title=answers["title"],
        description=answers["description"], venue=answers["venue"], kecamatan=answers["kecamatan"],
        capacity=answers["capacity"], meetings=weekly(first, minutes, rhythm.count, rhythm.every_days),
        landmark=answers.get("landmark"), kelurahan_desa=answers.get("kelurahan"),
        childcare=answers.get("childcare") or False, women_only=answers.get("women_only", WOMEN_ONLY),
        bring=answers.get("bring") or (), closes_at=answers.get("closes_at"),
        min_meetings_for_certificate=answers.get("certificate"),
    )  # fmt: skip


def _saved(visit: Visit, answers: Answers) -> list[Reply]:
    event = event_editing.create_event(visit.session, visit.person_id, _planned(answers), visit.now)
    if found := answers.get("map"):
        event_editing.edit(
            visit.session, visit.person_id, event.id, visit.now, visit.programme,
            latitude=found.latitude, longitude=found.longitude,
        )  # fmt: skip
    return [Reply("plan.saved"), *coordinator_events.manage(visit, str(event.id))]


def _extras(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    """The fuller answers, for the end of the review screen: they are changed with KEMBALI, or once it is saved."""
    known = {"women_only": WOMEN_ONLY, **answers}
    lines = [
        say("form.line", label=say(f"plan.{q.key}.label"), answer=q.show(known[q.key]))
        for q in EXTRA
        if known.get(q.key) is not None
    ]
    return {"extra": joined(["", *lines])}


ACTIONS = coordinators_only({"plan": plan})
FORMS: tuple[Form[Visit], ...] = (
    Form("plan", (*NEEDED, MORE, *EXTRA), finish=_saved, cancelled=coordinator_events.not_changed, values=_extras),
)
