"""Registering: consent, how to call her, name, where she lives, interests; then, once, the question about news."""

from collections.abc import Mapping, Sequence

from bot.conversation.answers import Consent, NotUnderstood, Option, consent_answer, yes_no
from bot.conversation.answers_people import honorific, person_name, place_name, place_within
from bot.conversation.form import Answers, Depends, Form, Question
from bot.conversation.place_search import OUTSIDE
from bot.conversation.reply import Reply
from bot.conversation.texts import address
from bot.conversation.values import Value, area, say
from bot.conversation.words import plain
from handlers import men, topics
from handlers.event import after_joining
from handlers.visit import Visit
from handlers.welcome import REGISTER, broke_off, let_go
from models import registration
from models.people import Purpose
from models.registration import Profile

_BOLEH = Option("boleh", say("button.yes"))
_TIDAK = Option("tidak", say("button.no"))
YES_READ_NO = (_BOLEH, Option(Consent.READ.value, say("button.read")), _TIDAK)
YES_NO_YOUNG = (_BOLEH, _TIDAK, Option(Consent.UNDERAGE.value, say("button.under_age")))
HONORIFICS = (
    Option("ibu", say("honorific.ibu")),
    Option("kak", say("honorific.kak")),
    Option("lainnya", say("button.more")),
)
_OTHER_HONORIFIC = frozenset({"lainnya", "yang lain", "other", "lain"})
OUTSIDE_OPTION = Option(OUTSIDE, say("place.outside"))


def consent(words: str) -> Consent:
    """Her first answer. Raises NotUnderstood, for a man with his own reason."""
    if plain(words) == Consent.READ.value:
        return Consent.READ  # the button means itself, however freely words are understood
    if men.is_man(words):
        raise NotUnderstood("man")
    return consent_answer(words)


def after_reading(words: str) -> Consent:
    """Her answer under the whole text, where wanting to read it is none. Raises NotUnderstood."""
    answer = consent_answer(words)
    if answer is Consent.READ:
        raise NotUnderstood("unknown")
    return answer


def how_to_call(words: str) -> str:
    """Her form of address; «Lainnya» asks her to write it."""
    if plain(words) in _OTHER_HONORIFIC:
        raise NotUnderstood("write")
    return honorific(words)


def inside(answers: Answers) -> bool:
    """Whether she lives where the programme knows every kelurahan."""
    return answers.get("kecamatan") != OUTSIDE


def show_place(code: str) -> Value:
    """An area's name as she reads it."""
    return say("place.outside") if code == OUTSIDE else area(code)


def interest_options(visit: Visit, answers: Answers) -> Sequence[Option]:
    """The topics, those she chose ticked."""
    return topics.options(visit.talk.words("interests") or "")


#: What `profile.py` asks as well.
ABOUT_HER: tuple[Question[Visit], ...] = (
    Question("honorific", how_to_call, HONORIFICS, optional=True),
    Question("name", person_name),
    Question("kecamatan", place_name, (OUTSIDE_OPTION,), show=show_place),
    Question(
        "kelurahan", Depends(lambda answers, at: place_within(answers["kecamatan"])),
        optional=True, asked_if=inside, show=show_place,
    ),
    Question(
        "interests", topics.interests, interest_options,
        optional=True, show=topics.listed, joining=topics.joining,
    ),
)  # fmt: skip


def about_her(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    """How the form's own sentences address her, before she is written down."""
    return {
        **address(answers.get("honorific"), answers.get("name")),
        "programme": visit.programme.name,
        "privacy": say("welcome.privacy"),
        "chosen": topics.asking(visit.talk.words("interests") or ""),
    }


def profile_of(answers: Answers, language: str) -> Profile:
    """Her answers as the rules take them."""
    return Profile(
        name=answers["name"], honorific=answers["honorific"], kecamatan=answers["kecamatan"],
        kelurahan_desa=answers.get("kelurahan"), interests=answers["interests"] or (), language=language,
    )  # fmt: skip


def _welcome(visit: Visit, answers: Answers) -> list[Reply]:
    """She is a participant now. The question about news is put once, what she came for comes after it."""
    person = registration.register(
        visit.session, visit.contact_id, profile_of(answers, visit.language), visit.now, visit.programme
    )
    visit.person_id, visit.registered = person.id, True
    visit.honorific, visit.name = person.honorific, person.name
    done = Reply("register.done")
    if person.news_asked:
        return [done, *after_joining(visit, answers.get("event"))]
    registration.news_was_asked(visit.session, person.id)
    return [done, *visit.opens("news", {"event": answers["event"]} if "event" in answers else None)]


def _news_answered(visit: Visit, answers: Answers) -> list[Reply]:
    if answers["yes"] and visit.person_id is not None:
        channel = visit.heard.channel
        registration.give_consent(visit.session, visit.person_id, Purpose.NEWS, channel, visit.now, visit.programme)
    said = Reply("news.thanks" if answers["yes"] else "news.declined")
    return [said, *after_joining(visit, answers.get("event"))]


def _refused(answer: Consent) -> bool:
    return answer in (Consent.NO, Consent.UNDERAGE)


_register: Form[Visit] = Form(
    REGISTER,
    (
        Question("consent", consent, YES_READ_NO, stop_if=_refused, reviewed=False),
        Question(
            "reading", after_reading, YES_NO_YOUNG, asked_if=lambda answers: answers["consent"] is Consent.READ,
            stop_if=_refused, reviewed=False,
        ),
        *ABOUT_HER,
    ),
    finish=_welcome, stopped=let_go, cancelled=broke_off, carries=("event",), values=about_her,
)  # fmt: skip
_news: Form[Visit] = Form(
    "news",
    (Question("yes", yes_no, (_BOLEH, Option("tidak usah", say("button.not_needed")))),),
    finish=_news_answered, review=False, carries=("event",),
)  # fmt: skip
FORMS = (_register, _news)
