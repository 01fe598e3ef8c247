"""What a broadcast would come to, as its coordinator reads it before it goes: for whom, how many, over how many days."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.values import Value, area, joined, say
from handlers import topics
from handlers.coordinator_broadcast_counts import counted
from handlers.coordinator_door import cut
from handlers.visit import Visit
from models import audience, people_limit, programme_events
from models.audience import Preview, Reach
from models.broadcasts import Broadcast

#: Under this key the counts of an open form are kept: they are asked of the database once, not with every question.
KEPT = "expected"


def preview_of(visit: Visit, text: str, at: datetime) -> Preview:
    """The counts of an audience, for a broadcast that goes `at`. Raises UnknownAudience."""
    return audience.preview(visit.session, audience.known_audience(visit.session, text), at, visit.programme)


def written(expected: Preview) -> str:
    """Counts as words, for an open form to carry."""
    channels = {name: {reach.value: n for reach, n in states.items()} for name, states in expected.by_channel.items()}
    return json.dumps([channels, {reach.value: count for reach, count in expected.excluded.items()}])


def read(words: str) -> Preview:
    """The inverse of `written`."""
    channels, excluded = json.loads(words)
    return Preview({name: _by_reach(states) for name, states in channels.items()}, _by_reach(excluded))


def _by_reach(counts: Mapping[str, int]) -> dict[Reach, int]:
    return {Reach(name): count for name, count in counts.items()}


def counts(visit: Visit, expected: Preview, at: datetime) -> Value:
    """The counts in words, and what Meta's limit makes of them."""
    return joined([counted(expected), *spread(visit, expected, at)])


def spread(visit: Visit, expected: Preview, at: datetime) -> list[Value]:
    """«Karena batas WhatsApp, kabar ini terkirim dalam 3 hari», where it takes more than a day."""
    limit = visit.programme.daily_people_limit
    days = people_limit.days_of(visit.session, expected.outside, at, limit, visit.now)
    return [say("broadcast.spread", days=days)] if days > 1 else []


def audience_named(session: Session, text: str) -> Value:
    """An audience as coordinators read it."""
    found = audience.parse_audience(text)
    what: Mapping[Any, Any] = {
        audience.AudienceKind.TOPIC: lambda: topics.label(found.what),
        audience.AudienceKind.KECAMATAN: lambda: area(found.what),
        audience.AudienceKind.EVENT: lambda: _title(session, found.what),
        audience.AudienceKind.RESEND: lambda: _repeated(session, found.again_of),
    }
    return say(f"broadcast.to_{found.kind}", what=what[found.kind]() if found.kind in what else "")


def beginning(found: Broadcast, most: int) -> str:
    """How a broadcast begins, in so many characters: its event's title, or its first words."""
    text = found.content["values"]["text"]
    return cut(text if isinstance(text, str) else text["with"]["title"], most)


def _title(session: Session, slug: str) -> str:
    event = programme_events.by_slug(session, slug)
    return event.title if event else slug


def _repeated(session: Session, broadcast_id: int) -> Value:
    """Whom the first of a chain of resends was for."""
    found = session.get(Broadcast, broadcast_id)
    return audience_named(session, found.audience) if found else str(broadcast_id)
