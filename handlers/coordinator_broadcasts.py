"""Broadcasts under way: the newest ones, how far one has come, pausing, going on, stopping for good.

What may be done about those who were not reached is in `coordinator_broadcast_missed.py`.
"""

from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, moment, row_moment, say
from handlers.buttons import number
from handlers.coordinator_broadcast_counts import ended
from handlers.coordinator_broadcast_expected import audience_named, beginning
from handlers.coordinator_broadcast_missed import remedies
from handlers.coordinator_door import DESK, coordinators_only
from handlers.visit import Visit
from models import broadcasting
from models.broadcasting import Progress
from models.broadcasts import Broadcast, BroadcastStatus

#: Broadcasts that can still be paused or stopped.
RUNNING = (BroadcastStatus.FREEZING, BroadcastStatus.SCHEDULED, BroadcastStatus.SENDING)
#: Rows of the list, below «Siaran baru» and above the two ways on.
SHOWN = 7


def broadcasts(visit: Visit, argument: str) -> list[Reply]:
    """A new one, or one of the newest."""
    rows = [_row(found) for found in broadcasting.recent(visit.session, SHOWN)]
    new = Choice("broadcast", say("broadcasts.new"), say("broadcasts.new_more"))
    return [Reply("broadcasts.list" if rows else "broadcasts.none", choices=(new, *rows, DESK, MENU))]


def show(visit: Visit, argument: str) -> list[Reply]:
    """How far a broadcast has come; pressed again, the numbers change in place."""
    return [_page(visit, number(argument))]


def pause(visit: Visit, argument: str) -> list[Reply]:
    """Send nothing more of it for now. Raises BroadcastOver."""
    return [_page(visit, broadcasting.pause(visit.session, visit.person_id, number(argument), visit.now).id)]


def resume(visit: Visit, argument: str) -> list[Reply]:
    """Go on. Raises BroadcastOver."""
    return [_page(visit, broadcasting.resume(visit.session, visit.person_id, number(argument), visit.now).id)]


def stop(visit: Visit, argument: str) -> list[Reply]:
    """Pause it at once and ask whether it stops for good: while she thinks, nothing goes out. Raises BroadcastOver."""
    found = broadcasting.pause(visit.session, visit.person_id, number(argument), visit.now)
    choices = (
        Choice(f"broadcast-end:{found.id}", say("button.stop_yes")),
        Choice(f"broadcast-on:{found.id}", say("button.go_on_sending")),
    )
    return [Reply("broadcasts.stop_sure", choices=choices)]


def end(visit: Visit, argument: str) -> list[Reply]:
    """Stop it for good. Raises BroadcastOver."""
    return [_page(visit, broadcasting.cancel(visit.session, visit.person_id, number(argument), visit.now).id)]


def _page(visit: Visit, broadcast_id: int) -> Reply:
    progress = broadcasting.progress(visit.session, broadcast_id)
    found = visit.session.get_one(Broadcast, broadcast_id)
    values: dict[str, Value] = {
        "text": beginning(found, 60),
        "audience": audience_named(visit.session, found.audience),
        "status": say(f"broadcasts.status_{progress.status}"),
        "when": moment(found.starts_at),
        "counts": ended(progress, visit.engine.texts),
    }
    return Reply("broadcasts.page", values, _acts(progress), replaces=True)


def _acts(progress: Progress) -> tuple[Choice, ...]:
    again = Choice(f"broadcast-show:{progress.id}", say("button.progress"))
    stopping = Choice(f"broadcast-stop:{progress.id}", say("button.stop"))
    if progress.status in RUNNING:
        return again, Choice(f"broadcast-pause:{progress.id}", say("button.pause")), stopping
    if progress.status == BroadcastStatus.PAUSED:
        return Choice(f"broadcast-on:{progress.id}", say("button.go_on_sending")), stopping, DESK
    helps = remedies(progress)
    return *helps, Choice("broadcasts", say("coordinator.broadcast")), *((DESK,) if len(helps) < 2 else ())


def _row(found: Broadcast) -> Choice:
    status = say("broadcasts.row", status=say(f"broadcasts.status_{found.status}"), when=row_moment(found.starts_at))
    return Choice(f"broadcast-show:{found.id}", beginning(found, 24), status)


ACTIONS = coordinators_only(
    {
        "broadcasts": broadcasts, "broadcast-show": show, "broadcast-pause": pause, "broadcast-on": resume,
        "broadcast-stop": stop, "broadcast-end": end,
    }
)  # fmt: skip
