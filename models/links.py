"""Unguessable, expiring addresses of one woman's own pages, such as her calendar file."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.office import Link
from models.programme import Programme


class LinkPurpose(StrEnum):
    """What a link opens."""

    CALENDAR = "calendar"  #: `/calendar/TOKEN.ics`, her own meetings


def fresh_token() -> str:
    """A token nobody guesses: 256 bits, 43 letters fit for an address."""
    return secrets.token_urlsafe(32)


def calendar_token(session: Session, person_id: int, now: datetime, programme: Programme) -> str:
    """The token of her calendar: the one she has while it is good for half its time, else a new one."""
    lasts = timedelta(days=programme.link_days)
    hers = (
        Link.person_id == person_id,
        Link.purpose == LinkPurpose.CALENDAR,
        Link.expires_at > now + lasts / 2,
    )
    token = session.scalar(sa.select(Link.token).where(*hers).order_by(Link.expires_at.desc()).limit(1))
    if token is None:
        token = fresh_token()
        session.add(Link(token=token, person_id=person_id, purpose=LinkPurpose.CALENDAR, expires_at=now + lasts))
        session.flush()
    return token


def calendar_path(session: Session, person_id: int, now: datetime, programme: Programme) -> str:
    """The path of her calendar file, for a document or a link: `/calendar/TOKEN.ics`."""
    return f"/calendar/{calendar_token(session, person_id, now, programme)}.ics"


def person_behind(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> int | None:
    """Whose page a token opens; None for an unknown or expired one."""
    where = Link.token == token, Link.purpose == purpose, Link.expires_at > now
    return session.scalar(sa.select(Link.person_id).where(*where))
