"""Messages that were not understood, kept to improve the answers: only with her own consent, without who she is, not long.

What comes in here has been stripped of names, numbers and places by the caller (`bot/understanding/anonymous.py`).
Coordinators say what a message wants; from that and the bank the model is trained again (`berdaya understanding train`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import registration, roles
from models.base import Base, Refused
from models.messages import OPEN, OutboxMessage, Status
from models.people import Contact, Purpose, Role
from models.programme import Programme

#: A message of this intent is never kept (`rules.md`, Privacy), whoever finds out that it is one.
NEVER_KEPT = "violence_help"
#: The sentence in which coordinators are shown a message, and the button below it by which what was sent is found again:
#: the same in every sentence that tells what a message says.
SHOWN_IN, MORE = "labels.message", "label-more"


class NothingToLabel(Refused):
    """The message is not there any more: labelled by another, dropped, too old, or taken back."""

    key = "labels.gone"


class UnclearMessage(Base):
    """One message that was not understood. Erased with her, and when she takes her consent back."""

    __tablename__ = "unclear_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)  #: without names, numbers and places
    guesses: Mapped[list[Any]]  #: pairs of intent and confidence (0 to 1), the likeliest first
    chosen: Mapped[str | None] = mapped_column(sa.String(30))  #: the intent of the button she pressed
    label: Mapped[str | None] = mapped_column(sa.String(30))  #: the intent a coordinator read in it
    labelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(sa.String(5))
    at: Mapped[datetime] = mapped_column(index=True)


def agreed(session: Session, person_id: int | None) -> bool:
    """Whether a woman agreed that her messages are kept to improve the answers."""
    return person_id is not None and registration.has_consent(session, person_id, Purpose.IMPROVE)


def agree(session: Session, person_id: int, channel: str, now: datetime, programme: Programme) -> None:
    """She agrees, from now on. Nothing said before is kept."""
    registration.give_consent(session, person_id, Purpose.IMPROVE, channel, now, programme)


def take_back(session: Session, person_id: int) -> None:
    """She does not agree any more: what was kept of her is gone at once."""
    registration.withdraw_consent(session, person_id, Purpose.IMPROVE)
    forget(session, person_id)


def keep(
    session: Session, person_id: int | None, text: str, guesses: Sequence[tuple[str, float]], chosen: str | None,
    language: str, now: datetime,
) -> int | None:  # fmt: skip
    """Keep a stripped message; its id. None without her consent, and for anything that speaks of violence."""
    likeliest = guesses[0][0] if guesses else None
    if NEVER_KEPT in (likeliest, chosen) or not text.strip() or not agreed(session, person_id):
        return None
    message = UnclearMessage(
        person_id=person_id, text=text, guesses=[[intent, round(sure, 4)] for intent, sure in guesses], chosen=chosen,
        language=language, at=now,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return message.id


def choose(session: Session, person_id: int | None, message_id: int, intent: str) -> bool:
    """Note the button she pressed after a half-sure question; False if no message of hers has this id."""
    message = session.get(UnclearMessage, message_id)
    if message is None or person_id is None or message.person_id != person_id:
        return False
    if intent == NEVER_KEPT:
        _let_go(session, [message])
    else:
        message.chosen = intent
    return True


def waiting(session: Session) -> int:
    """How many messages wait for a label."""
    return session.scalar(sa.select(sa.func.count()).where(UnclearMessage.label.is_(None))) or 0


def next_to_label(session: Session, actor_id: int | None, after: int = 0) -> UnclearMessage | None:
    """The oldest message without a label, of those with a higher id than `after`. Raises NotAllowed."""
    roles.require(session, actor_id)
    unlabelled = UnclearMessage.label.is_(None), UnclearMessage.id > after
    return session.scalars(sa.select(UnclearMessage).where(*unlabelled).order_by(UnclearMessage.id).limit(1)).first()


def label(session: Session, actor_id: int | None, message_id: int, intent: str, now: datetime) -> bool:
    """A coordinator says what a message wants; False where it may not be kept and is gone instead.

    Raises NotAllowed, NothingToLabel.
    """
    actor, message = _unlabelled(session, actor_id, message_id)
    if intent == NEVER_KEPT:
        _let_go(session, [message])
    else:
        message.label, message.labelled_by = intent, actor or None
    roles.audit(session, actor, "message.label", f"unclear message {message_id}", now, intent=intent)
    session.flush()
    return intent != NEVER_KEPT


def drop(session: Session, actor_id: int | None, message_id: int, now: datetime) -> None:
    """A coordinator finds nothing to learn in it, or something of somebody: it is gone. Raises NotAllowed, NothingToLabel."""
    actor, message = _unlabelled(session, actor_id, message_id)
    _let_go(session, [message])
    roles.audit(session, actor, "message.drop", f"unclear message {message_id}", now)


def labelled(session: Session) -> list[tuple[str, str]]:
    """What there is to learn: each message with the intent a coordinator read in it, the oldest first."""
    rows = session.execute(
        sa.select(UnclearMessage.text, UnclearMessage.label)
        .where(UnclearMessage.label.is_not(None))
        .order_by(UnclearMessage.id)
    )
    return [(text, intent) for text, intent in rows if intent is not None]


def kept_of(session: Session, person_id: int) -> list[UnclearMessage]:
    """What is kept of a woman, the oldest first."""
    hers = sa.select(UnclearMessage).where(UnclearMessage.person_id == person_id).order_by(UnclearMessage.id)
    return list(session.scalars(hers))


def forget(session: Session, person_id: int) -> None:
    """Forget what is kept of a woman, and that it was shown to a coordinator."""
    _let_go(session, kept_of(session, person_id))


def forget_old(session: Session, before: datetime, most: int) -> int:
    """Forget messages kept since then or longer, at most so many; how many."""
    old = sa.select(UnclearMessage).where(UnclearMessage.at <= before).order_by(UnclearMessage.at).limit(most)
    gone = session.scalars(old).all()
    _let_go(session, gone)
    return len(gone)


def _unlabelled(session: Session, actor_id: int | None, message_id: int) -> tuple[int, UnclearMessage]:
    actor = roles.require(session, actor_id)
    message = session.scalar(
        sa.select(UnclearMessage)
        .where(UnclearMessage.id == message_id, UnclearMessage.label.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        raise NothingToLabel
    return actor, message


def _let_go(session: Session, messages: Sequence[UnclearMessage]) -> None:
    """Delete messages, here and in what coordinators were shown of them."""
    for message in messages:
        _wipe_shown(session, message.id)
    session.execute(sa.delete(UnclearMessage).where(UnclearMessage.id.in_([message.id for message in messages])))


def _wipe_shown(session: Session, message_id: int) -> None:
    """The message in what coordinators were sent."""
    theirs = sa.select(Contact.id).join(Role, Role.person_id == Contact.person_id).distinct()
    content = sa.cast(OutboxMessage.content, sa.Text)
    found = OutboxMessage.contact_id.in_(theirs), content.contains(f'"{MORE}:{message_id}:')
    unsent = OutboxMessage.status.in_((Status.QUEUED, Status.HELD))
    session.execute(sa.delete(OutboxMessage).where(*found, unsent))
    session.execute(sa.update(OutboxMessage).where(*found, OutboxMessage.status.not_in(OPEN)).values(content=sa.null()))
