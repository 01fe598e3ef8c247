"""Signs of violence or despair in her own words: the numbers of help, before everything else and in every state.

Nothing of it is stored: the words change no state, the answer's row is deleted when it ends, and no coordinator sees either.
"""

from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, joined, say
from bot.understanding.danger import Danger
from handlers.buttons import MENU
from handlers.coordinator_questions import ANSWERING
from handlers.menu import is_coordinator
from handlers.visit import Visit
from models import helplines
from models.helplines import Helpline

#: Whom to call in danger, as far as the catalogue shows them; who listens; who is there for despair.
AT_ONCE, _SUPPORT, _CRISIS = ("darurat-112", "polisi-110"), "sapa-129", "jiwa-119"
_SAFE_PHONE = Choice("safe-phone", say("button.safe_phone"))


def helped(visit: Visit) -> list[Reply] | None:
    """A gate: the numbers of help for whoever needs them, whatever question is open."""
    if visit.meaning is None or visit.meaning.danger is None or _writes_of_others(visit):
        return None
    return answer(visit, visit.meaning.danger)


def _writes_of_others(visit: Visit) -> bool:
    """A coordinator in the middle of an answer, an announcement or an event writes of a seminar on violence, not of herself."""
    return (visit.engine.is_asking(visit) or ANSWERING in visit.talk.said) and is_coordinator(visit)


def answer(visit: Visit, kind: Danger) -> list[Reply]:
    """The numbers of help the catalogue shows: for now at once, then for talking; of who does not want to live, the crisis
    line first. Where there is none, a person."""
    lines = {line.slug: line for line in helplines.shown(visit.session)}
    urgent = [say("private_phone_number", phone=lines[slug].phone) for slug in AT_ONCE if slug in lines]
    wanted = (_CRISIS, _SUPPORT) if kind is Danger.DESPAIR else (_SUPPORT,)
    told = [say("private_now", phones=_either(urgent))] if urgent else []
    told += [_number(lines[slug]) for slug in wanted if slug in lines]
    return [Reply("private", {"numbers": joined(told or [say("private_nobody")], "\n\n")}, (_SAFE_PHONE,))]


def safe_phone(visit: Visit, argument: str) -> list[Reply]:
    """How nobody else reads along."""
    return [Reply("private_phone", choices=(MENU,))]


def _either(phones: list[Value]) -> Value:
    """«112 atau 110»."""
    either = [part for phone in phones for part in (say("private_or"), phone)]
    return joined(either[1:], "")


def _number(line: Helpline) -> Value:
    if line.extension:
        return say("private_crisis", phone=line.phone, extension=line.extension)
    return say("private_story", phone=line.phone, whatsapp=line.whatsapp or line.phone)


ACTIONS = {"safe-phone": safe_phone}
