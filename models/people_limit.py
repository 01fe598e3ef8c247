"""Meta's limit on how many different people may be written to outside their 24-hour window in 24 hours.

The limit is `Programme.daily_people_limit`; 0 is none. It holds for the channels that have a window at all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.messages import OutboxMessage, spent_outside_window

#: Meta counts over this time, at any moment.
OVER = timedelta(hours=24)


def people_left(session: Session, now: datetime, channel: str, limit: int) -> int | None:
    """How many more people may be written to outside their window now; None where there is no limit.

    Whoever is being written to at this moment counts already, and who gets two messages counts once. The price grows with
    the people of the last 24 hours, about 0.2 µs each: ask once in some seconds and count down in between.
    """
    if not limit:
        return None
    row = OutboxMessage
    lately = sa.or_(row.ended_at > now - OVER, row.ended_at.is_(None))
    spent = sa.select(sa.func.count(row.contact_id.distinct())).where(
        spent_outside_window(row), row.channel == channel, lately
    )
    return max(limit - (session.scalar(spent) or 0), 0)


def days_of(session: Session, people: Mapping[str, int], begins_at: datetime, limit: int, now: datetime) -> int:
    """Over how many days a broadcast is spread that writes to so many people outside their window, by channel.

    What was sent today leaves less of the limit to one that begins within a day.
    """
    days, soon = 1, begins_at - now < OVER
    for channel, number in people.items():
        left = people_left(session, now, channel, limit) if soon else None
        days = max(days, days_for(number, limit, left))
    return days


def days_for(people: int, limit: int, left: int | None = None) -> int:
    """Over how many days so many people are written to; `left` of today's are still free (default: all of them)."""
    if not limit or not people:
        return 1 if people else 0
    later = max(people - (limit if left is None else left), 0)
    return 1 + -(-later // limit)
