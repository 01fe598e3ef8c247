"""One message, one transaction: the inbox key, the state, the answer, the outbox rows. Sending comes after the commit.

`respond` is handed in by the root. It is given everything it needs and no way to send: what it wants sent it returns.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.conversation.heard import Heard, Kind
from bot.conversation.reply import Reply
from bot.conversation.talk import Shown, Talk
from bot.conversation.texts import Texts
from models import hot_path, outbox
from models.hot_path import State
from models.messages import PRIVATE, MessageClass, Status

#: How long a row handed straight to the sender stays its own before another may look after it.
#: Longer than the longest send (`bot/channels/`), short enough that another takes over within 30 s (`faults.md`).
LEASE = timedelta(seconds=25)


class Answered(Protocol):
    """What `respond` says of a message: the replies, and the state to keep. `talk` None: nothing is kept of her."""

    @property
    def replies(self) -> list[Reply]:
        """In the order she gets them."""

    @property
    def talk(self) -> Talk | None:
        """The state to save."""

    @property
    def language(self) -> str:
        """Hers."""

    @property
    def honorific(self) -> str | None:
        """Her form of address, as far as known."""

    @property
    def name(self) -> str | None:
        """Her name, as far as known."""


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer without a conversation."""

    replies: list[Reply]
    talk: Talk | None
    language: str
    honorific: str | None
    name: str | None


Respond = Callable[[Session, Heard, State, Talk, datetime], Answered]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An outbox row on its way: what the sender needs of it."""

    id: int
    contact_id: int | None
    channel: str
    address: str
    message_class: MessageClass
    content: dict[str, Any]
    language: str
    token: str
    edits: str | None
    created_at: datetime
    attempts: int = 0
    uncertain_episodes: int = 0
    expires_at: datetime | None = None
    last_heard_at: datetime | None = None
    broadcast_id: int | None = None
    enrolment_id: int | None = None
    honorific: str | None = None
    name: str | None = None
    meeting_id: int | None = None
    before: Status = Status.QUEUED  #: where it stood when it was claimed
    outside_window: bool = False  #: costs one of the people Meta allows us a day
    since: float = field(default_factory=time.monotonic)  #: when its lease began, in monotonic seconds


@dataclass(frozen=True, slots=True)
class Inbox:
    """The way in. `owner` names this process in the leases it takes."""

    respond: Respond
    texts: Texts
    owner: str

    def handle(self, session: Session, heard: Heard, now: datetime) -> list[Outgoing]:
        """Handle one message inside the given transaction; the rows to send once it is committed.

        A known message id changes nothing and returns nothing.
        """
        if not hot_path.is_new(session, heard.channel, heard.account, heard.message_id, now):
            return []
        language = heard.language if heard.language in self.texts.sentences else self.texts.languages[0]
        state = hot_path.state_of(session, heard.channel, heard.address, heard.external_id, language or "id", now)
        if heard.kind is not Kind.BLOCKED:
            hot_path.heard_from(session, state.contact_id, now)
        talk = _talk(state)
        answered = self.respond(session, heard, state, talk, now)
        session.flush()
        if answered.talk is not None:
            self._keep(session, state, answered, now)
        return self._queue(session, heard, state, answered, now)

    def set_aside(self, session: Session, heard: Heard, notice: Reply | None, now: datetime) -> list[Outgoing]:
        """Take note of a message without acting on it; at most one sentence says so."""
        if not hot_path.is_new(session, heard.channel, heard.account, heard.message_id, now):
            return []
        language = self.texts.languages[0]
        state = hot_path.state_of(session, heard.channel, heard.address, heard.external_id, language, now)
        if notice is None:
            return []
        answered = Plain([notice], _talk(state), state.language, state.honorific, state.name)
        return self._queue(session, heard, state, answered, now)

    def _keep(self, session: Session, state: State, answered: Answered, now: datetime) -> None:
        talk = answered.talk
        assert talk is not None
        if any(reply.key.startswith(PRIVATE) for reply in answered.replies):
            return  # of this nothing stays, not even which buttons she saw
        newest = next((reply for reply in reversed(answered.replies) if reply.choices), None)
        if newest:
            talk.show(self.shown(newest, answered.language, now))
        elif talk.form and answered.replies:
            talk.shown = []  # an open question without choices: a number is its answer, not an older list's
        shown = [entry.to_json() for entry in talk.shown]
        hot_path.save_talk(session, state.contact_id, talk.form, talk.said, shown, now)

    def shown(self, reply: Reply, language: str, now: datetime) -> Shown:
        """The choices of a reply as she reads them."""
        return Shown(now, tuple((c.action, self.texts.plain(c.label, language, now)) for c in reply.choices))

    def _queue(self, session: Session, heard: Heard, state: State, answered: Answered, now: datetime) -> list[Outgoing]:
        if not answered.replies:
            return []
        at_once = answered.talk is None or not hot_path.has_waiting_reply(session, state.contact_id, self.owner)
        lease = {
            "status": Status.SENDING.value,
            "lease_until": now + LEASE,
            "lease_by": self.owner,
            "attempts": 1,
        }
        waiting = {"status": Status.QUEUED.value, "lease_until": None, "lease_by": None, "attempts": 0}
        contact_id = state.contact_id if answered.talk is not None else None
        rows = [
            outbox.row(
                contact_id, heard.channel, heard.address, answered.language, MessageClass.REPLY,
                reply.to_json(), now,
                **(lease if at_once else waiting), edits=heard.pressed if number == 0 and reply.replaces else None,
            )
            for number, reply in enumerate(answered.replies)
        ]  # fmt: skip
        ids = hot_path.insert_outbox(session, rows)
        if not at_once:
            outbox.left_waiting(session)
            return []
        who = (answered.honorific, answered.name)
        return [outgoing(row_id, row, now, *who) for row_id, row in zip(ids, rows, strict=True)]


def outgoing(row_id: int, row: dict[str, Any], now: datetime, honorific: str | None, name: str | None) -> Outgoing:
    """The sender's view of a row just written."""
    names = (
        "contact_id",
        "channel",
        "address",
        "content",
        "language",
        "token",
        "edits",
        "attempts",
        "expires_at",
    )
    return Outgoing(
        id=row_id, message_class=MessageClass(row["message_class"]), created_at=now, last_heard_at=now,
        honorific=honorific, name=name, **{column: row[column] for column in names},
    )  # fmt: skip


def _talk(state: State) -> Talk:
    return Talk(state.form, dict(state.said or {}), [Shown.from_json(entry) for entry in state.shown or []])
