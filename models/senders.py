"""One sender of ours at one provider, as all processes of a cluster see it: its pace, its pauses, what replies used.

Times are those of the database server (`clock_of`), so that no machine's own clock decides.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UTCDateTime

#: Replies are counted by whole seconds of this length.
_SECOND = timedelta(seconds=1)
_NOW = sa.select(sa.func.timezone("utc", sa.func.clock_timestamp(), type_=UTCDateTime))


class SenderState(Base):
    """One account on one channel."""

    __tablename__ = "senders"

    channel: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    paused_until: Mapped[datetime | None]  #: the provider asked to wait until then
    rate: Mapped[float | None]  #: messages a second after the last «slow down»; None: there was none
    slowed_at: Mapped[datetime | None]  #: when that was
    replies_at: Mapped[datetime | None]  #: the second in which `replies` were counted
    replies: Mapped[int] = mapped_column(default=0)
    replies_before: Mapped[int] = mapped_column(default=0)  #: the same of the second before that
    holder: Mapped[str | None] = mapped_column(sa.String(60))  #: the one delivery that may claim rows
    held_at: Mapped[datetime | None]  #: since when


@dataclass(frozen=True, slots=True)
class SenderKey:
    """Which sender."""

    channel: str
    account: str


@dataclass(frozen=True, slots=True)
class News:
    """What one process has to tell the others about a sender."""

    replies: int = 0  #: started, or reserved, since it last told
    pause: float = 0.0  #: seconds the provider asks the whole sender to wait from now on
    rate: float | None = None  #: messages a second to go on with after a «slow down»; None: nothing to say


@dataclass(frozen=True, slots=True)
class Seen:
    """A sender as all see it now."""

    pause: float  #: seconds left of a provider's pause; 0: none
    rate: float | None  #: messages a second after the last «slow down»; None: there was none
    slowed: float  #: seconds since then
    replies: int  #: replies that were told of for the last second
    holder: str | None


def clock_of(session: Session) -> datetime:
    """Now, by the database server's clock."""
    return session.execute(_NOW).scalar_one()


def tell(session: Session, sender: SenderKey, news: News, now: datetime) -> Seen:
    """Write down what this process has to say; how things stand then."""
    state = _locked(session, sender)
    if news.replies:
        _count(state, news.replies, now)
    if news.pause > 0:
        until = now + timedelta(seconds=news.pause)
        state.paused_until = max(state.paused_until or until, until)
    if news.rate is not None:
        _slow_down(state, news.rate, now)
    return _seen(state, now)


def look(session: Session, sender: SenderKey, now: datetime) -> Seen:
    """How things stand. Locks nothing."""
    state = session.get(SenderState, (sender.channel, sender.account))
    return _seen(state, now) if state else Seen(0.0, None, 0.0, 0, None)


def take(session: Session, sender: SenderKey, holder: str, now: datetime) -> str | None:
    """Become the one that claims this sender's rows; who was it before. Whoever was, is not any more."""
    state = _locked(session, sender)
    before, state.holder, state.held_at = state.holder, holder, now
    return before


def holds(session: Session, sender: SenderKey, holder: str) -> bool:
    """Whether it still is the one. Nobody else can become it before this transaction has ended."""
    found = sa.select(SenderState.holder).where(
        SenderState.channel == sender.channel, SenderState.account == sender.account
    )
    return session.scalar(found.with_for_update(read=True)) == holder


def _locked(session: Session, sender: SenderKey) -> SenderState:
    key = {"channel": sender.channel, "account": sender.account}
    session.execute(postgresql.insert(SenderState).values(**key, replies=0, replies_before=0).on_conflict_do_nothing())
    return session.get_one(SenderState, key, with_for_update=True, populate_existing=True)


def _count(state: SenderState, replies: int, now: datetime) -> None:
    second = now.replace(microsecond=0)
    if state.replies_at != second:
        state.replies_before = state.replies if state.replies_at == second - _SECOND else 0
        state.replies, state.replies_at = 0, second
    state.replies += replies


def _slow_down(state: SenderState, rate: float, now: datetime) -> None:
    """Several processes that were told so at the same moment lower the rate once."""
    same = state.rate is not None and state.slowed_at is not None and now - state.slowed_at < _SECOND
    state.rate = min(rate, state.rate or rate) if same else rate
    state.slowed_at = now


def _seen(state: SenderState, now: datetime) -> Seen:
    pause = (state.paused_until - now).total_seconds() if state.paused_until else 0.0
    slowed = (now - state.slowed_at).total_seconds() if state.slowed_at else 0.0
    return Seen(max(0.0, pause), state.rate, slowed, _recent(state, now), state.holder)


def _recent(state: SenderState, now: datetime) -> int:
    """Replies of the last second: those of the second that began before it count in part, as if they came evenly."""
    if state.replies_at is None:
        return 0
    second = now.replace(microsecond=0)
    left = 1.0 - (now - second) / _SECOND
    if second == state.replies_at:
        return math.ceil(state.replies + state.replies_before * left)
    return math.ceil(state.replies * left) if second - state.replies_at == _SECOND else 0
