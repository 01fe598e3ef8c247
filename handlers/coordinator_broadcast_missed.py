"""Whom a broadcast did not reach: the list of those to be told by hand, and sending it once more where that may help."""

from bot.conversation.engine import Stale
from bot.conversation.pages import MENU, PAGE
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, joined, say
from handlers import coordinator_broadcast_expected as expectation
from handlers.buttons import number
from handlers.coordinator_broadcast_counts import why
from handlers.coordinator_broadcast_send import queued
from handlers.coordinator_door import DESK, coordinators_only
from handlers.visit import Visit
from models import broadcast_resending
from models.broadcasting import Progress
from models.broadcasts import Broadcast
from models.messages import Status


def missed(visit: Visit, argument: str) -> list[Reply]:
    """«Perlu dihubungi»: who was not reached, and why: `broadcast-missed:7`, `broadcast-missed:7:1`."""
    first, _, page = argument.partition(":")
    broadcast_id = number(first)
    start = (int(page) if page.isdecimal() and len(page) < 6 else 0) * PAGE
    found = broadcast_resending.not_reached(visit.session, visit.person_id, broadcast_id, start, PAGE + 1)
    back = Choice(f"broadcast-show:{broadcast_id}", say("button.progress"))
    if not found:
        return [Reply("broadcasts.all_reached", choices=(back, DESK))]
    lines = [say("people.missed", name=entry.name, why=why(entry.reason, visit.engine.texts)) for entry in found]
    more = Choice(f"broadcast-missed:{broadcast_id}:{start // PAGE + 1}", say("button.more"))
    values: dict[str, Value] = {
        "text": expectation.beginning(_of(visit, broadcast_id), 40),
        "lines": joined(lines[:PAGE]),
    }
    return [Reply("broadcasts.missed", values, (*([more] if len(found) > PAGE else []), back, DESK))]


def again(visit: Visit, argument: str) -> list[Reply]:
    """Ask once, with the counts, whether a broadcast goes again to those it did not reach: `broadcast-again:7`."""
    found = _of(visit, number(argument))
    if sent := broadcast_resending.resent(visit.session, found.id):
        return [queued(visit, sent, sum(sent.counts.values()))]
    audience = broadcast_resending.audience_of(visit.session, visit.person_id, found.id)
    expected = expectation.preview_of(visit, str(audience), visit.now)
    counts = expectation.counts(visit, expected, visit.now)
    values: dict[str, Value] = {
        "text": expectation.beginning(found, 60),
        "count": expected.recipients,
        "counts": counts,
    }
    if not expected.recipients:
        missing = Choice(f"broadcast-missed:{found.id}", say("button.missed"))
        return [Reply("broadcasts.again_nobody", values, (missing, DESK, MENU))]
    yes = Choice(f"broadcast-again-yes:{found.id}", say("button.send_yes"))
    back = Choice(f"broadcast-show:{found.id}", say("button.never_mind"))
    return [Reply("broadcasts.again_sure", values, (yes, back))]


def again_yes(visit: Visit, argument: str) -> list[Reply]:
    """Send it again to those; however often it is pressed, once."""
    sent = broadcast_resending.resend(visit.session, visit.person_id, number(argument), visit.now)
    count = sum(sent.counts.values()) or expectation.preview_of(visit, sent.audience, visit.now).recipients
    return [queued(visit, sent, count)]


def remedies(progress: Progress) -> tuple[Choice, ...]:
    """What may be done about those a broadcast that is over did not reach."""
    curable = broadcast_resending.curable(progress)
    failed = progress.counts.get(Status.FAILED)
    send_again = Choice(f"broadcast-again:{progress.id}", say("button.resend"))
    by_hand = Choice(f"broadcast-missed:{progress.id}", say("button.missed"))
    return (*([send_again] if curable else []), *([by_hand] if failed else []))


def _of(visit: Visit, broadcast_id: int) -> Broadcast:
    found = visit.session.get(Broadcast, broadcast_id)
    if found is None:
        raise Stale(str(broadcast_id))
    return found


ACTIONS = coordinators_only({"broadcast-missed": missed, "broadcast-again": again, "broadcast-again-yes": again_yes})
