"""Writing a broadcast: what it says, for whom, perhaps a picture. Its sending is `coordinator_broadcast_send.py`.

A picture has to be fetched first (`bot/pictures.py`); its coordinator is told when it is there, and goes on from there.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation.answers import NotUnderstood, Option, free_text, one_of, read
from bot.conversation.engine import Stale
from bot.conversation.form import Answers, Form, Question
from bot.conversation.heard import Kind
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.values import row_moment, say
from bot.conversation.words import plain
from handlers import topics
from handlers.buttons import number
from handlers.coordinator_answers import event_place
from handlers.coordinator_broadcast_send import SENDING, Draft, by_template, previewed, waiting_for_picture
from handlers.coordinator_door import DESK, coordinators_only, event_of
from handlers.visit import Visit
from models import media, outbox, programme_events
from models.audience import OFFERED, AudienceKind
from models.events import EventStatus
from models.messages import MessageClass
from models.office import Media, MediaStatus
from models.people import Contact, Conversation

#: Longest text: it stands under a picture too (`domain/glossary.md`, Lengths).
LONGEST = 700
WRITE = "tulis"
_WRITE_WORDS = frozenset({WRITE, "tulis sendiri", "write", "write it myself"})
_EVENT = re.compile(r"kegiatan (\d{1,18})")
#: How a typed audience is understood.
AUDIENCES = {
    "semua": "all", "semua peserta": "all", "all": "all", "bidang": "topic", "topic": "topic",
    "kecamatan": "kecamatan", "peserta kegiatan": "event", "kegiatan": "event", "event": "event",
    "belum ikut": "not-enrolled", "not-enrolled": "not-enrolled",
}  # fmt: skip
_TEXTUAL = {AudienceKind.TOPIC: "topic", AudienceKind.KECAMATAN: "kecamatan"}


def broadcast(visit: Visit, argument: str) -> list[Reply]:
    """Begin a broadcast."""
    return visit.opens("broadcast")


def announce(visit: Visit, argument: str) -> list[Reply]:
    """Begin a broadcast of one event: `announce:7`."""
    event = event_of(visit, number(argument))
    if event.status != EventStatus.PUBLISHED:
        raise Stale(argument)
    return visit.opens("broadcast", {"what": f"kegiatan {event.id}"})


def ready(visit: Visit, argument: str) -> list[Reply]:
    """The picture is there: go on with when."""
    if visit.talk.form != SENDING:
        raise Stale("broadcast-ready")
    return [*by_template(visit, Draft.carried(visit)), *visit.engine.resume(visit)]


def without_picture(visit: Visit, argument: str) -> list[Reply]:
    """Go on without the picture that could not be fetched."""
    if visit.talk.form != SENDING:
        raise Stale("broadcast-plain")
    visit.talk.remember("token", "", visit.now)
    return previewed(visit, Draft.carried(visit))


def picture_came(session: Session, picture: Media, now: datetime) -> None:
    """The picture a coordinator waits for is fetched, or refused: show her the preview, or say so kindly."""
    contact = session.get(Contact, picture.wanted_by or 0)
    talk = session.get(Conversation, picture.wanted_by or 0)
    if contact is None or talk is None or talk.form != SENDING:
        return
    words = {key: said[0] for key, said in talk.said.items()}
    if words.get("token") != picture.token:
        return
    if picture.status != MediaStatus.FETCHED:
        plainly = Choice("broadcast-plain", say("button.no_picture"))
        replies = [
            Reply("broadcast.picture_refused", choices=(plainly, Choice("broadcast", say("button.start_again")), DESK))
        ]
    else:
        go_on = Choice("broadcast-ready", say("button.go_on"))
        replies = [Draft.of(words).content(session, now), Reply("broadcast.picture_ready", choices=(go_on, DESK))]
    for place, reply in enumerate(replies):
        once = f"picture:{picture.token}:{place}"
        outbox.put(session, contact, MessageClass.NOTICE, reply.to_json(), now, once_key=once)


def what_to_say(words: str) -> int | None:
    """The event to announce, by its id, or None for a text of her own."""
    if plain(words) in _WRITE_WORDS:
        return None
    return chosen_event(words)


def chosen_event(words: str) -> int:
    """The event a row stood for."""
    match = _EVENT.fullmatch(plain(words))
    if match is None:
        raise NotUnderstood("unknown")
    return int(match[1])


def picture(words: str) -> str:
    """The reference of a picture she sent."""
    kind, _, ref = words.partition(":")
    if kind not in (Kind.PHOTO, Kind.DOCUMENT) or not read(ref):
        raise NotUnderstood("not_a_picture")
    return ref


def _to_announce(visit: Visit, answers: Answers) -> Sequence[Option]:
    cards = programme_events.upcoming(visit.session, visit.now)
    rows = [
        Option(
            f"kegiatan {card.event.id}", card.event.short_title, row_moment(card.next.starts_at) if card.next else None
        )
        for card in cards
    ]
    return (Option(WRITE, say("broadcast.write"), say("broadcast.write_more")), *rows)


def _with_people(visit: Visit, answers: Answers) -> Sequence[Option]:
    found = programme_events.for_coordinators(visit.session, EventStatus.PUBLISHED, EventStatus.FINISHED)
    return tuple(Option(f"kegiatan {event.id}", event.short_title) for event in found)


def _audience_of(visit: Visit, answers: Answers) -> str:
    kind = AudienceKind(answers["audience"])
    if kind is AudienceKind.EVENT:
        return f"{kind}:{event_of(visit, answers['event']).slug}"
    return f"{kind}:{answers[_TEXTUAL[kind]]}" if kind in _TEXTUAL else str(kind)


def _written(visit: Visit, answers: Answers) -> list[Reply]:
    """Everything is said: fetch the picture, if any, then show the preview."""
    event_id = answers["what"]
    draft = Draft(
        what=f"kegiatan {event_id}" if event_id else WRITE, text=answers.get("words") or "",
        audience=_audience_of(visit, answers), once=f"chat:{visit.contact_id}:{visit.heard.message_id}",
    )  # fmt: skip
    if answers["picture"] is None:
        return previewed(visit, draft)
    kind = visit.heard.media.content_type if visit.heard.media else "image/jpeg"
    token = media.want_picture(
        visit.session, visit.heard.channel, answers["picture"], kind, visit.contact_id, visit.now, visit.programme
    )
    if visit.session.get_one(Media, token).status == MediaStatus.REFUSED:
        kept = {"what": draft.what, "words": draft.text, "audience": answers["audience"]}
        return [Reply("broadcast.no_picture"), *visit.opens("broadcast", kept)]
    return waiting_for_picture(visit, draft, token)


def _cancelled(visit: Visit) -> list[Reply]:
    return [Reply("form.cancelled", choices=(DESK, MENU))]


def _for(kind: AudienceKind) -> Option:
    return Option(kind.value, say(f"broadcast.for_{kind}"))


ACTIONS = coordinators_only(
    {"broadcast": broadcast, "announce": announce, "broadcast-ready": ready, "broadcast-plain": without_picture}
)
FORMS: tuple[Form[Visit], ...] = (
    Form(
        "broadcast",
        (
            Question("what", what_to_say, _to_announce),
            Question("words", free_text(LONGEST), asked_if=lambda answers: answers["what"] is None),
            Question("audience", one_of(AUDIENCES), tuple(_for(kind) for kind in OFFERED)),
            Question(
                "topic", one_of(topics.WORDS), tuple(Option(code, topics.label(code)) for code in topics.TOPICS),
                asked_if=lambda answers: answers["audience"] == AudienceKind.TOPIC,
            ),
            Question("kecamatan", event_place, asked_if=lambda answers: answers["audience"] == AudienceKind.KECAMATAN),
            Question(
                "event", chosen_event, _with_people, asked_if=lambda answers: answers["audience"] == AudienceKind.EVENT,
            ),
            Question("picture", picture, optional=True, accepts=frozenset({Kind.PHOTO, Kind.DOCUMENT})),
        ),
        finish=_written, cancelled=_cancelled, review=False,
    ),
)  # fmt: skip
