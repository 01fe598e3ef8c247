"""Looking for an event: by kind, by topic, near her; lists that lead to the card. Keeps nothing."""

from collections.abc import Callable, Sequence

from bot.conversation.engine import Stale
from bot.conversation.pages import listing
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, area, row_moment, say
from handlers.buttons import MENU, PERSON
from handlers.topics import TOPICS, label
from handlers.visit import Visit
from handlers.welcome import first
from models import programme_events
from models.events import EventKind
from models.programme_events import Card

_KINDS = {kind.value: kind for kind in EventKind}


def browse(visit: Visit, argument: str) -> list[Reply]:
    """`browse`: the choice of ways; `browse:training:1`: the second page of one list. Registering comes first."""
    if not visit.registered:
        return first(visit)
    what, _, page = argument.partition(":")
    if what == "":
        return [_ways(visit)]
    if what == "topics":
        return [_topics(visit)]
    return [_list(visit, what, int(page) if page.isdecimal() else 0)]


def coming(visit: Visit) -> list[Card]:
    """Every event she could enrol in, near ones first."""
    return programme_events.upcoming(visit.session, visit.now, near=visit.person.kecamatan)


def row(card: Card) -> Choice:
    """An event as a row of a list."""
    at = card.next.starts_at if card.next else card.event.created_at
    seats = say("browse.seats", left=card.seats.left) if card.seats.open_to_newcomers else say("browse.full")
    description = say("browse.row", when=row_moment(at), place=area(card.event.kecamatan), seats=seats)
    return Choice(f"event:{card.event.id}", card.event.short_title, description)


def listed(cards: Sequence[Card], key: str, page: int, more: str, **values: Value) -> Reply:
    """Events as a list under a sentence of its own, which may say that all are free."""
    free = say("browse.all_free") if all(card.event.cost == "gratis" for card in cards) else ""
    choices = listing([row(card) for card in cards], page, more)
    return Reply(key, {"free": free, **values}, choices, replaces=True)


def _ways(visit: Visit) -> Reply:
    events = programme_events.offered(visit.session, visit.now)
    if not events:
        return Reply("browse.none_at_all", choices=(PERSON, MENU))
    kinds = [
        Choice(f"browse:{kind}:0", say(f"browse.kind_{kind}"), say("browse.count", count=count))
        for kind in _KINDS
        if (count := sum(event.kind == kind for event in events))
    ]
    near = Choice("browse:near:0", say("browse.near"), say("browse.near_more"))
    topics = Choice("browse:topics", say("browse.topics"), say("browse.topics_more"))
    return Reply("browse.ask", choices=(*kinds, near, topics, MENU), replaces=True)


def _topics(visit: Visit) -> Reply:
    events = programme_events.offered(visit.session, visit.now)
    rows = [
        Choice(f"browse:{code}:0", label(code), say("browse.count", count=count))
        for code in TOPICS
        if (count := sum(event.topic == code for event in events))
    ]
    return Reply("browse.topic_ask", choices=(*rows, MENU), replaces=True) if rows else _ways(visit)


def _list(visit: Visit, what: str, page: int) -> Reply:
    suits, named = _wanted(what)
    cards = [card for card in coming(visit) if suits(card)]
    if not cards:
        return Reply("browse.none", {"what": named}, (Choice("browse", say("button.browse")), MENU))
    return listed(cards, "browse.list", page, f"browse:{what}", what=named)


def _wanted(what: str) -> tuple[Callable[[Card], bool], Value]:
    """Which events a list shows, and how it calls them. Raises Stale for a list there is not."""
    if what in _KINDS:
        return (lambda card: card.event.kind == what), say(f"browse.what_{what}")
    if what in TOPICS:
        return (lambda card: card.event.topic == what), say("browse.what_topic", topic=label(what))
    if what == "near":
        return (lambda card: True), say("browse.what_near")
    if what == "open":
        return (lambda card: not card.event.women_only), say("browse.what_open")
    raise Stale(what)


ACTIONS = {"browse": browse}
