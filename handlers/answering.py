"""From a message and the state it meets to what is said: the gates before the engine, and the one place where a rule's
«no» becomes a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.conversation.engine import Engine
from bot.conversation.heard import Heard, Kind
from bot.conversation.pages import MENU
from bot.conversation.reply import Reply
from bot.conversation.talk import Talk
from handlers.visit import Visit
from models.base import Refused
from models.hot_path import State
from models.people import Contact
from models.programme import Programme

#: A message that took longer to reach us is answered but not acted on (`rules.md`, Conversation).
TOO_LATE = timedelta(hours=24)

Gate = Callable[[Visit], list[Reply] | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, the state to keep (None: she is forgotten), and how to address her."""

    replies: list[Reply]
    talk: Talk | None
    language: str
    honorific: str | None
    name: str | None


@dataclass(frozen=True)
class Answering:
    """Everything needed to answer. `gates` are asked in order before the engine; the first that answers ends it."""

    engine: Engine[Visit]
    programme: Programme
    gates: tuple[Gate, ...] = ()

    def visit(self, session: Session, heard: Heard, state: State, talk: Talk, now: datetime) -> Visit:
        """The turn as handlers see it."""
        return Visit(
            heard, now, talk, state.language, state.honorific, state.name,
            session=session, programme=self.programme, engine=self.engine,
            contact_id=state.contact_id, person_id=state.person_id, registered=state.registered,
            shut_out=state.blocked,
        )  # fmt: skip

    def answer(self, session: Session, heard: Heard, state: State, talk: Talk, now: datetime) -> Answer:
        """Answer one message: the function the root hands to the inbox."""
        visit = self.visit(session, heard, state, talk, now)
        replies = self.replies(visit)
        kept = None if visit.forgotten else visit.talk
        return Answer(replies, kept, visit.language, visit.honorific, visit.name)

    def replies(self, visit: Visit) -> list[Reply]:
        """What is said. A rule's refusal becomes its sentence, with the menu as the way on."""
        try:
            for gate in self.gates:
                answered = gate(visit)
                if answered is not None:
                    return answered
            return self.engine.respond(visit)
        except Refused as refused:
            return [Reply(refused.key, refused.values, (MENU,))]


def blocked_or_let_in(visit: Visit) -> list[Reply] | None:
    """She blocked the bot or let it in again: noted, and silent."""
    if visit.heard.kind not in {Kind.BLOCKED, Kind.UNBLOCKED}:
        return None
    visit.session.get_one(Contact, visit.contact_id).blocked_at = (
        visit.now if visit.heard.kind is Kind.BLOCKED else None
    )
    return []


def shut_out(visit: Visit) -> list[Reply] | None:
    """A coordinator blocked her: what she sends is taken note of and not answered."""
    return [] if visit.shut_out else None


def too_late(visit: Visit) -> list[Reply] | None:
    """A message older than a day meets a different world: say so kindly, act on nothing."""
    if visit.now - visit.heard.at <= TOO_LATE:
        return None
    return [Reply("other.late", choices=(MENU,))]
