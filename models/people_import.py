"""Taking participants over from a list, a bite at a time: who is new is added, who is known is joined.

What she said herself always wins: a list fills what is empty and never changes what is there. It brings back nothing she
took back, neither stopped messages nor a no to announcements. What a row must look like is in `models/people_rows.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.catalogue_checks import TOPICS
from models.office import AuditEntry, CatalogueEntry
from models.people import Consent, Contact, Interest, OptOut, Person, Purpose
from models.people_known import Woman, women_behind
from models.people_rows import PersonRow

#: Kept with a consent that came by a list: where it was given, and which text she saw, is known to whoever keeps the list.
BY_LIST = "import"

_people, _contacts = cast(sa.Table, Person.__table__), cast(sa.Table, Contact.__table__)
_consents, _interests = cast(sa.Table, Consent.__table__), cast(sa.Table, Interest.__table__)


class RowEnd(StrEnum):
    """What became of a row."""

    ADDED = "added"
    JOINED = "joined"  #: her address was known
    REFUSED = "refused"


@dataclass(slots=True)
class Taken:
    """One row that was taken over. Nothing changed where `changes` is empty and she is not added."""

    row: PersonRow
    end: RowEnd
    changes: list[str] = field(default_factory=list)  #: what the list added to what was known
    kept: list[str] = field(default_factory=list)  #: what the list says otherwise, and stays as it was

    @property
    def changed(self) -> bool:
        """Whether the row changed anything."""
        return self.end is RowEnd.ADDED or bool(self.changes)


def known_topics(session: Session) -> frozenset[str]:
    """The codes an interest may have: what every programme knows, and the catalogue's own."""
    return TOPICS | frozenset(session.scalars(sa.select(CatalogueEntry.slug).where(CatalogueEntry.section == "topics")))


def look(session: Session, rows: Sequence[PersonRow]) -> list[Taken]:
    """What `take` would do with these rows. Writes nothing."""
    return _Bite(session, rows).judged()


def take(
    session: Session, rows: Sequence[PersonRow], audit_id: int | None, now: datetime
) -> tuple[list[Taken], int | None]:
    """Take rows over, in one transaction of the caller's; what became of each, in order.

    No two rows may have the same address. The import leaves one audit row however many bites it takes: give the id
    returned to the next bite. It is None until something changed, so that repeating an import leaves no trace.
    """
    bite = _Bite(session, rows)
    taken = bite.judged()
    bite.write(now)
    added = sum(row.end is RowEnd.ADDED for row in taken)
    changed = sum(row.changed for row in taken) - added
    return taken, _audited(session, audit_id, added, changed, now) if added or changed else audit_id


def _audited(session: Session, audit_id: int | None, added: int, changed: int, now: datetime) -> int:
    entry = session.get(AuditEntry, audit_id) if audit_id else None
    if entry is None:
        detail = {"added": added, "changed": changed}
        entry = AuditEntry(actor_id=None, act="people.import", subject="people", detail=detail, at=now)
        session.add(entry)
    else:
        entry.detail = {"added": entry.detail["added"] + added, "changed": entry.detail["changed"] + changed}
    session.flush()
    return entry.id


class _Bite:
    """Rows that are looked at, and perhaps written, together."""

    def __init__(self, session: Session, rows: Sequence[PersonRow]) -> None:
        self.session, self.rows = session, rows
        self.new: list[PersonRow] = []
        self.strangers: list[tuple[PersonRow, Woman]] = []
        self.profiles: dict[int, dict[str, Any]] = {}  #: person → columns to fill
        self.yeses: list[tuple[int, Purpose, datetime]] = []
        self.women = women_behind(session, rows)

    def judged(self) -> list[Taken]:
        """What becomes of each row, in order; gathers what is to be written."""
        return [self._judge(row, self.women.get((row.channel, row.address))) for row in self.rows]

    def _judge(self, row: PersonRow, woman: Woman | None) -> Taken:
        if woman is None:
            self.new.append(row)
            return Taken(row, RowEnd.ADDED)
        taken = Taken(row, RowEnd.JOINED)
        if woman.person_id is None:
            self._joins_stranger(taken, woman)
        else:
            self._joins(taken, woman, woman.person_id)
        if woman.opt_out is not OptOut.NONE:
            taken.kept.append(f"she has stopped {'all messages' if woman.opt_out is OptOut.ALL else 'announcements'}")
        return taken

    def _joins_stranger(self, taken: Taken, woman: Woman) -> None:
        """She has written to us, but is registered only now. The language she writes in is hers."""
        self.strangers.append((taken.row, woman))
        taken.changes.append("registered")
        if taken.row.language not in (None, woman.language):
            taken.kept.append(f"language: {woman.language}")

    def _joins(self, taken: Taken, woman: Woman, person_id: int) -> None:
        filled = self.profiles.setdefault(person_id, {})
        for column, said in _said(taken.row).items():
            there = woman.profile[column]
            if not there:
                woman.profile[column] = filled[column] = said
                taken.changes.append(f"{column}: {_shown(said)}")
            elif there != said:
                taken.kept.append(f"{column}: {_shown(there)}")
        for purpose in taken.row.purposes:
            self._agrees(taken, woman, person_id, purpose)

    def _agrees(self, taken: Taken, woman: Woman, person_id: int, purpose: Purpose) -> None:
        """A yes of the list counts where she was never asked herself. Who was asked and has no yes said no, or took it back."""
        if purpose in woman.consents:
            return
        asked = purpose is Purpose.IMPROVE or (purpose is Purpose.NEWS and woman.profile["news_asked"])
        if asked and Purpose.PROGRAMME in woman.consents:
            taken.kept.append(f"{purpose.value}: she has not agreed in the chat")
            return
        woman.consents.add(purpose)
        taken.changes.append(f"{purpose.value}: agreed")
        self.yeses.append((person_id, purpose, taken.row.consented_at))
        if purpose is Purpose.NEWS:
            woman.profile["news_asked"] = self.profiles[person_id]["news_asked"] = True

    def write(self, now: datetime) -> None:
        """Write what the judging found."""
        self._add([(row, row.language or "id", None) for row in self.new], now)
        self._add([(row, woman.language, woman.contact_id) for row, woman in self.strangers], now)
        for person_id, columns in self.profiles.items():
            if columns:
                self.session.execute(sa.update(_people).where(_people.c.id == person_id).values(columns))
                self._interests((person_id, topic) for topic in columns.get("interests", ()))
        self._consents(self.yeses)

    def _add(self, rows: list[tuple[PersonRow, str, int | None]], now: datetime) -> None:
        """New participants: those without a contact id get their contact too."""
        if not rows:
            return
        numbered = list(zip(_free_ids(self.session, len(rows)), rows, strict=True))
        people = [{"id": person, **_person(row, language, now)} for person, (row, language, _) in numbered]
        self.session.execute(sa.insert(_people), people)
        contacts = [_contact(person, row, now) for person, (row, _, contact) in numbered if contact is None]
        if contacts:
            self.session.execute(sa.insert(_contacts), contacts)
        for person, (_, _, contact) in numbered:
            if contact is not None:
                self.session.execute(sa.update(_contacts).where(_contacts.c.id == contact).values(person_id=person))
        self._interests((person, topic) for person, (row, _, _) in numbered for topic in row.interests)
        self._consents((person, given, row.consented_at) for person, (row, _, _) in numbered for given in row.purposes)

    def _interests(self, pairs: Iterable[tuple[int, str]]) -> None:
        if values := [{"person_id": person, "topic": topic} for person, topic in pairs]:
            self.session.execute(sa.insert(_interests), values)

    def _consents(self, yeses: Iterable[tuple[int, Purpose, datetime]]) -> None:
        same = {"text_version": BY_LIST, "channel": BY_LIST}
        if values := [{"person_id": person, "purpose": purpose, "at": at, **same} for person, purpose, at in yeses]:
            self.session.execute(sa.insert(_consents), values)


def _free_ids(session: Session, how_many: int) -> Sequence[int]:
    """So many ids for new people: rows whose ids are known beforehand are written together, at a tenth of the price."""
    if session.get_bind().dialect.name == "sqlite":  # one writer: nobody else takes them until the transaction ends
        last = session.scalar(sa.select(sa.func.max(_people.c.id))) or 0
        return range(last + 1, last + 1 + how_many)
    sequence = sa.func.nextval(sa.func.pg_get_serial_sequence("people", "id"))
    return session.scalars(sa.select(sequence).select_from(sa.func.generate_series(1, how_many))).all()


def _said(row: PersonRow) -> dict[str, Any]:
    """What the list says of her, and only that."""
    told = {
        "name": row.name, "honorific": row.honorific, "kecamatan": row.kecamatan,
        "interests": list(row.interests), "language": row.language,
    }  # fmt: skip
    return {column: value for column, value in told.items() if value}


def _shown(value: Any) -> str:
    return ";".join(value) if isinstance(value, list) else str(value)


def _person(row: PersonRow, language: str, now: datetime) -> dict[str, Any]:
    return {
        "name": row.name, "honorific": row.honorific, "language": language, "kecamatan": row.kecamatan,
        "interests": list(row.interests), "discreet": False, "news_asked": Purpose.NEWS in row.purposes,
        "blocked": False, "created_at": now,
    }  # fmt: skip


def _contact(person_id: int, row: PersonRow, now: datetime) -> dict[str, Any]:
    """As the channel writes it: who hides her number is known by the id alone."""
    hidden = row.channel == "whatsapp" and not row.address.startswith("+")
    return {
        "person_id": person_id, "channel": row.channel, "address": row.address, "created_at": now,
        "external_id": row.address if hidden else None, "language": row.language or "id", "opt_out": OptOut.NONE,
    }  # fmt: skip
