"""Meta's limit on how many different people may be written to outside their 24-hour window in 24 hours.

The limit is `Programme.daily_people_limit`; 0 is none. It holds for the channels that have a window at all.
"""

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


def days_for(people: int, limit: int, left: int | None = None) -> int:
    """Over how many days so many people are written to; `left` of today's are still free (default: all of them)."""
    if not limit or not people:
        return 1 if people else 0
    later = max(people - (limit if left is None else left), 0)
    return 1 + -(-later // limit)
