"""Whether the last run ended in good order. One that did not may have been ended by a message that will come again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.office import ProviderState

_KEY = {"channel": "", "account": "run", "key": "begun"}


def begun(session: Session, now: datetime) -> bool:
    """Note that a run begins; True if the one before never ended."""
    left_open = session.get(ProviderState, tuple(_KEY.values())) is not None
    session.merge(ProviderState(**_KEY, value=now.isoformat()))
    return left_open


def ended(session: Session) -> None:
    """Note that the run ends in good order."""
    session.execute(sa.delete(ProviderState).filter_by(**_KEY))
