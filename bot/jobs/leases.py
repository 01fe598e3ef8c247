"""Messages whose sender has lost its lease: a worker that died, or a result that could not be written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.results import recover
from models.programme import Programme


def run(session: Session, now: datetime, programme: Programme) -> int:
    """Make them uncertain, so that they are decided upon; how many."""
    return recover(session, now, everything=False)
