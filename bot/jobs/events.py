"""Events whose last meeting is over are finished."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.event_editing import finish_events
from models.programme import Programme


def run(session: Session, now: datetime, programme: Programme) -> int:
    """Finish events; how many."""
    return finish_events(session, now)
