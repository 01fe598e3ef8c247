"""How a broadcast went, told once to its author and every coordinator when it has ended, with a picture of the counts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.texts import Texts
from bot.conversation.values import Value, say
from handlers.coordinator_broadcast_counts import ended
from handlers.coordinator_broadcast_expected import audience_named, beginning
from handlers.coordinator_broadcast_missed import remedies
from models import broadcast_summary, media, outbox
from models.broadcast_counts import progress_of
from models.broadcasting import Progress
from models.broadcasts import Broadcast
from models.messages import MessageClass, Status
from models.notices import after_quiet
from models.office import Media, MediaStatus
from models.programme import Programme

#: The bars of the picture, in order.
BARS = (Status.ACCEPTED, Status.DELIVERED, Status.READ, Status.FAILED, Status.EXPIRED, Status.CANCELLED)


def bars(progress: Progress) -> list[tuple[Value, int]]:
    """What the picture shows: the name of each state somebody is in, and how many are. Their sum is the audience."""
    shown = [(say(f"broadcast.bar_{status}"), progress.counts.get(status, 0)) for status in BARS]
    shown += [(say("broadcast.bar_excluded"), sum(progress.excluded.values()))]
    return [(name, count) for name, count in shown if count]


def came(session: Session, picture: Media, texts: Texts, now: datetime, programme: Programme) -> int:
    """The picture is drawn, or could not be: tell those who read its language, each once; how many were told."""
    found = broadcast_summary.subject(session, picture)
    if found is None:
        return 0
    broadcast, language = found
    message = _told(session, broadcast, texts, media.path(picture.token), picture.status == MediaStatus.FETCHED)
    told = [
        outbox.put(
            session, contact, MessageClass.NOTICE, message.to_json(), now,
            once_key=f"broadcast-summary:{broadcast.id}:person {contact.person_id}",
            not_before=after_quiet(now, programme),
        )
        for contact in broadcast_summary.readers(session, broadcast, language)
    ]  # fmt: skip
    return sum(row is not None for row in told)


def _told(session: Session, broadcast: Broadcast, texts: Texts, path: str, is_drawn: bool) -> Reply:
    progress = progress_of(broadcast)
    values: Mapping[str, Value] = {
        "audience": audience_named(session, broadcast.audience),
        "text": beginning(broadcast, 60),
        "counts": ended(progress, texts),
    }
    show = Choice(f"broadcast-show:{broadcast.id}", say("button.progress"))
    choices = (*(remedies(progress) or (show,)), MENU)
    return Reply("broadcast.summary", values, choices, image=path if is_drawn else None)
