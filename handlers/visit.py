"""A turn as the handlers see it: the message, the state, and the room full of rules and rows behind it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot.conversation.reply import Reply
from bot.conversation.talk import Turn
from bot.understanding.reading import Meaning
from models.people import Contact, Person
from models.programme import Programme

if TYPE_CHECKING:
    from bot.conversation.engine import Engine


@dataclass(slots=True)
class Visit(Turn):
    """One message being answered inside its transaction. Nothing here outlives it."""

    session: Session = field(kw_only=True)
    programme: Programme = field(kw_only=True)
    engine: "Engine[Visit]" = field(kw_only=True)
    contact_id: int = field(kw_only=True)
    person_id: int | None = field(default=None, kw_only=True)
    registered: bool = field(default=False, kw_only=True)  #: she has said yes to the programme
    shut_out: bool = field(default=False, kw_only=True)  #: a coordinator blocked her: stored, unanswered
    forgotten: bool = field(default=False, kw_only=True)  #: nothing of her stays: no state is saved

    @property
    def typed(self) -> str:
        """What she typed; empty for a button and for what is no words."""
        return self.heard.text or ""

    @property
    def meaning(self) -> Meaning | None:
        """What her words mean; None of a button, of a word that always works, of what is no words."""
        meaning: Meaning | None = self.heard.meaning
        return meaning

    @property
    def contact(self) -> Contact:
        """The address she writes from. Loaded when asked for."""
        return self.session.get_one(Contact, self.contact_id)

    @property
    def person(self) -> Person:
        """Who she is. Raises LookupError before she is known; ask `person_id` or `registered` first."""
        if self.person_id is None:
            raise LookupError("she is not registered")
        return self.session.get_one(Person, self.person_id)

    def opens(self, form: str, said: dict[str, str] | None = None) -> list[Reply]:
        """Begin a form, with what is known already as if she had said it."""
        return self.engine.open(self, form, said)
