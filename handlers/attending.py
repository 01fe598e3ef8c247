"""Her answer to a reminder: Bisa or Tidak bisa, to be changed until the meeting is over."""

from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, moment, moment_range, near_day, say
from handlers.buttons import SCHEDULE, pair
from handlers.visit import Visit
from models import attendance, programme_events
from models.enrolments import Answer
from models.events import Event, Meeting


def coming(visit: Visit, argument: str) -> list[Reply]:
    """She comes to this meeting."""
    event, meeting = _noted(visit, argument, Answer.COMING)
    when = moment_range(meeting.starts_at, meeting.ends_at)
    return [Reply("attending.coming", {"event": event.title, "when": when, "venue": event.venue})]


def excused(visit: Visit, argument: str) -> list[Reply]:
    """She cannot come this once; she stays enrolled and hears of the next meeting."""
    event, meeting = _noted(visit, argument, Answer.EXCUSED)
    values = {"near": near_day(meeting.starts_at), "event": event.title, "next": _next(visit, event, meeting)}
    again = Choice(f"coming:{argument}", say("button.coming_after_all"))
    return [Reply("attending.excused", values, (again, SCHEDULE))]


def _noted(visit: Visit, argument: str, answer: Answer) -> tuple[Event, Meeting]:
    enrolment_id, meeting_id = pair(argument)
    how = "button" if visit.heard.action else "text"
    attendance.answer_reminder(visit.session, visit.person_id, enrolment_id, meeting_id, answer, how, visit.now)
    meeting = visit.session.get_one(Meeting, meeting_id)
    return visit.session.get_one(Event, meeting.event_id), meeting


def _next(visit: Visit, event: Event, missed: Meeting) -> Value:
    for mine in programme_events.my_meetings(visit.session, visit.person.id, visit.now):
        if mine.event.id == event.id and mine.meeting.starts_at > missed.starts_at:
            return say("attending.next", number=mine.number, when=moment(mine.meeting.starts_at))
    return ""


ACTIONS = {"coming": coming, "excused": excused}
