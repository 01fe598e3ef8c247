"""Seat offers whose time has passed go on to the next; free seats find whoever can be reached again."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.offers import expire_offers, offer_waiting_seats
from models.programme import Programme


def run(session: Session, now: datetime, programme: Programme) -> int:
    """End and make offers; how many."""
    return expire_offers(session, now, programme) + offer_waiting_seats(session, now, programme)
