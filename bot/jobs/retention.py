"""Letting go of what has been kept long enough."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.programme import Programme
from models.retention import Retention, apply


def run(session: Session, now: datetime, programme: Programme, retention: Retention | None = None) -> int:
    """Let go of what is due; how many rows. Without `retention` the times of `rules.md` hold."""
    return apply(session, now, programme, retention or Retention())
