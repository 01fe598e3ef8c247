"""The door in front of everything only coordinators may do, and what their conversations share.

Rules ask for the role once more by themselves (`models.roles.require`); here a forged button is answered as stale.
"""

from collections.abc import Callable, Mapping

from bot.conversation.engine import Stale
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from handlers.menu import is_coordinator
from handlers.visit import Visit
from models.events import Event, Meeting

Handler = Callable[[Visit, str], list[Reply]]

#: Back to the coordinators' own menu.
DESK = Choice("coordinator", say("button.coordinator"))
_RESUME = Choice("f:_:resume", say("menu.resume"))


def coordinators_only(actions: Mapping[str, Handler]) -> dict[str, Handler]:
    """The same actions, stale for anybody without the role."""
    return {name: _guarded(handler) for name, handler in actions.items()}


def _guarded(handler: Handler) -> Handler:
    def guarded(visit: Visit, argument: str) -> list[Reply]:
        if not is_coordinator(visit):
            raise Stale(argument)
        return handler(visit, argument)

    return guarded


def put_aside(visit: Visit) -> tuple[Choice, ...]:
    """The way back to a form that waits, if one does."""
    form = visit.engine.forms.get(visit.talk.form or "")
    is_worth_it = form is not None and len(form.questions) > 1 and not visit.engine.is_asking(visit)
    return (_RESUME,) if is_worth_it else ()


def event_of(visit: Visit, event_id: int) -> Event:
    """An event, whatever its status. Raises Stale for a number nobody gave."""
    found = visit.session.get(Event, event_id)
    if found is None:
        raise Stale(str(event_id))
    return found


def meeting_of(visit: Visit, meeting_id: int) -> tuple[Meeting, Event]:
    """A meeting and its event. Raises Stale for a number nobody gave."""
    found = visit.session.get(Meeting, meeting_id)
    if found is None:
        raise Stale(str(meeting_id))
    return found, event_of(visit, found.event_id)


def cut(words: str, most: int) -> str:
    """Words that fit a row: at most so many characters, «…» where something is missing."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"
