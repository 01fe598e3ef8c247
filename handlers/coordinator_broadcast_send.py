"""The preview of a broadcast exactly as the women will see it, for how many, when, and the last «yes»."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Self

from sqlalchemy.orm import Session

from bot.conversation.answers import Option, yes_no
from bot.conversation.form import Answers, Depends, Form, Parser, Question
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, area, moment, say
from bot.conversation.words import plain
from handlers import topics
from handlers.coordinator_answers import day_and_time
from handlers.coordinator_broadcast_counts import counted
from handlers.coordinator_door import DESK
from handlers.visit import Visit
from models import audience, broadcasting, media, programme_events
from models.audience import Preview, Reach

#: The form that sends what was written.
SENDING = "broadcast-send"
#: When a broadcast goes on a day named without a time (WIB).
MORNING = time(9)
_CHANGE = "ubah"


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast that is not sent yet, as plain words: that is how an open form carries it."""

    what: str  #: «tulis», or «kegiatan» and the event's id
    text: str
    audience: str  #: as `models/audience.py` writes it
    once: str  #: makes a double click one broadcast
    token: str = ""  #: of the picture

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Self:
        """The draft among the words of an open form."""
        return cls(**{name: words.get(name, "") for name in cls.__slots__})

    @classmethod
    def carried(cls, visit: Visit) -> Self:
        """The draft of the open form."""
        return cls.of({key: said[0] for key, said in visit.talk.said.items()})

    def said(self) -> dict[str, str]:
        """As words to open a form with."""
        return {name: getattr(self, name) for name in self.__slots__}

    def begun(self) -> dict[str, str]:
        """What to begin the writing again with: what it says stays, for whom is asked anew."""
        return {"what": self.what} | ({"words": self.text} if self.text else {})

    def content(self, session: Session, now: datetime) -> Reply:
        """The message the women will get."""
        image = media.path(self.token) if self.token else None
        footer = say("broadcast.footer")
        if not self.event_id:
            return Reply("broadcast.text", {"text": self.text}, image=image, footer=footer)
        see = Choice(f"event:{self.event_id}", say("button.see_event"))
        text = say("broadcast.card", **_about(session, self.event_id, now))
        return Reply("broadcast.text", {"text": text}, (see,), image=image, footer=footer)

    @property
    def event_id(self) -> int:
        """The announced event; 0 for a text of her own."""
        return int(self.what.rpartition(" ")[2]) if self.what.startswith("kegiatan ") else 0

    def flat(self, session: Session, now: datetime) -> Value:
        """The text as a template carries it: on one line."""
        if self.event_id:
            return say("broadcast.card_flat", **_about(session, self.event_id, now))
        return " ".join(self.text.split())


def previewed(visit: Visit, draft: Draft) -> list[Reply]:
    """The preview, what is special about it, and the question when it goes."""
    expected = _preview(visit, draft, visit.now)
    if not expected.recipients:
        again = visit.opens("broadcast", draft.begun())
        return [Reply("broadcast.nobody", {"counts": counted(expected)}), *again]
    return [
        draft.content(visit.session, visit.now),
        *_on_one_line(visit, draft, expected),
        *visit.opens(SENDING, draft.said()),
    ]


def waiting_for_picture(visit: Visit, draft: Draft, token: str) -> list[Reply]:
    """The draft waits until its picture is fetched (`coordinator_broadcast.picture_came`)."""
    visit.opens(SENDING, replace(draft, token=token).said())
    return [Reply("broadcast.fetching")]


def when_or_change(at: datetime) -> Parser:
    """When it goes (aware UTC), or None to change what was written."""
    moment_of = day_and_time(at, MORNING)

    def parse(words: str) -> datetime | None:
        return None if plain(words) == _CHANGE else moment_of(words)

    return parse


def _on_one_line(visit: Visit, draft: Draft, expected: Preview) -> list[Reply]:
    """Whoever is only reached by a template reads it without line breaks (`rules.md`, Delivery)."""
    count = sum(states.get(Reach.WINDOW_CLOSED, 0) for states in expected.by_channel.values())
    if not count or not (draft.event_id or "\n" in draft.text):
        return []
    return [Reply("broadcast.flat", {"count": count, "text": draft.flat(visit.session, visit.now)})]


def _preview(visit: Visit, draft: Draft, at: datetime) -> Preview:
    known = audience.known_audience(visit.session, draft.audience)
    return audience.preview(visit.session, known, at, visit.programme)


def _about(session: Session, event_id: int, now: datetime) -> dict[str, Value]:
    card = programme_events.card(session, event_id, now)
    return {
        "title": card.event.title,
        "description": " ".join(card.event.description.split()),
        "when": moment(card.next.starts_at) if card.next else say("events.no_meeting"),
        "venue": card.event.venue,
        "place": area(card.event.kecamatan),
    }


def _sentences(visit: Visit, answers: Answers) -> Mapping[str, Value]:
    draft, at = Draft.carried(visit), answers.get("when") or visit.now
    expected = _preview(visit, draft, at)
    return {
        "audience": audience_named(visit, draft.audience),
        "counts": counted(expected),
        "count": expected.recipients,
        "when": _said_when(visit, at),
    }


def audience_named(visit: Visit, text: str) -> Value:
    """An audience as coordinators read it."""
    found = audience.parse_audience(text)
    what: Mapping[Any, Any] = {
        audience.AudienceKind.TOPIC: lambda: topics.label(found.what),
        audience.AudienceKind.KECAMATAN: lambda: area(found.what),
        audience.AudienceKind.EVENT: lambda: _title(visit, found.what),
    }
    return say(f"broadcast.to_{found.kind}", what=what[found.kind]() if found.kind in what else "")


def _title(visit: Visit, slug: str) -> str:
    event = programme_events.by_slug(visit.session, slug)
    return event.title if event else slug


def _said_when(visit: Visit, at: datetime) -> Value:
    quiet = visit.programme.quiet
    if quiet.holds(at):
        return say("broadcast.after_quiet", when=moment(quiet.ends_after(at)))
    return say("broadcast.now") if at <= visit.now else moment(at)


def _sent(visit: Visit, answers: Answers) -> list[Reply]:
    draft = Draft.of({key: words for key, words in answers.items() if isinstance(words, str)})
    if answers["when"] is None:
        return visit.opens("broadcast", draft.begun())
    if not answers["sure"]:
        return _not_sent(visit)
    if draft.token and media.picture(visit.session, draft.token, visit.now) is None:
        return waiting_for_picture(visit, draft, draft.token)
    content = draft.content(visit.session, visit.now).to_json()
    sent = broadcasting.create(
        visit.session, visit.person_id, draft.audience, content, answers["when"], visit.now, draft.once
    )
    count = _preview(visit, draft, sent.starts_at).recipients
    choices = (
        Choice(f"broadcast-show:{sent.id}", say("button.progress")),
        Choice(f"broadcast-stop:{sent.id}", say("button.stop")),
        DESK,
    )
    return [Reply("broadcast.queued", {"count": count, "when": _said_when(visit, sent.starts_at)}, choices)]


def _not_sent(visit: Visit) -> list[Reply]:
    return [Reply("broadcast.not_sent", choices=(Choice("broadcasts", say("coordinator.broadcast")), DESK, MENU))]


FORMS: tuple[Form[Visit], ...] = (
    Form(
        SENDING,
        (
            Question(
                "when", Depends(lambda answers, at: when_or_change(at)),
                (
                    Option("sekarang", say("button.now")),
                    Option("besok jam 9", say("button.tomorrow")),
                    Option(_CHANGE, say("button.change")),
                ),
            ),
            Question(
                "sure", yes_no, (Option("ya", say("button.send_yes")), Option("tidak", say("button.never_mind"))),
                asked_if=lambda answers: answers["when"] is not None,
            ),
        ),
        finish=_sent, cancelled=_not_sent, review=False, carries=tuple(Draft.__slots__), values=_sentences,
    ),
)  # fmt: skip
