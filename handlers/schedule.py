"""«Jadwal saya»: what she takes part in or waits for, when and where it goes on; and the same as a calendar file."""

from bot.conversation.pages import listing
from bot.conversation.reply import Choice, Document, Reply
from bot.conversation.values import Value, area, joined, moment_range, row_moment, say
from handlers.buttons import BROWSE, MENU
from handlers.visit import Visit
from handlers.welcome import first
from models import links, programme_events, seats
from models.enrolments import Answer, EnrolmentStatus
from models.programme_events import MyEvent, MyMeeting

#: Entries in one message; the rows below it show all.
SHOWN = 4
#: Channels on which a file can be sent; elsewhere she gets a link.
_TAKES_FILES = frozenset({"telegram", "simulator"})
_CALENDAR = Choice("calendar", say("button.calendar"), say("schedule.calendar_more"))
_SAID = {Answer.COMING: "schedule.coming", Answer.EXCUSED: "schedule.excused"}


def schedule(visit: Visit, argument: str) -> list[Reply]:
    """Her events with their next meetings, as text and as rows that lead to the cards. `argument`: the page."""
    if not visit.registered:
        return first(visit)
    mine = programme_events.my_events(visit.session, visit.person.id)
    if not mine:
        return [Reply("schedule.none", choices=(BROWSE, MENU))]
    coming = _next_meetings(visit)
    ordered = sorted(mine, key=lambda m: (m.event.id not in coming, _starts(coming, m), m.enrolment.id))
    lines = [_line(visit, m, coming.get(m.event.id)) for m in ordered[:SHOWN]]
    rows = [_row(m, coming.get(m.event.id)) for m in ordered]
    calendar = [_CALENDAR] if coming else []
    page = int(argument) if argument.isdecimal() else 0
    return [Reply("schedule.list", {"lines": joined(lines, "\n\n")}, listing([*rows, *calendar], page, "schedule"))]


def calendar(visit: Visit, argument: str) -> list[Reply]:
    """Her meetings for the calendar of her phone: a file where the channel takes one, else a link."""
    if not visit.registered:
        return first(visit)
    if not programme_events.my_meetings(visit.session, visit.person.id, visit.now):
        return [Reply("schedule.none", choices=(BROWSE, MENU))]
    path = links.calendar_path(visit.session, visit.person.id, visit.now, visit.programme)
    if visit.heard.channel not in _TAKES_FILES:
        return [Reply("schedule.calendar_link", {"link": visit.programme.public_url.rstrip("/") + path}, (MENU,))]
    return [Reply("schedule.calendar", document=Document(path, "jadwal.ics", "text/calendar"))]


def _next_meetings(visit: Visit) -> dict[int, MyMeeting]:
    found: dict[int, MyMeeting] = {}
    for mine in programme_events.my_meetings(visit.session, visit.person.id, visit.now):
        found.setdefault(mine.event.id, mine)
    return found


def _starts(coming: dict[int, MyMeeting], mine: MyEvent) -> str:
    return coming[mine.event.id].meeting.starts_at.isoformat() if mine.event.id in coming else ""


def _line(visit: Visit, mine: MyEvent, coming: MyMeeting | None) -> Value:
    event = mine.event.title
    if mine.enrolment.status == EnrolmentStatus.WAITLISTED:
        return say("schedule.waiting", event=event, position=seats.wait_position(visit.session, mine.enrolment))
    if mine.enrolment.status == EnrolmentStatus.OFFERED:
        return say("schedule.offered", event=event)
    if coming is None:
        return say("schedule.over", event=event)
    line = say(
        "schedule.meeting" if coming.of > 1 else "schedule.meeting_one",
        event=event, number=coming.number, of=coming.of, venue=mine.event.venue,
        when=moment_range(coming.meeting.starts_at, coming.meeting.ends_at),
    )  # fmt: skip
    return joined([line, say(_SAID[coming.answer])]) if coming.answer in _SAID else line


def _row(mine: MyEvent, coming: MyMeeting | None) -> Choice:
    if mine.enrolment.status == EnrolmentStatus.WAITLISTED:
        described = say("schedule.row_waiting")
    elif mine.enrolment.status == EnrolmentStatus.OFFERED:
        described = say("schedule.row_offered")
    elif coming is None:
        described = say("schedule.row_over")
    else:
        described = say("schedule.row", when=row_moment(coming.meeting.starts_at), place=area(mine.event.kecamatan))
    return Choice(f"event:{mine.event.id}", mine.event.short_title, described)


ACTIONS = {"schedule": schedule, "calendar": calendar}
