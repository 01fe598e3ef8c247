"""The picture under the summary of a broadcast, in its reader's language."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.charts import COLOURS, Bar, draw
from bot.conversation.texts import Texts
from bot.conversation.values import say
from handlers import coordinator_broadcast_summary as summary
from models import broadcast_summary, media
from models.broadcast_counts import progress_of
from models.office import Media
from models.programme import Programme


def drawn(session: Session, wanted: Media, texts: Texts, now: datetime) -> bytes | None:
    """The PNG of a wanted picture; None if its broadcast is gone."""
    found = broadcast_summary.subject(session, wanted)
    if found is None:
        return None
    progress, language = progress_of(found[0]), found[1]
    bars = [
        Bar(texts.plain(name, language, now), count, texts.plain(count, language, now), colour)
        for (name, count), colour in zip(summary.bars(progress), COLOURS, strict=False)
    ]
    return draw(texts.plain(say("broadcast.bars", count=progress.audience), language, now), bars)


def told(session: Session, token: str, data: bytes | None, texts: Texts, now: datetime, programme: Programme) -> int:
    """Keep a drawn picture and tell its readers; how many. Without a picture (`data` is None) they are told as well."""
    media.keep_picture(session, token, data)
    return summary.came(session, session.get_one(Media, token), texts, now, programme)
