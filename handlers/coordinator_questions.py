"""Women's questions, answered by a person: the list of what waits, taking one, answering it, closing it.

The answer is what a coordinator writes right after «Jawab» (`rules.md`, A person answers). It is taken by a gate before
the engine, so that it can never fall into an open form, and an open form goes on afterwards.
"""

from datetime import datetime

from bot.conversation.engine import Stale
from bot.conversation.heard import Kind
from bot.conversation.pages import MENU, listing
from bot.conversation.reply import Choice, Reply
from bot.conversation.talk import SHOWN_FOR
from bot.conversation.values import Value, joined, say
from bot.conversation.words import Word, word_of
from handlers.buttons import number
from handlers.coordinator_door import DESK, coordinators_only, cut, put_aside
from handlers.visit import Visit
from models import handover, question_notices
from models.office import Question, QuestionLine, QuestionStatus
from models.people import Contact

#: Kept with the conversation while the coordinator's next words are the answer: the question's id.
ANSWERING = "_answering"
#: The longest answer that is passed on, and how much of what was said before is shown.
LONGEST, LINES, LINE = 1000, 6, 240


def questions(visit: Visit, argument: str) -> list[Reply]:
    """What waits: her own first, then what nobody has taken. `argument`: the page."""
    waiting = handover.waiting(visit.session, visit.person_id)
    if not waiting:
        return [Reply("handover.none", choices=(DESK, MENU))]
    page = int(argument) if argument.isdecimal() else 0
    rows = [_row(visit, question) for question in waiting]
    return [Reply("handover.list", {"count": len(waiting)}, listing(rows, page, "questions"))]


def question(visit: Visit, argument: str) -> list[Reply]:
    """One question with what was said so far, and what can be done about it."""
    return [_page(visit, _found(visit, argument))]


def take(visit: Visit, argument: str) -> list[Reply]:
    """Make it hers; the others are told. Raises AlreadyTaken, QuestionClosed."""
    return [_page(visit, handover.take(visit.session, visit.person_id, number(argument), visit.now))]


def answer(visit: Visit, argument: str) -> list[Reply]:
    """«Jawab»: what she writes next is the answer. The question becomes hers, if nobody's. Raises AlreadyTaken."""
    found = handover.take(visit.session, visit.person_id, number(argument), visit.now)
    visit.talk.remember(ANSWERING, str(found.id), visit.now)
    visit.talk.shown = []  # a number she types now is part of the answer, not a row of an older list
    return [Reply("handover.write", {"name": question_notices.asker(visit.session, found)})]


def close(visit: Visit, argument: str) -> list[Reply]:
    """The handover ends; the bot answers her again."""
    found = handover.close(visit.session, visit.person_id, number(argument), visit.now)
    name = question_notices.asker(visit.session, found)
    return [Reply("handover.closed", {"name": name}, (Choice("questions", say("button.questions")), DESK))]


def written(visit: Visit) -> list[Reply] | None:
    """The gate: the words after «Jawab» go to her who asked. Any button or word that leads elsewhere ends it."""
    mark = visit.talk.said.get(ANSWERING)
    if mark is None or (visit.heard.action is None and visit.heard.kind is not Kind.TEXT):
        return None
    del visit.talk.said[ANSWERING]
    words = visit.typed.strip()
    if not words or visit.now - datetime.fromisoformat(mark[1]) > SHOWN_FOR:
        return None
    if leads_elsewhere := word_of(words):
        return _not_sent(visit) if leads_elsewhere[0] in {Word.CANCEL, Word.BACK} else None
    return _sent(visit, int(mark[0]), words)


def _sent(visit: Visit, question_id: int, words: str) -> list[Reply]:
    if len(words) > LONGEST:
        visit.talk.remember(ANSWERING, str(question_id), visit.now)
        return [Reply("handover.too_long", {"longest": LONGEST})]
    found = handover.answer(visit.session, visit.person_id, question_id, words, visit.now)
    name = question_notices.asker(visit.session, found)
    return [Reply("handover.sent", {"name": name}, (*_hers(found), *put_aside(visit), DESK)), *_open_form(visit)]


def _not_sent(visit: Visit) -> list[Reply]:
    return [
        Reply("handover.not_sent", choices=(Choice("questions", say("button.questions")), DESK)),
        *_open_form(visit),
    ]


def _open_form(visit: Visit) -> list[Reply]:
    return visit.engine.resume(visit) if visit.engine.is_asking(visit) else []


def _found(visit: Visit, argument: str) -> Question:
    found = visit.session.get(Question, number(argument))
    if found is None:
        raise Stale(argument)
    return found


def _page(visit: Visit, found: Question) -> Reply:
    values: dict[str, Value] = {
        "name": question_notices.asker(visit.session, found),
        "lines": joined([_line(line.text, line.by_person_id) for line in _newest(visit, found)]),
    }
    asker = visit.session.get_one(Contact, found.contact_id).person_id
    block = [Choice(f"block:{asker}", say("button.block"))] if asker is not None else []
    if found.status == QuestionStatus.CLOSED:
        return Reply("handover.page_closed", values, (Choice("questions", say("button.questions")), DESK))
    if found.status == QuestionStatus.OPEN:
        choices = (Choice(f"take:{found.id}", say("button.take")), *_hers(found), *block, DESK)
        return Reply("handover.page", values, choices)
    if found.taken_by == visit.person_id:
        return Reply("handover.page", values, (*_hers(found), *block, DESK))
    return Reply("handover.page_others", values, (Choice("questions", say("button.questions")), DESK))


def _newest(visit: Visit, found: Question) -> list[QuestionLine]:
    return handover.lines(visit.session, found.id)[-LINES:]


def _line(words: str, by: int | None) -> Value:
    return say("handover.line_hers" if by is None else "handover.line_ours", text=cut(words, LINE))


def _hers(found: Question) -> tuple[Choice, ...]:
    """What the owner can do."""
    return (
        Choice(f"answer:{found.id}", say("button.answer")),
        Choice(f"close:{found.id}", say("button.close")),
    )


def _row(visit: Visit, found: Question) -> Choice:
    name = question_notices.asker(visit.session, found)
    hers = [line.text for line in handover.lines(visit.session, found.id) if line.by_person_id is None]
    key = "handover.row_mine" if found.status == QuestionStatus.TAKEN else "handover.row_open"
    words = say(key, text=cut(hers[-1] if hers else "", 50))
    return Choice(f"question:{found.id}", cut(name, 24) if isinstance(name, str) else name, words)


ACTIONS = coordinators_only(
    {"questions": questions, "question": question, "take": take, "answer": answer, "close": close}
)
