"""Messages that were not understood: whether she lets them be kept, and keeping them without who she is.

Coordinators read them in `coordinator_labels.py`; the rules are in `models/learning.py`.
"""

from datetime import datetime, timedelta

from bot.conversation.heard import Kind
from bot.conversation.places import gazetteer
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from bot.understanding.anonymous import stripped
from bot.understanding.intents import Intent
from handlers.buttons import MENU
from handlers.visit import Visit
from handlers.welcome import first
from models import learning

#: Kept with the conversation until she presses what she meant: the message's id.
_KEPT = "_unclear"
#: So long a button still says what a message meant.
FRESH = timedelta(hours=24)
_DATA = Choice("data", say("button.data"))


def row() -> Choice:
    """The way from «Data saya» to her yes or no."""
    return Choice("improve", say("improve.row"), say("improve.row_more"))


def improve(visit: Visit, argument: str) -> list[Reply]:
    """What it is about, how it stands now, and the other answer."""
    if not visit.registered:
        return first(visit)
    if learning.agreed(visit.session, visit.person_id):
        return [Reply("improve.agreed", choices=(Choice("improve-off", say("improve.take_back")), _DATA, MENU))]
    choices = (Choice("improve-on", say("button.yes")), Choice("improve-no", say("button.no")), MENU)
    return [Reply("improve.ask", choices=choices)]


def agree(visit: Visit, argument: str) -> list[Reply]:
    """She says yes: from now on."""
    if not visit.registered:
        return first(visit)
    learning.agree(visit.session, visit.person.id, visit.heard.channel, visit.now, visit.programme)
    return [Reply("improve.thanks", choices=(_DATA, MENU))]


def decline(visit: Visit, argument: str) -> list[Reply]:
    """She says no. Nothing changes, also where she had said yes before: an old button takes nothing back."""
    return improve(visit, "") if learning.agreed(visit.session, visit.person_id) else _off("improve.declined")


def take_back(visit: Visit, argument: str) -> list[Reply]:
    """She takes her yes back: what was kept is gone at once."""
    if not visit.registered:
        return first(visit)
    learning.take_back(visit.session, visit.person.id)
    visit.talk.said.pop(_KEPT, None)
    return _off("improve.taken_back")


def keep(visit: Visit) -> int | None:
    """Keep what she wrote because it was not understood, or only half; its id. None without her consent, or in danger.

    A button that says what she meant can be noted afterwards (`corrected`).
    """
    meaning = visit.meaning
    if meaning is None or meaning.danger or visit.heard.kind is not Kind.TEXT or not visit.heard.text:
        return None
    if not learning.agreed(visit.session, visit.person_id):
        return None  # before the work of stripping
    guesses = [(guess.intent.value, guess.confidence) for guess in meaning.guesses]
    text = stripped(visit.heard.text, _names(visit), gazetteer().is_name)
    number = learning.keep(visit.session, visit.person_id, text, guesses, None, visit.language, visit.now)
    if number is not None:
        visit.talk.remember(_KEPT, str(number), visit.now)
    return number


def corrected(visit: Visit, intent: Intent) -> bool:
    """Note that she pressed this intent's button after the message kept last; False if there is none."""
    mark = visit.talk.said.pop(_KEPT, None)
    if mark is None or visit.now - datetime.fromisoformat(mark[1]) > FRESH:
        return False
    return learning.choose(visit.session, visit.person_id, int(mark[0]), intent.value)


def _names(visit: Visit) -> list[str]:
    """What she is known by here."""
    return [visit.person.name, visit.person.honorific or "", visit.heard.address]


def _off(key: str) -> list[Reply]:
    return [Reply(key, choices=(_DATA, MENU))]


ACTIONS = {"improve": improve, "improve-on": agree, "improve-no": decline, "improve-off": take_back}
