"""The preview of a broadcast exactly as the women will see it, for how many, when, and the last «yes».

At the last question «Atur» leads to what is rarely asked: what becomes of a message of which nobody knows whether it arrived.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Self

from sqlalchemy.orm import Session

from bot.conversation.answers import Option, yes_no
from bot.conversation.form import Answers, Depends, Form, Parser, Question
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import Value, area, joined, moment, say
from bot.conversation.words import plain
from handlers import coordinator_broadcast_expected as expectation
from handlers import coordinator_broadcast_template as template
from handlers.coordinator_answers import day_and_time
from handlers.coordinator_door import DESK
from handlers.visit import Visit
from models import broadcasting, media, programme_events
from models.audience import Preview
from models.broadcasts import Broadcast

#: The form that sends what was written.
SENDING = "broadcast-send"
#: When a broadcast goes on a day named without a time (WIB).
MORNING = time(9)
_CHANGE = "ubah"
_SETTLE = "atur"
#: A moment as `_sent` writes it into a form that is asked again.
_CARRIED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
#: Kept with a draft whose messages of unknown outcome are not sent again.
_NEVER = "tidak"


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast that is not sent yet, as plain words: that is how an open form carries it."""

    what: str  #: «tulis», or «kegiatan» and the event's id
    text: str
    audience: str  #: as `models/audience.py` writes it
    once: str  #: makes a double click one broadcast
    token: str = ""  #: of the picture
    repeat: str = ""  #: «tidak»: a message of unknown outcome is not sent once more

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
    expected = _preview(visit, draft)
    if not expected.recipients:
        again = visit.opens("broadcast", draft.begun())
        return [Reply("broadcast.nobody", {"counts": expectation.counts(visit, expected, visit.now)}), *again]
    return [
        draft.content(visit.session, visit.now),
        *by_template(visit, draft, expected),
        *visit.opens(SENDING, draft.said() | {expectation.KEPT: expectation.written(expected)}),
    ]


def waiting_for_picture(visit: Visit, draft: Draft, token: str) -> list[Reply]:
    """The draft waits until its picture is fetched (`coordinator_broadcast.picture_came`)."""
    visit.opens(SENDING, replace(draft, token=token).said())
    return [Reply("broadcast.fetching")]


def when_or_change(at: datetime) -> Parser:
    """When it goes (aware UTC), or None to change what was written. Reads back what a settled draft carries, too."""
    moment_of = day_and_time(at, MORNING)

    def parse(words: str) -> datetime | None:
        if plain(words) == _CHANGE:
            return None
        return datetime.fromisoformat(words) if _CARRIED.fullmatch(words) else moment_of(words)

    return parse


def sure_or_settle(words: str) -> bool | None:
    """Whether it is sent, or None to settle what is rarely asked."""
    return None if plain(words) == _SETTLE else yes_no(words)


def by_template(visit: Visit, draft: Draft, expected: Preview | None = None) -> list[Reply]:
    """What is special for those whom only a template reaches."""
    flat, looks_different = draft.flat(visit.session, visit.now), bool(draft.event_id or "\n" in draft.text)
    return template.told(visit, flat, looks_different, bool(draft.token), expected or _preview(visit, draft))


def _expected(visit: Visit, draft: Draft) -> Preview:
    """The counts as they were shown first. Where a picture was waited for, they are counted now and kept."""
    kept = visit.talk.said.get(expectation.KEPT)
    if kept and kept[0]:
        return expectation.read(kept[0])
    expected = _preview(visit, draft)
    visit.talk.remember(expectation.KEPT, expectation.written(expected), visit.now)
    return expected


def _preview(visit: Visit, draft: Draft) -> Preview:
    return expectation.preview_of(visit, draft.audience, visit.now)


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
    expected = _expected(visit, draft)
    notes = [*expectation.spread(visit, expected, at), *([say("broadcast.not_repeated")] if draft.repeat else [])]
    return {
        "audience": expectation.audience_named(visit.session, draft.audience),
        "counts": expectation.counts(visit, expected, at),
        "count": expected.recipients,
        "when": _said_when(visit, at),
        "notes": joined([" ", joined(notes, " ")], "") if notes else "",
    }


def _said_when(visit: Visit, at: datetime) -> Value:
    quiet = visit.programme.quiet
    if quiet.holds(at):
        return say("broadcast.after_quiet", when=moment(quiet.ends_after(at)))
    return say("broadcast.now") if at <= visit.now else moment(at)


def _sent(visit: Visit, answers: Answers) -> list[Reply]:
    words = {key: said for key, said in answers.items() if isinstance(said, str)}
    draft = Draft.of(words)
    if answers["when"] is None:
        return visit.opens("broadcast", draft.begun())
    if answers["sure"] is None:
        settled = replace(draft, repeat="" if answers["settle"] else _NEVER).said()
        return visit.opens(SENDING, words | settled | {"when": answers["when"].isoformat()})
    if not answers["sure"]:
        return _not_sent(visit)
    if draft.token and media.picture(visit.session, draft.token, visit.now) is None:
        return waiting_for_picture(visit, draft, draft.token)
    content, expected = draft.content(visit.session, visit.now).to_json(), words.get(expectation.KEPT)
    count = (expectation.read(expected) if expected else _preview(visit, draft)).recipients
    sent = broadcasting.create(
        visit.session, visit.person_id, draft.audience, content, answers["when"], visit.now, draft.once,
        repeat_uncertain=not draft.repeat,
    )  # fmt: skip
    return [queued(visit, sent, count)]


def queued(visit: Visit, sent: Broadcast, count: int) -> Reply:
    """It is on its way to so many."""
    choices = (
        Choice(f"broadcast-show:{sent.id}", say("button.progress")),
        Choice(f"broadcast-stop:{sent.id}", say("button.stop")),
        DESK,
    )
    return Reply("broadcast.queued", {"count": count, "when": _said_when(visit, sent.starts_at)}, choices)


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
                "sure", sure_or_settle,
                (
                    Option("ya", say("button.send_yes")),
                    Option("tidak", say("button.never_mind")),
                    Option(_SETTLE, say("button.settle")),
                ),
                asked_if=lambda answers: answers["when"] is not None,
            ),
            Question(
                "settle", yes_no, (Option("ya", say("button.repeat")), Option("tidak", say("button.repeat_not"))),
                asked_if=lambda answers: answers["when"] is not None and answers["sure"] is None,
            ),
        ),
        finish=_sent, cancelled=_not_sent, review=False, carries=(*Draft.__slots__, expectation.KEPT),
        values=_sentences,
    ),
)  # fmt: skip
