"""«Profil saya»: what she told of herself, and changing any of it, one answer at a time."""

from bot.conversation.engine import Stale
from bot.conversation.form import Answers, Form
from bot.conversation.place_search import OUTSIDE
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, joined, say
from handlers import topics
from handlers.buttons import MENU
from handlers.register import ABOUT_HER, about_her, profile_of, show_place
from handlers.visit import Visit
from handlers.welcome import first
from models import registration
from models.people import Person, Purpose

_FIELDS = tuple(question.key for question in ABOUT_HER)


def profile(visit: Visit, argument: str) -> list[Reply]:
    """Her profile, and a row for each thing she may change."""
    if not visit.registered:
        return first(visit)
    person = visit.person
    news = registration.has_consent(visit.session, person.id, Purpose.NEWS)
    known = _shown(person) | {"news": say("profile.yes" if news else "profile.no")}
    lines = [say("form.line", label=say(f"profile.{field}.label"), answer=answer) for field, answer in known.items()]
    fields = [field for field in _FIELDS if field in known]
    rows = [Choice(f"change:{field}", say(f"profile.{field}.label")) for field in fields]
    rows.append(Choice("news-off" if news else "news-on", say("profile.news_off" if news else "profile.news_on")))
    return [Reply("profile.ask", {"lines": joined(lines)}, (*rows, MENU))]


def change(visit: Visit, field: str) -> list[Reply]:
    """Ask one thing again; everything else stays as it is."""
    if not visit.registered:
        return first(visit)
    if field not in _FIELDS:
        raise Stale(field)
    said = _as_said(visit.person)
    if field == "interests":
        said["interests"] += ","  # her choice so far, open again
    else:
        said.pop(field, None)
    return visit.opens("profile", said)


def news_on(visit: Visit, argument: str) -> list[Reply]:
    """She wants to hear of new activities."""
    if visit.registered:
        channel = visit.heard.channel
        registration.give_consent(visit.session, visit.person.id, Purpose.NEWS, channel, visit.now, visit.programme)
    return profile(visit, "")


def news_off(visit: Visit, argument: str) -> list[Reply]:
    """She does not want to hear of new activities any more."""
    if visit.registered:
        registration.withdraw_consent(visit.session, visit.person.id, Purpose.NEWS)
    return profile(visit, "")


def _shown(person: Person) -> dict[str, Value]:
    shown: dict[str, Value] = {
        "honorific": person.honorific or say("form.skipped"),
        "name": person.name,
        "kecamatan": show_place(person.kecamatan) if person.kecamatan else say("form.skipped"),
    }
    if person.kecamatan != OUTSIDE:
        shown["kelurahan"] = show_place(person.kelurahan_desa) if person.kelurahan_desa else say("form.skipped")
    return shown | {"interests": topics.listed(person.interests)}


def _as_said(person: Person) -> dict[str, str]:
    """What is kept about her, as if she had just said it; the form asks what is missing."""
    kept = {
        "honorific": person.honorific or "",
        "name": person.name,
        "kecamatan": person.kecamatan,
        "kelurahan": person.kelurahan_desa or "",
        "interests": ",".join(person.interests),
    }
    return {key: words for key, words in kept.items() if words is not None}


def _save(visit: Visit, answers: Answers) -> list[Reply]:
    new = profile_of(answers, visit.language)
    person = registration.change_profile(
        visit.session, visit.person.id, name=new.name, honorific=new.honorific, kecamatan=new.kecamatan,
        kelurahan_desa=new.kelurahan_desa, interests=new.interests,
    )  # fmt: skip
    visit.honorific, visit.name = person.honorific, person.name
    return [Reply("profile.saved"), *profile(visit, "")]


def _kept(visit: Visit) -> list[Reply]:
    return [Reply("form.cancelled", choices=(Choice("profile", say("button.profile")), MENU))]


ACTIONS = {"profile": profile, "change": change, "news-on": news_on, "news-off": news_off}
FORMS: tuple[Form[Visit], ...] = (
    Form("profile", ABOUT_HER, finish=_save, cancelled=_kept, review=False, values=about_her),
)
