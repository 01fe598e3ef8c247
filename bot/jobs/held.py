"""What coordinators decided about held messages is carried out; what waited too long for a decision ends."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.held_decisions import carry_out
from models.programme import Programme


def run(session: Session, now: datetime, programme: Programme) -> int:
    """One step; how many rows. Call again until it is 0."""
    return carry_out(session, now, programme)
