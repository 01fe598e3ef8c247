"""KOORDINATOR: the desk of whoever has the role, from which all their work is reached."""

from bot.conversation.engine import NotThisWord
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from handlers.coordinator_door import put_aside
from handlers.coordinator_held import waiting as held_messages
from handlers.coordinator_labels import waiting as unclear_messages
from handlers.menu import is_coordinator
from handlers.visit import Visit
from models import handover


def desk(visit: Visit, argument: str) -> list[Reply]:
    """All the coordinators' work. For anybody else the typed word means nothing special, and the button is stale."""
    if not is_coordinator(visit):
        raise NotThisWord("coordinator")
    waiting = len(handover.waiting(visit.session, visit.person_id))
    rows = (
        *put_aside(visit),
        *held_messages(visit),
        Choice("events", say("coordinator.events"), say("coordinator.events_more")),
        Choice("plan", say("coordinator.plan"), say("coordinator.plan_more")),
        *unclear_messages(visit),
        Choice("questions", say("coordinator.questions"), say("coordinator.questions_more", count=waiting)),
        Choice("attendance", say("coordinator.attendance"), say("coordinator.attendance_more")),
        Choice("broadcasts", say("coordinator.broadcast"), say("coordinator.broadcast_more")),
        Choice("invite", say("coordinator.invite"), say("coordinator.invite_more")),
        MENU,
    )
    return [Reply("coordinator.ask", choices=rows)]


ACTIONS = {"coordinator": desk}
