"""Events by what she said of them: subject, day, kecamatan, title. One fits: its card; several: a list; none: what there is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.conversation.engine import Stale
from bot.conversation.pages import MENU, listing
from bot.conversation.places import gazetteer
from bot.conversation.reply import Reply
from bot.conversation.values import Value, area, joined, say
from bot.understanding.naming import named
from bot.understanding.reading import Meaning
from handlers import browse, days, topics
from handlers.buttons import BROWSE
from handlers.event import event
from handlers.visit import Visit
from handlers.welcome import first
from models import programme_events
from models.events import EventKind
from models.programme_events import Card, Offered

#: What kinds of events are looked for: the word in an action → the kinds.
KINDS = {
    "classes": (EventKind.TRAINING, EventKind.COURSE),
    "seminars": (EventKind.SEMINAR,),
    "all": tuple(EventKind),
}
_NEAR = re.compile(
    r"\b(?:di|daerah|sekitar|deket|dekat|dket|deukeut|kec|kecamatan|wilayah|near|around|in)\.? +((?:[a-z]{3,} ?){1,2})",
    re.IGNORECASE,
)
#: How alike a name and a kecamatan's must be, in percent.
ALIKE = 92
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for. None: any."""

    kinds: str = "all"
    topic: str | None = None
    when: str | None = None
    kecamatan: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing particular is asked for."""
        return not (self.topic or self.when or self.kecamatan)

    def action(self) -> str:
        """The action that looks for it; a page may follow after a colon."""
        place = (self.kecamatan or _NOTHING).replace(".", "_")
        return f"find:{self.kinds}.{self.topic or _NOTHING}.{self.when or _NOTHING}.{place}"

    @classmethod
    def of(cls, written: str) -> "Wish":
        """The wish of an action. Raises Stale for a forged one."""
        parts = written.split(".")
        if len(parts) != 4 or parts[0] not in KINDS:
            raise Stale(written)
        topic, when, place = (None if part == _NOTHING else part for part in parts[1:])
        kecamatan = place.replace("_", ".") if place else None
        if (topic and topic not in (*topics.TOPICS, "lainnya")) or (kecamatan and kecamatan not in gazetteer()):
            raise Stale(written)
        return cls(parts[0], topic, when, kecamatan)


def wish_of(visit: Visit, meaning: Meaning | None, kinds: str) -> Wish:
    """What her words ask for."""
    place = kecamatan_in(visit.typed)
    return Wish(kinds, meaning.topic, meaning.when, place) if meaning else Wish(kinds, kecamatan=place)


def kecamatan_in(text: str) -> str | None:
    """The code of the kecamatan her words name after «di», «deket» and the like, or None."""
    for found in _NEAR.finditer(text):
        matches = gazetteer().find_kecamatan(found[1])
        if len(matches) == 1 and matches[0].likeness >= ALIKE:
            return matches[0].region.code
    return None


def looked_for(visit: Visit, wish: Wish) -> list[Reply]:
    """What fits a wish: the event her words name, the one that fits, or a list; said after what was understood."""
    if not visit.registered:
        return first(visit, _slug(visit, wish))
    cards = _of_kinds(visit, wish)
    titled = _titled(visit.typed, cards)
    fitting = [card for card in titled or cards if _fits(visit, wish, card)]
    if len(titled) == 1:
        return event(visit, str(titled[0].event.id))
    if len(fitting) == 1:
        return understood(event(visit, str(fitting[0].event.id)), _worded(wish))
    if fitting:
        return [_list(fitting, wish, 0)]
    return _nothing(visit, wish, cards)


def find(visit: Visit, argument: str) -> list[Reply]:
    """`find:classes.menjahit.sabtu.-:1`: a page of what fits a wish."""
    written, _, number = argument.partition(":")
    wish = Wish.of(written)
    if not number:
        return looked_for(visit, wish)
    cards = [card for card in _of_kinds(visit, wish) if _fits(visit, wish, card)]
    return [_list(cards, wish, int(number) if number.isdecimal() else 0)] if cards else looked_for(visit, wish)


def understood(replies: list[Reply], what: Value) -> list[Reply]:
    """The same answer, after a line that says what was understood."""
    if not replies or not what:
        return replies
    answer = {"say": replies[0].key, "with": dict(replies[0].values)}
    return [
        replace(replies[0], key="understood.then", values={"what": what, "answer": answer}, replaces=False),
        *replies[1:],
    ]


def event_named(visit: Visit) -> Offered | None:
    """The one event that her words name by its title, or None."""
    offered = {one.id: one for one in programme_events.offered(visit.session, visit.now)}
    found = named(visit.typed, {number: titles_of(one) for number, one in offered.items()})
    return offered[found[0]] if len(found) == 1 else None


def titles_of(shown: Offered) -> tuple[str, ...]:
    """What an event is called."""
    return shown.title, shown.short_title, shown.slug.replace("-", " ")


def _of_kinds(visit: Visit, wish: Wish) -> list[Card]:
    return [card for card in browse.coming(visit) if card.event.kind in KINDS[wish.kinds]]


def _titled(text: str, cards: Sequence[Card]) -> list[Card]:
    titles = {number: (card.event.title, card.event.short_title) for number, card in enumerate(cards)}
    return [cards[number] for number in named(text, titles)]


def _fits(visit: Visit, wish: Wish, card: Card) -> bool:
    shown = card.event
    if wish.topic and shown.topic != wish.topic:
        return False
    if wish.kecamatan and shown.kecamatan != wish.kecamatan:
        return False
    coming = [meeting for meeting in card.meetings if meeting.ends_at > visit.now]
    return not wish.when or any(days.is_on(wish.when, meeting.starts_at, visit.now) for meeting in coming)


def _slug(visit: Visit, wish: Wish) -> str | None:
    """The event somebody new came for, if there is exactly one."""
    if found := event_named(visit):
        return found.slug
    offered = programme_events.offered(visit.session, visit.now)
    fitting = [one.slug for one in offered if wish.topic and one.topic == wish.topic]
    return fitting[0] if len(fitting) == 1 else None


def _list(cards: Sequence[Card], wish: Wish, page: int) -> Reply:
    free = say("browse.all_free") if all(card.event.cost == "gratis" for card in cards) else ""
    choices = listing([browse.row(card) for card in cards], page, wish.action())
    return Reply("browse.list", {"free": free, "what": _what(wish)}, choices)


def _nothing(visit: Visit, wish: Wish, cards: Sequence[Card]) -> list[Reply]:
    """Nothing fits: say so, and show what comes nearest, leaving out the place first, then the day, then the subject."""
    for less in (replace(wish, kecamatan=None), replace(wish, kecamatan=None, when=None), Wish(wish.kinds)):
        nearest = [card for card in cards if less != wish and _fits(visit, less, card)]
        if nearest:
            return understood([_list(nearest, less, 0)], say("understood.none_yet", what=_what(wish)))
    if wish.kinds != "all":
        return looked_for(visit, replace(wish, kinds="all"))
    return [Reply("browse.none", {"what": _what(wish)}, (BROWSE, MENU))]


def _what(wish: Wish) -> Value:
    """«pelatihan dan kursus menjahit hari Sabtu di Cipondoh»."""
    parts: list[Value] = [say(f"understood.kind.{wish.kinds}")]
    parts += [say("understood.topic", topic=topics.label(wish.topic))] if wish.topic else []
    parts += [days.worded(wish.when)] if wish.when else []
    parts += [say("understood.in", place=area(wish.kecamatan))] if wish.kecamatan else []
    return joined(parts, " ")


def _worded(wish: Wish) -> Value:
    """«Kelas menjahit hari Sabtu, ya.»; nothing where nothing particular was asked for."""
    return "" if wish.is_open else say("understood.so", what=_what(wish))


ACTIONS = {"find": find}
