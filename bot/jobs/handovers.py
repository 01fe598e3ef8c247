"""Handovers in which nobody has said a word for a day end by themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.handover import close_silent
from models.programme import Programme


def run(session: Session, now: datetime, programme: Programme) -> int:
    """End silent handovers; how many."""
    return close_silent(session, now)
