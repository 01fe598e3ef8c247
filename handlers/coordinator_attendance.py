"""Attendance: which meetings there are around today, and who came, noted by tapping names.

A row carries what pressing it will note, so that a second tap on the same screen changes nothing more.
"""

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.conversation.engine import Stale
from bot.conversation.pages import MENU, PAGE, listing
from bot.conversation.reply import ROWS, Choice, Reply
from bot.conversation.values import Value, moment_range, row_moment, say
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only, cut, meeting_of
from handlers.visit import Visit
from models import attendance
from models.attendance import RosterLine
from models.enrolments import Answer, Presence
from models.events import Event, EventStatus, Meeting, MeetingStatus

#: Meetings from so long ago until so far ahead are offered: attendance is often noted the day after.
BEFORE, AHEAD = timedelta(days=3), timedelta(days=14)
#: One tap leads from each state to the next.
NEXT = {
    Presence.UNKNOWN: Presence.PRESENT,
    Presence.PRESENT: Presence.LATE,
    Presence.LATE: Presence.ABSENT,
    Presence.ABSENT: Presence.UNKNOWN,
}
_STATES = frozenset(state.value for state in Presence)
#: Letters of a name that leave room for her state in a row of 24.
NAME = 13


def meetings(visit: Visit, argument: str) -> list[Reply]:
    """The meetings around today, those of today first, then the coming ones, then those just over."""
    found = _around(visit)
    if not found:
        return [Reply("attendance.no_meetings", choices=(DESK, MENU))]
    page = int(argument) if argument.isdecimal() else 0
    rows = [
        Choice(f"roster:{meeting.id}", event.short_title, row_moment(meeting.starts_at)) for meeting, event in found
    ]
    return [Reply("attendance.which", choices=listing(rows, page, "attendance"))]


def roster(visit: Visit, argument: str) -> list[Reply]:
    """The list of one meeting: `roster:12`, `roster:12:1` for its second page."""
    meeting_id, _, page = argument.partition(":")
    return [_list(visit, number(meeting_id), int(page) if page.isdecimal() else 0)]


def mark(visit: Visit, argument: str) -> list[Reply]:
    """Note what a row stood for: `mark:12.7.present`. The list is shown again in the same place."""
    meeting, _, rest = argument.partition(".")
    person, _, state = rest.partition(".")
    if state not in _STATES:
        raise Stale(argument)
    meeting_id, person_id = number(meeting), number(person)
    attendance.mark_presence(visit.session, visit.person_id, person_id, meeting_id, Presence(state), "list", visit.now)
    place = [line.person_id for line in attendance.roster(visit.session, meeting_id)].index(person_id)
    return [_list(visit, meeting_id, place // PAGE)]


def done(visit: Visit, argument: str) -> list[Reply]:
    """The counts, once the list is done."""
    meeting, event = meeting_of(visit, number(argument))
    lines = attendance.roster(visit.session, meeting.id)
    values = _counts(lines) | {"event": event.title, "when": moment_range(meeting.starts_at, meeting.ends_at)}
    again = Choice(f"roster:{meeting.id}", say("button.roster"))
    return [Reply("attendance.done", values, (again, Choice("attendance", say("button.attendance")), DESK))]


def _around(visit: Visit) -> list[tuple[Meeting, Event]]:
    rows = visit.session.execute(
        sa.select(Meeting, Event)
        .join(Event, Event.id == Meeting.event_id)
        .where(
            Meeting.status == MeetingStatus.PLANNED,
            Event.status.in_((EventStatus.PUBLISHED, EventStatus.FINISHED)),
            Meeting.ends_at > visit.now - BEFORE,
            Meeting.starts_at < visit.now + AHEAD,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    found = [(meeting, event) for meeting, event in rows]
    return sorted(found, key=lambda pair: _nearness(pair[0], visit.now))


def _nearness(meeting: Meeting, now: datetime) -> tuple[int, float]:
    """Running or just over today first, then by how soon, then by how long ago."""
    if meeting.starts_at <= now <= meeting.ends_at + timedelta(hours=3):
        return 0, 0.0
    ahead = (meeting.starts_at - now).total_seconds()
    return (1, ahead) if ahead > 0 else (2, -ahead)


def _list(visit: Visit, meeting_id: int, page: int) -> Reply:
    meeting, event = meeting_of(visit, meeting_id)
    lines = attendance.roster(visit.session, meeting_id)
    values: dict[str, Value] = _counts(lines) | {
        "event": event.title, "when": moment_range(meeting.starts_at, meeting.ends_at),
    }  # fmt: skip
    if not lines:
        choices = (Choice(f"walk-in:{event.id}", say("button.walk_in")), DESK, MENU)
        return Reply("attendance.nobody", values, choices, replaces=True)
    rows = [_row(meeting_id, line) for line in lines]
    finished = Choice(f"attended:{meeting_id}", say("button.done"))
    if len(rows) < ROWS - 1:
        return Reply("attendance.roster", values, (*rows, finished, MENU), replaces=True)
    return Reply("attendance.roster", values, listing(rows, page, f"roster:{meeting_id}"), replaces=True)


def _row(meeting_id: int, line: RosterLine) -> Choice:
    label = say(f"attendance.row_{line.presence}", name=cut(line.name, NAME))
    described = say(f"attendance.said_{line.answer}", name=cut(line.name, 40))
    return Choice(f"mark:{meeting_id}.{line.person_id}.{NEXT[line.presence]}", label, described)


def _counts(lines: list[RosterLine]) -> dict[str, Value]:
    counted = Counter(line.presence for line in lines)
    excused = sum(line.answer is Answer.EXCUSED and line.presence is Presence.UNKNOWN for line in lines)
    said = say("attendance.excused", count=excused) if excused else ""
    return {state.value: counted[state] for state in Presence} | {"excused": said}


ACTIONS = coordinators_only({"attendance": meetings, "roster": roster, "mark": mark, "attended": done})
