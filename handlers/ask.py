"""«Petugas»: a person answers. Her question is kept and passed on, and the bot steps back until it is closed.

While she is in a handover, the words that always work, buttons and open forms go first; only what is none of these is
for the coordinator (`other.free_text`).
"""

from datetime import datetime

import sqlalchemy as sa

from bot.conversation.heard import Kind
from bot.conversation.reply import Reply
from bot.conversation.talk import SHOWN_FOR
from bot.conversation.words import word_of
from handlers.buttons import MENU, NEVER_MIND
from handlers.visit import Visit
from models import handover
from models.office import CatalogueEntry, QuestionStatus

#: Kept with the conversation while her next words are the question.
_ASKING = "_asking"
#: Nobody's question is longer; what is beyond is not passed on.
LONGEST = 2000


def ask(visit: Visit, argument: str) -> list[Reply]:
    """A person should answer: ask what the question is, unless one is open already."""
    if handover.is_open(visit.session, visit.contact_id):
        return [Reply("ask.already")]
    visit.talk.remember(_ASKING, "", visit.now)
    return [Reply("ask.write", choices=(NEVER_MIND,))]


def elsewhere(visit: Visit) -> list[Reply] | None:
    """A gate that answers nothing: who presses a button or writes MENU after «petugas» no longer asks."""
    pressed, typed = visit.heard.action, visit.heard.text
    if pressed is not None or (typed is not None and word_of(typed)):
        visit.talk.said.pop(_ASKING, None)
    return None


def heard(visit: Visit) -> list[Reply] | None:
    """Words that are for a person: her question, or more of it. None if she talks to the bot."""
    if visit.heard.kind is not Kind.TEXT or visit.heard.text is None:
        return None
    words = visit.heard.text.strip()[:LONGEST]
    if _is_asking(visit.talk.said.pop(_ASKING, None), visit.now):
        return _passed(visit, words)
    question = handover.open_question(visit.session, visit.contact_id)
    if question is None or not handover.say_more(visit.session, visit.contact_id, words, visit.now):
        return None
    # A person who answers is not talked over; before that she hears that her words arrived.
    return [] if question.status == QuestionStatus.TAKEN else [Reply("ask.more", choices=(MENU,))]


def _passed(visit: Visit, words: str) -> list[Reply]:
    handover.ask(visit.session, visit.contact_id, words, visit.now)
    visit.talk.shown = []  # a number she types now is for the person, not for a list she saw before
    hours = _office_hours(visit)
    return [Reply("ask.passed", {"hours": hours}) if hours else Reply("ask.passed_simple")]


def _is_asking(mark: list[str] | None, now: datetime) -> bool:
    return mark is not None and now - datetime.fromisoformat(mark[1]) <= SHOWN_FOR


def _office_hours(visit: Visit) -> str | None:
    """When somebody reads questions, as the catalogue says."""
    data = visit.session.scalar(sa.select(CatalogueEntry.data).where(CatalogueEntry.section == "programme").limit(1))
    return (data or {}).get("office_hours") or (data or {}).get("office_hours_sample")


ACTIONS = {"ask": ask}
