"""Words that only mean something beside what she was shown: «iya mau», «yang itu», «besok aja», a title, «bayar ga?»."""

from rapidfuzz import fuzz, process

from bot.conversation.assent import Assent, assent
from bot.conversation.pages import MENU
from bot.conversation.reply import ROWS, Choice, Reply
from bot.conversation.words import plain
from bot.understanding.intents import Intent
from bot.understanding.normalising import words
from bot.understanding.reading import Meaning
from handlers import browse, days, finding
from handlers.buttons import BROWSE
from handlers.visit import Visit
from models import programme_events

#: How alike a message and a title must be, in percent.
ALIKE = 85
#: How long a question about the price alone may be, in words.
FEW = 9
#: How long a message may be that only narrows down the list she has just seen, in words.
SHORT = 6
_COSTS = frozenset({"bayar", "gratis", "biaya", "biayanya", "bayarnya", "dibayar", "berbayar", "pungutan"})
_ASKS_COST = frozenset({
    Intent.MENU_HELP, Intent.BROWSE_TRAININGS, Intent.BROWSE_SEMINARS, Intent.REGISTER, Intent.ENROL, Intent.OUT_OF_SCOPE,
    Intent.GREETING, Intent.THANKS_BYE, Intent.STOP_NOTIFICATIONS, Intent.FEEDBACK, Intent.CAPITAL_HELP,
})  # fmt: skip
#: «That one.»
_POINTS = frozenset({
    "itu", "yang itu", "yg itu", "itu aja", "yang itu aja", "yg itu aja", "itu saja", "itu ya", "yang itu ya", "eta", "nu eta",
    "sing kuwi", "iku wae", "that one", "daftar", "daftarin", "mau itu", "mau yang itu", "mau yg itu",
})  # fmt: skip
_NEAREST = frozenset({
    "yang deket", "yg deket", "yang deket aja", "yg deket aja", "yang dekat", "yang dekat saja", "yang terdekat", "near me",
})  # fmt: skip


def pointed(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """What her words point at, or None."""
    return _taken(visit, meaning) or _narrowed(visit, meaning) or _title(visit) or _cost(visit, meaning)


def _taken(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """«iya mau», «ikut dong», «yang itu» after a card: the seat it offers, or the one event she was shown."""
    newest = visit.engine.newest(visit)
    text = visit.typed
    if newest is None or len(text.split()) > SHORT:
        return None
    offered = [action for action, _ in newest.choices if action.startswith(("enrol:", "offer-yes:"))]
    says_yes = assent(text) is Assent.YES or plain(text) in _POINTS
    joins = meaning.intent in (Intent.ENROL, Intent.REGISTER) and not (meaning.topic or meaning.when)
    if len(offered) == 1 and (says_yes or joins):
        return visit.engine.act(visit, offered[0])
    if plain(text) in _NEAREST and any(action == "browse:near:0" for action, _ in newest.choices):
        return visit.engine.act(visit, "browse:near:0")
    events = [(action, label) for action, label in newest.choices if action.startswith("event:")]
    if len(events) == 1 and says_yes:
        return visit.engine.act(visit, events[0][0])
    if len(events) > 1 and (says_yes or joins):
        return [Reply("understood.which_event", choices=(*(Choice(*event) for event in events[: ROWS - 1]), MENU))]
    return None


def _narrowed(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """«besok aja», «yang jahit»: a few words that choose among the events she has just been shown."""
    newest = visit.engine.newest(visit)
    shown = [int(action[6:]) for action, _ in newest.choices if action.startswith("event:")] if newest else []
    if len(shown) < 2 or not (meaning.when or meaning.topic) or len(visit.typed.split()) > SHORT:
        return None
    cards = [programme_events.card(visit.session, number, visit.now) for number in shown]
    fitting = [
        card for card in cards
        if (not meaning.topic or card.event.topic == meaning.topic)
        and (not meaning.when or (card.next and days.is_on(meaning.when, card.next.starts_at, visit.now)))
    ]  # fmt: skip
    return visit.engine.act(visit, f"event:{fitting[0].event.id}") if len(fitting) == 1 else None


def _title(visit: Visit) -> list[Reply] | None:
    """A message that is a title, and hardly more."""
    found = finding.event_named(visit) if len(visit.typed.split()) <= SHORT else None
    if found is None:
        return None
    said, titles = plain(visit.typed).replace("-", " "), [plain(title) for title in finding.titles_of(found)]
    alike = process.extractOne(said, titles, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return visit.engine.act(visit, f"event:{found.id}") if alike else None


def _cost(visit: Visit, meaning: Meaning) -> list[Reply] | None:
    """«Bayar ga?»: whether anything costs something."""
    said = words(visit.typed)
    if len(said) > FEW or not _COSTS.intersection(said) or meaning.intent not in _ASKS_COST or meaning.topic:
        return None
    free = all(card.event.cost == "gratis" for card in browse.coming(visit))
    return [Reply("understood.free" if free else "understood.cost", choices=(BROWSE, MENU))]
