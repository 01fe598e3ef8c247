"""Pictures coordinators send: known by their channel's reference first, then fetched, then shown at `/media/TOKEN`."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from models.links import fresh_token
from models.office import Media, MediaStatus
from models.programme import Programme

#: Largest picture kept, in bytes (`rules.md`, Delivery).
LARGEST = 5 * 1024 * 1024
#: The kinds of picture both messengers show.
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


def want_picture(
    session: Session,
    channel: str,
    ref: str,
    content_type: str,
    contact_id: int,
    now: datetime,
    programme: Programme,
) -> str:
    """Note a picture that is to be fetched for a coordinator; its token. What is no picture is refused at once."""
    token = fresh_token()
    status = MediaStatus.PENDING if content_type in PICTURES else MediaStatus.REFUSED
    session.add(
        Media(
            token=token, channel=channel, ref=ref, content_type=content_type, status=status, wanted_by=contact_id,
            created_at=now, expires_at=now + timedelta(days=programme.link_days),
        )
    )  # fmt: skip
    session.flush()
    return token


def keep_picture(session: Session, token: str, data: bytes | None) -> MediaStatus:
    """Keep the bytes of a picture; refused where there are none, or too many."""
    media = session.get_one(Media, token)
    fits = data is not None and 0 < len(data) <= LARGEST
    media.status = MediaStatus.FETCHED if fits else MediaStatus.REFUSED
    media.data = data if fits else None
    session.flush()
    return media.status


def picture(session: Session, token: str, now: datetime) -> Media | None:
    """A fetched picture with its bytes; None for an unknown, expired or refused one."""
    where = Media.token == token, Media.expires_at > now, Media.status == MediaStatus.FETCHED
    return session.scalar(sa.select(Media).where(*where).options(undefer(Media.data)))


def path(token: str) -> str:
    """Where a picture is shown."""
    return f"/media/{token}"
