"""First contact: leading whoever is not registered to the question of consent, and letting go of who says no.

Before her yes only her address, the open question and a poster's slug are kept (`rules.md`).
"""

from bot.conversation.ages import says_under_age
from bot.conversation.answers import Consent
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from handlers.buttons import HELP, PERSON
from handlers.visit import Visit
from models import erasure

#: The form of registering (`handlers/register.py`), by name: whatever needs it leads there.
REGISTER = "register"
_GO_ON = (Choice("f:_:resume", say("button.go_on")), Choice("f:_:restart", say("button.start_again")), HELP)


def first(visit: Visit, event: str | None = None) -> list[Reply]:
    """Ask for her consent, or go back to where she stopped. `event`: the slug she came for, kept for afterwards."""
    if visit.talk.form != REGISTER:
        return visit.opens(REGISTER, {"event": event} if event else None)
    if event:
        visit.talk.remember("event", event, visit.now)
    if visit.talk.words("consent") is None:
        return visit.engine.resume(visit)
    return [Reply("welcome.unfinished", choices=_GO_ON)]


def let_go(visit: Visit, question: str, answer: Consent) -> list[Reply]:
    """She said no, or is younger than 18: nothing of her stays. A coordinator keeps what she has."""
    if visit.person_id is not None:
        return [Reply("form.cancelled", choices=(MENU,))]
    erasure.erase(visit.session, visit.contact_id, visit.now, visit.programme)
    visit.forgotten = True
    if answer is Consent.UNDERAGE:
        return [Reply("welcome.under_age", choices=(PERSON, HELP))]
    return [Reply("welcome.goodbye")]


def too_young(visit: Visit) -> list[Reply] | None:
    """Who says in the middle of registering that she is younger than 18 is let go like who says so at once."""
    words = visit.typed
    is_number = not any(letter.isalpha() for letter in words)  # «10» chooses a row
    if visit.registered or visit.person_id is not None or is_number or not says_under_age(words):
        return None
    return let_go(visit, "", Consent.UNDERAGE)


def broke_off(visit: Visit) -> list[Reply]:
    """BATAL while registering: what she had written is gone, the door stays open."""
    return [Reply("welcome.broke_off", choices=(Choice("start", say("button.register")), HELP))]


def privacy(visit: Visit, argument: str) -> list[Reply]:
    """What is kept, for what, who sees it, how long, and her rights."""
    return [Reply("welcome.privacy", choices=(MENU,))]


ACTIONS = {"privacy": privacy}
