"""«Data saya»: everything kept about her, readably; and «hapus data saya», which asks once and forgets her at once."""

from collections.abc import Iterator, Mapping

from bot.conversation.answers import Option, yes_no
from bot.conversation.form import Answers, Form, Question
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, day, joined, row_moment, say
from bot.conversation.words import plain
from handlers import topics, unclear
from handlers.buttons import MENU
from handlers.register import show_place
from handlers.visit import Visit
from handlers.welcome import first
from models import erasure, personal_data
from models.enrolments import Presence
from models.people import OptOut
from models.personal_data import AttendanceFact, PersonalData, SaidFact

#: Longest message (`domain/glossary.md`, Lengths), in characters.
LONGEST = 700
_ERASES = frozenset({"hapus", "hapus saja", "hapus aja", "ya hapus", "erase", "delete"})
_ERASE = Choice("erase", say("button.erase"))
_CONTACTS = {OptOut.NONE: "data.contact", OptOut.BROADCASTS: "data.contact_no_news", OptOut.ALL: "data.contact_stopped"}


def data(visit: Visit, argument: str) -> list[Reply]:
    """One page of everything kept about her; the last page says how to change it and how to erase it."""
    if visit.person_id is None:
        return first(visit)
    pages = list(_pages(visit, list(_lines(personal_data.data_about(visit.session, visit.person_id)))))
    number = int(argument) if argument.isdecimal() and int(argument) < len(pages) else 0
    ways_on = (Choice("profile", say("button.profile")), *_improve(visit), _ERASE, MENU)
    more = Choice(f"data:{number + 1}", say("button.next_page"))
    last = number == len(pages) - 1
    key = "data.only" if len(pages) == 1 else "data.last" if last else "data.page"
    return [Reply(key, {"lines": joined(pages[number])}, ways_on if last else (more, _ERASE, MENU))]


def _improve(visit: Visit) -> tuple[Choice, ...]:
    """Only who takes part can help to improve the answers."""
    return (unclear.row(),) if visit.registered else ()


def erase(visit: Visit, argument: str) -> list[Reply]:
    """Ask once whether everything about her shall go."""
    return visit.opens("erase")


def _pages(visit: Visit, lines: list[Value]) -> Iterator[list[Value]]:
    """The lines in pages no longer than a message may be."""
    page: list[Value] = []
    for line in lines:
        if page and _length(visit, [*page, line]) > LONGEST - _length(visit, [say("data.only", lines="")]):
            yield page
            page = []
        page.append(line)
    yield page


def _length(visit: Visit, lines: list[Value]) -> int:
    return len(visit.engine.texts.plain(joined(lines), visit.language, visit.now))


def _lines(kept: PersonalData) -> Iterator[Value]:
    yield from _about(kept)
    yield from _under("data.contacts", [
        say(_CONTACTS[c.opt_out], channel=say(f"data.channel.{c.channel}"), address=c.address) for c in kept.contacts
    ])  # fmt: skip
    yield from _under("data.consents", [
        say("data.consent", purpose=say(f"data.purpose.{c.purpose}"), when=day(c.at)) for c in kept.consents
    ])  # fmt: skip
    yield from _under("data.enrolments", [
        say("data.enrolment", event=e.event, status=say(f"data.status.{e.status}"), when=day(e.since))
        for e in kept.enrolments
    ])  # fmt: skip
    yield from _under("data.attendance", [_attended(fact) for fact in kept.attendance])
    yield from _under("data.questions", [_said(fact) for fact in kept.questions])
    yield from _under("improve.heading", [
        say("improve.line", when=row_moment(fact.at), text=fact.text[:300]) for fact in kept.unclear
    ])  # fmt: skip
    yield ""
    yield say("data.messages", count=kept.messages)
    if kept.open_form:
        yield say("data.open_form")


def _under(heading: str, lines: list[Value]) -> Iterator[Value]:
    if lines:
        yield ""
        yield say("data.heading", heading=say(heading))
        yield from lines


def _about(kept: PersonalData) -> Iterator[Value]:
    person = kept.person
    facts: dict[str, Value | None] = {
        "name": person.name,
        "honorific": person.honorific,
        "kecamatan": show_place(person.kecamatan) if person.kecamatan else None,
        "kelurahan": show_place(person.kelurahan_desa) if person.kelurahan_desa else None,
        "interests": topics.listed(person.interests),
        "language": say(f"data.language_{person.language}"),
        "since": day(person.created_at),
        "role": joined([say(f"data.role.{role}") for role in kept.roles], ", ") if kept.roles else None,
    }
    for name, value in facts.items():
        if value is not None:
            yield say("form.line", label=say(f"data.label.{name}"), answer=value)


def _attended(fact: AttendanceFact) -> Value:
    known = fact.presence if fact.presence != Presence.UNKNOWN else fact.answer
    return say("data.attended", event=fact.event, when=row_moment(fact.starts_at), answer=say(f"data.answer.{known}"))


def _said(fact: SaidFact) -> Value:
    key = "data.question" if fact.by_her else "data.question_answer"
    return say(key, when=row_moment(fact.at), text=fact.text[:300])


def _question(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    return {"question": say("erase.sure.registered" if visit.person_id else "erase.sure.newcomer")}


def sure(words: str) -> bool:
    """Yes or no; «hapus» is a yes here."""
    return plain(words) in _ERASES or yes_no(words)


def _sure(visit: Visit, answers: Answers) -> list[Reply]:
    if not answers["sure"]:
        return _kept(visit)
    erasure.erase(visit.session, visit.contact_id, visit.now, visit.programme)
    visit.forgotten = True
    return [Reply("erase.done")]


def _kept(visit: Visit) -> list[Reply]:
    return [Reply("erase.cancelled", choices=(MENU,))]


ACTIONS = {"data": data, "erase": erase}
FORMS: tuple[Form[Visit], ...] = (
    Form(
        "erase",
        (Question("sure", sure, (Option("ya", say("button.erase_yes")), Option("tidak", say("button.never_mind")))),),
        finish=_sure, cancelled=_kept, review=False, values=_question,
    ),
)  # fmt: skip
