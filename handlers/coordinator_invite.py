"""Inviting another coordinator by a one-time code, and taking the role by sending it."""

import re

from bot.conversation.answers_people import person_name
from bot.conversation.form import Answers, Form, Question
from bot.conversation.heard import Kind
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import say
from handlers.coordinator_door import DESK, coordinators_only
from handlers.visit import Visit
from models import invitations
from models.people import Person

#: A code as it is printed; only then is a wrong one spoken of: any word of eight letters could be meant otherwise.
_AS_PRINTED = re.compile(r"[A-Za-z0-9]{4}-[A-Za-z0-9]{4}")


def invite(visit: Visit, argument: str) -> list[Reply]:
    """Begin: for whom is the code?"""
    return visit.opens("invite")


def redeem(visit: Visit) -> list[Reply] | None:
    """The gate: a message that is nothing but a valid code gives what the code is for. None for all others."""
    text = visit.typed.strip()
    if visit.heard.kind is not Kind.TEXT or not invitations.looks_like_code(text):
        return None
    try:
        redeemed = invitations.redeem(visit.session, visit.contact_id, text, visit.now)
    except invitations.CodeInvalid:
        if _AS_PRINTED.fullmatch(text):
            raise
        return None
    return _welcome(visit, redeemed)


def _welcome(visit: Visit, redeemed: invitations.Redeemed) -> list[Reply]:
    person = visit.session.get_one(Person, redeemed.person_id)
    visit.person_id, visit.name, visit.honorific = person.id, person.name, person.honorific
    visit.talk.close()
    if redeemed.role is None:
        return [Reply("invite.joined", choices=(MENU,))]
    return [Reply("invite.welcome", {"name": person.name}, (DESK, MENU))]


def _made(visit: Visit, answers: Answers) -> list[Reply]:
    code = invitations.create(visit.session, visit.person_id, answers["name"], visit.now)
    values = {"name": answers["name"], "code": code, "days": invitations.VALID_FOR.days}
    return [Reply("invite.code", values, (Choice("invite", say("button.another")), DESK))]


def _not_made(visit: Visit) -> list[Reply]:
    return [Reply("form.cancelled", choices=(DESK, MENU))]


ACTIONS = coordinators_only({"invite": invite})
FORMS: tuple[Form[Visit], ...] = (
    Form("invite", (Question("name", person_name),), finish=_made, cancelled=_not_made, review=False),
)
