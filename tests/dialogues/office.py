"""What dialogues with coordinators look up: events, meetings and people by name, and the audit trail."""

import sqlalchemy as sa

from models.events import Event, Meeting
from models.office import AuditEntry
from models.people import Person
from tests.dialogue import Phone, Village


def event_named(village: Village, title: str) -> Event:
    """The newest event of this title."""
    with village.reads() as session:
        return (
            session.scalars(sa.select(Event).where(Event.title == title).order_by(Event.id.desc())).first() or Event()
        )


def meetings_of(village: Village, event: Event) -> list[Meeting]:
    """Its meetings in order, the cancelled ones too."""
    with village.reads() as session:
        return list(session.scalars(sa.select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.starts_at)))


def person_named(village: Village, name: str) -> Person:
    """The one person of this name."""
    with village.reads() as session:
        return session.scalars(sa.select(Person).where(Person.name == name)).one()


def audited(village: Village) -> list[str]:
    """What was done with a privileged right, in order."""
    with village.reads() as session:
        return list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


def new_event(ratna: Phone, title: str, seats: int, day: str = "sabtu depan", times: int = 1) -> Event:
    """Ratna plans a training and publishes it, with as few words as it takes."""
    ratna.says("koordinator").presses("Kegiatan baru").presses("Pelatihan").presses("Menjahit").says(title)
    ratna.says("Belajar bersama.").says("Balai Warga RW 05").says("cipondoh").says(day).says("9-12")
    ratna.says(f"{times} kali").says(f"{seats} orang").presses("Simpan dulu").presses("Benar").presses("Terbitkan")
    ratna.sees("events.published_now")
    return event_named(ratna.village, title)
