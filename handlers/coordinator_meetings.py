"""The meetings of one event: the list, and one meeting's page. Changing them is `coordinator_changes.py`."""

from bot.conversation.pages import listing
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, moment_range, row_moment, say
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only, meeting_of
from handlers.visit import Visit
from models import attendance, programme_events
from models.events import Event, EventStatus, Meeting, MeetingStatus


def meetings(visit: Visit, argument: str) -> list[Reply]:
    """Every planned meeting of an event: `meetings:7`, `meetings:7:1`."""
    event_id, _, page = argument.partition(":")
    card = programme_events.card(visit.session, number(event_id), visit.now)
    is_open = card.event.status in (EventStatus.DRAFT, EventStatus.PUBLISHED)
    more = [Choice(f"meeting-add:{card.event.id}", say("button.add_meeting"))] if is_open else []
    if not card.meetings:
        back = Choice(f"manage:{card.event.id}", say("button.manage"))
        return [Reply("meetings.none", {"event": card.event.title}, (*more, back, DESK))]
    rows = [*(_row(meeting, place, visit) for place, meeting in enumerate(card.meetings, 1)), *more]
    shown = listing(rows, int(page) if page.isdecimal() else 0, f"meetings:{event_id}")
    return [Reply("meetings.list", {"event": card.event.title, "count": len(card.meetings)}, shown)]


def meeting(visit: Visit, argument: str) -> list[Reply]:
    """One meeting: who comes, who cannot, who has not answered, and what can be done about it."""
    found, event = meeting_of(visit, number(argument))
    counts: dict[str, Value] = dict(attendance.counts(visit.session, found.id).as_values())
    values = counts | {"event": event.title, "when": moment_range(found.starts_at, found.ends_at)}
    return [Reply("meetings.page", values, (*_acts(visit, found, event), DESK))]


def _acts(visit: Visit, found: Meeting, event: Event) -> list[Choice]:
    back = Choice(f"meetings:{event.id}", say("events.act_meetings"))
    roster = Choice(f"roster:{found.id}", say("button.roster"))
    changeable = (
        found.status == MeetingStatus.PLANNED
        and found.starts_at > visit.now
        and event.status in (EventStatus.DRAFT, EventStatus.PUBLISHED)
    )
    if not changeable:
        return [roster, back]
    move = Choice(f"meeting-move:{found.id}", say("button.move"))
    return [roster, move, Choice(f"meeting-cancel:{found.id}", say("button.cancel_meeting")), back]


def _row(found: Meeting, place: int, visit: Visit) -> Choice:
    key = "meetings.row" if found.ends_at > visit.now else "meetings.row_over"
    return Choice(f"meeting:{found.id}", say(key, number=place), row_moment(found.starts_at))


ACTIONS = coordinators_only({"meetings": meetings, "meeting": meeting})
