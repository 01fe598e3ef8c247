"""«Pesan belum paham»: coordinators say what a message wants that was not understood, one message after another.

They see neither name, number nor place: messages are stripped before they are kept (`handlers/unclear.py`).
"""

from bot.conversation.engine import Stale
from bot.conversation.pages import MENU, listing
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, joined, say
from bot.understanding.intents import Intent
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only
from handlers.visit import Visit
from models import learning
from models.learning import NothingToLabel, UnclearMessage

_INTENTS = frozenset(intent.value for intent in Intent)
_FROM_THE_START = Choice("labels", say("labels.again"))


def waiting(visit: Visit) -> tuple[Choice, ...]:
    """The way here from the desk, while messages wait."""
    count = learning.waiting(visit.session)
    return (Choice("labels", say("labels.desk"), say("labels.desk_more", count=count)),) if count else ()


def following(visit: Visit, argument: str) -> list[Reply]:
    """The next message. `argument`: the id after which to look, so that a message can be skipped."""
    return _next(visit, number(argument) if argument else 0, "")


def everything(visit: Visit, argument: str) -> list[Reply]:
    """All intents for one message, in pages: `label-more:12:1`. Raises NothingToLabel."""
    code, _, page = argument.partition(":")
    message = _found(visit, number(code))
    rows = [_as(message, intent.value) for intent in Intent]
    at = int(page) if page.isdecimal() else 0
    return [Reply("labels.all", {"text": message.text}, listing(rows, at, f"{learning.MORE}:{message.id}"))]


def label(visit: Visit, argument: str) -> list[Reply]:
    """What a message wants: `label:12.enrol`; then the next one. Raises NothingToLabel."""
    code, _, name = argument.partition(".")
    if name not in _INTENTS:
        raise Stale(argument)
    stays = learning.label(visit.session, visit.person_id, number(code), name, visit.now)
    done = say("labels.saved", intent=say(f"intent.{name}")) if stays else say("labels.never_kept")
    return _next(visit, number(code), done)


def drop(visit: Visit, argument: str) -> list[Reply]:
    """Nothing to learn from it, or somebody can be known by it; then the next one. Raises NothingToLabel."""
    learning.drop(visit.session, visit.person_id, number(argument), visit.now)
    return _next(visit, number(argument), say("labels.dropped"))


def _next(visit: Visit, after: int, before: Value) -> list[Reply]:
    before = joined([before, ""], "\n\n") if before else ""
    message = learning.next_to_label(visit.session, visit.person_id, after)
    if message is not None:
        return [_page(message, before)]
    if learning.waiting(visit.session):
        return [Reply("labels.skipped", {"before": before}, (_FROM_THE_START, DESK, MENU))]
    return [Reply("labels.none", {"before": before}, (DESK, MENU))]


def _page(message: UnclearMessage, before: Value) -> Reply:
    chosen = say("labels.chosen", intent=say(f"intent.{message.chosen}")) if message.chosen else ""
    choices = (
        *(_as(message, intent) for intent in _likely(message)),
        Choice(f"{learning.MORE}:{message.id}:0", say("button.more")),
        Choice(f"labels:{message.id}", say("button.skip")),
        Choice(f"label-drop:{message.id}", say("labels.drop")),
        DESK,
    )
    return Reply(learning.SHOWN_IN, {"before": before, "text": message.text, "chosen": chosen}, choices)


def _likely(message: UnclearMessage) -> list[str]:
    """What she pressed herself, then what the model guessed; names of an older release are left out."""
    likely = dict.fromkeys([message.chosen, *(intent for intent, _ in message.guesses)])
    return [intent for intent in likely if intent in _INTENTS]


def _as(message: UnclearMessage, intent: str) -> Choice:
    return Choice(f"label:{message.id}.{intent}", say(f"intent.{intent}"))


def _found(visit: Visit, message_id: int) -> UnclearMessage:
    found = visit.session.get(UnclearMessage, message_id)
    if found is None or found.label is not None:
        raise NothingToLabel
    return found


ACTIONS = coordinators_only({"labels": following, learning.MORE: everything, "label": label, "label-drop": drop})
