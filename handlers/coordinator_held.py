"""Held messages: after a restored backup, coordinators decide what is still sent and what is dropped."""

from collections.abc import Sequence

from bot.conversation.engine import Stale
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, joined, moment, row_moment, say
from handlers.coordinator_door import DESK, coordinators_only, cut
from handlers.visit import Visit
from models import held, held_decisions, holding
from models.broadcasts import Broadcast
from models.held import Group
from models.held_decisions import Decision

#: Groups in the list, below «Semua» and above the two ways on.
SHOWN = 7
EVERYTHING = "all"


def waiting(visit: Visit) -> tuple[Choice, ...]:
    """The way to held messages from the desk, while there are any."""
    count = held.count(visit.session)
    return (Choice("held", say("held.desk", count=count), say("held.desk_more")),) if count else ()


def page(visit: Visit, argument: str) -> list[Reply]:
    """What is held: by kind and event, how many, since when."""
    groups = held.groups(visit.session)
    if not groups:
        return [Reply("held.none", choices=(DESK, MENU))]
    since = holding.restored_at(visit.session)
    values: dict[str, Value] = {
        "count": sum(group.count for group in groups),
        "when": moment(since) if since else say("held.unknown_time"),
        "lines": _lines(visit, groups),
    }
    rows = [Choice(f"held-of:{group.code}", *_row(visit, group)) for group in groups[:SHOWN]]
    everything = Choice(f"held-of:{EVERYTHING}", say("held.all"), say("held.all_more", count=values["count"]))
    return [Reply("held.list", values, (everything, *rows, DESK, MENU))]


def of(visit: Visit, argument: str) -> list[Reply]:
    """One group: send, drop, or leave it. Raises NothingHeld."""
    if argument == EVERYTHING:
        groups = held.groups(visit.session)
        if not groups:
            raise held.NothingHeld
        return [_asks(argument, _lines(visit, groups))]
    return [_asks(_code(argument), _line(visit, held.group(visit.session, argument)))]


def send(visit: Visit, argument: str) -> list[Reply]:
    """Send a group; what would come too late expires. Raises NothingHeld."""
    return [_done(visit, "held.sent", argument, Decision.SEND)]


def drop(visit: Visit, argument: str) -> list[Reply]:
    """Drop a group for good. Raises NothingHeld."""
    return [_done(visit, "held.dropped", argument, Decision.DROP)]


def _asks(code: str, lines: Value) -> Reply:
    choices = (
        Choice(f"held-send:{code}", say("held.send")),
        Choice(f"held-drop:{code}", say("held.drop")),
        Choice("held", say("button.back")),
    )
    return Reply("held.ask", {"lines": lines}, choices)


def _done(visit: Visit, key: str, argument: str, decision: Decision) -> Reply:
    code = argument if argument == EVERYTHING else _code(argument)
    count = held_decisions.decide(visit.session, visit.person_id, code, decision, visit.now, visit.programme)
    more = waiting(visit)
    return Reply(key, {"count": count}, (*more, DESK, MENU))


def _code(argument: str) -> str:
    """The code of a group, as a button carries it. Raises Stale for a forged one."""
    kind, _, subject = argument.partition(".")
    if kind not in set(held.Kind) or not (subject.isascii() and subject.isdecimal() and len(subject) <= 18):
        raise Stale(argument)
    return argument


def _lines(visit: Visit, groups: Sequence[Group]) -> Value:
    lines = [_line(visit, group) for group in groups[:SHOWN]]
    rest = len(groups) - len(lines)
    return joined([*lines, *([say("held.more_lines", count=rest)] if rest else [])])


def _line(visit: Visit, group: Group) -> Value:
    about = _about(visit, group)
    kind = say(f"held.kind_{group.kind}")
    if about is None:
        return say("held.line", kind=kind, count=group.count, when=moment(group.oldest))
    return say("held.line_about", kind=kind, about=about, count=group.count, when=moment(group.oldest))


def _row(visit: Visit, group: Group) -> tuple[Value, Value]:
    about = _about(visit, group)
    second = say("held.row", kind=say(f"held.kind_{group.kind}"), count=group.count, when=row_moment(group.oldest))
    return (cut(about, 24) if about else say(f"held.kind_{group.kind}")), second


def _about(visit: Visit, group: Group) -> str | None:
    """The event's title, or how a broadcast begins."""
    if group.kind is not held.Kind.BROADCAST:
        return held.title(visit.session, group)
    found = visit.session.get(Broadcast, group.subject)
    text = found.content["values"]["text"] if found else ""
    return cut(text if isinstance(text, str) else text["with"]["title"], 40)


ACTIONS = coordinators_only({"held": page, "held-of": of, "held-send": send, "held-drop": drop})
