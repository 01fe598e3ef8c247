"""The menu, help, the language, and MULAI: the words that lead everywhere and work always."""

from bot.conversation.engine import Stale
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, joined, say
from handlers.buttons import HELP, MENU, PERSON
from handlers.visit import Visit
from handlers.welcome import REGISTER, first
from models import handover, helplines, opting, registration, roles
from models.helplines import Helpline
from models.people import OptOut, RoleName

#: The numbers BANTUAN names, in this order, as far as the catalogue shows them.
NUMBERS = ("darurat-112", "polisi-110", "sapa-129")
_RESUME = Choice("f:_:resume", say("menu.resume"), say("menu.resume_more"))
_COORDINATOR = Choice("coordinator", say("button.coordinator"), say("menu.coordinator_more"))
_LANGUAGES = {"id": "en", "en": "id"}


def menu(visit: Visit, argument: str) -> list[Reply]:
    """Everything she can do. It ends a conversation with a person; who is not registered is led to consent first."""
    handover.close_for(visit.session, visit.contact_id, visit.now)
    if visit.registered:
        return [Reply("menu.ask", choices=_rows(visit))]
    if is_coordinator(visit):
        register = Choice("register", say("button.register"))
        desk = Choice("coordinator", say("button.coordinator"))
        return [Reply("menu.coordinator", choices=(*_waiting_form(visit), desk, register, HELP))]
    return first(visit)


def register(visit: Visit, argument: str) -> list[Reply]:
    """Become a participant; who is one already sees the menu."""
    return menu(visit, "") if visit.registered else first(visit)


def help_(visit: Visit, argument: str) -> list[Reply]:
    """How to use this, and the numbers for an emergency: the same for everybody, safe to press for whoever needs it."""
    lines = {line.slug: line for line in helplines.shown(visit.session)}
    numbers = [_number(lines[slug]) for slug in NUMBERS if slug in lines]
    if not numbers:
        return [Reply("help.plain", choices=(MENU, PERSON))]
    return [Reply("help.text", {"numbers": joined(numbers)}, (MENU, PERSON))]


def language(visit: Visit, code: str) -> list[Reply]:
    """Speak another language from now on, here and wherever she is known; then go on with the open question."""
    if code not in visit.engine.texts.languages:
        raise Stale(code)
    visit.language = code
    registration.set_language(visit.session, visit.contact_id, code)
    if visit.engine.is_asking(visit):
        return [Reply("welcome.language"), *visit.engine.resume(visit)]
    if visit.registered or is_coordinator(visit):
        return [Reply("welcome.language", choices=(MENU,))]
    return [Reply("welcome.language"), *first(visit)]


def start(visit: Visit, argument: str) -> list[Reply]:
    """MULAI, /start: everything may reach her again; a stranger is welcomed."""
    stopped = visit.contact.opt_out != OptOut.NONE
    if stopped:
        opting.opt_in(visit.session, visit.contact_id, visit.now)
    if visit.registered and stopped:
        return [Reply("welcome.back", choices=(MENU,))]
    return menu(visit, "")


def is_coordinator(visit: Visit) -> bool:
    """Whether she holds the coordinator's role."""
    return roles.holds(visit.session, visit.person_id, RoleName.COORDINATOR)


def _rows(visit: Visit) -> tuple[Choice, ...]:
    other = _LANGUAGES.get(visit.language, "id")
    rows = [
        Choice("browse", say("button.browse"), say("menu.browse")),
        Choice("schedule", say("button.schedule"), say("menu.schedule")),
        Choice("profile", say("button.profile"), say("menu.profile")),
        Choice("data", say("button.data"), say("menu.data")),
        Choice("ask", say("button.person"), say("menu.person")),
        Choice("help", say("button.help"), say("menu.help")),
        Choice(f"language:{other}", say(f"button.language_{other}"), say(f"menu.language_{other}")),
    ]
    return (*_waiting_form(visit), *rows, *([_COORDINATOR] if is_coordinator(visit) else []))


def _waiting_form(visit: Visit) -> list[Choice]:
    """A form worth coming back to. A single question, such as the one about news, is closed instead."""
    form = visit.engine.forms.get(visit.talk.form or "")
    is_worth_it = form is not None and (form.review or len(form.questions) > 1)
    if form and not is_worth_it:
        visit.talk.close()
    return [_RESUME] if form and is_worth_it and form.name != REGISTER else []


def _number(line: Helpline) -> Value:
    what = say(f"help.for.{line.slug}")
    if line.whatsapp:
        return say("help.number_whatsapp", phone=line.phone, whatsapp=line.whatsapp, what=what)
    return say("help.number", phone=line.phone, what=what)


ACTIONS = {"menu": menu, "register": register, "help": help_, "language": language, "start": start}
