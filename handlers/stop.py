"""BERHENTI and «stop siaran»: one confirmation that names no event, then silence until she writes."""

from bot.conversation.reply import Reply
from handlers.visit import Visit
from models import opting
from models.people import OptOut


def stop(visit: Visit, what: str) -> list[Reply]:
    """Stop everything the program starts on this contact, or with «news» only announcements. Enrolments stay."""
    how_much = OptOut.BROADCASTS if what == "news" else OptOut.ALL
    opting.opt_out(visit.session, visit.contact_id, how_much, visit.now, visit.programme)
    return [Reply("stop.news" if what == "news" else "stop.all")]


ACTIONS = {"stop": stop}
