"""How a message gets its meaning while the program runs: our own model reads it, and where that is unsure and one is
configured, a language model of others is asked. Both before the transaction that answers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard
from bot.storage import Storage
from bot.understanding.llm import LanguageModel
from bot.understanding.reading import Reader
from handlers.reading import with_meaning
from models import handover
from models.people import Consent, Contact, Conversation, Person, Purpose


@dataclass(frozen=True)
class Listening:
    """What the root hands to the receiver."""

    reader: Reader
    storage: Storage
    language_model: LanguageModel | None = None

    async def understand(self, heard: Heard) -> Heard:
        """The message with its meaning, if it has one."""
        heard = with_meaning(self.reader, heard)
        if self.language_model is None or heard.meaning is None or not self.language_model.may_help(heard.meaning):
            return heard
        names = await self.storage.read(partial(names_of_who_may_be_helped, heard=heard))
        if names is None:
            return heard
        meaning = await self.language_model.second_opinion(heard.text or "", heard.meaning, names)
        return replace(heard, meaning=meaning)

    async def close(self) -> None:
        """End what is open."""
        if self.language_model is not None:
            await self.language_model.close()


def names_of_who_may_be_helped(session: Session, heard: Heard) -> Sequence[str] | None:
    """Her names, to be taken out; None if nothing of this message may be sent to others.

    Only of who has said yes to the programme. An answer to an open question may be her name or her address, and what she
    writes to a person is for that person.
    """
    row = session.execute(
        sa.select(Contact.id, Person.name, Person.blocked, Conversation.form, Conversation.said)
        .join(Person, Person.id == Contact.person_id)
        .join(Consent, sa.and_(Consent.person_id == Person.id, Consent.purpose == Purpose.PROGRAMME))
        .outerjoin(Conversation, Conversation.contact_id == Contact.id)
        .where(Contact.channel == heard.channel, Contact.address == heard.address)
    ).first()
    if row is None or row.blocked or row.form or row.said or handover.is_open(session, row.id):
        return None
    return (row.name,)
