"""Databases full of people, made before a program is started on them."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from models import broadcasting, migrations, notices, roles
from models.database import connect, writing
from tests.bench.population import populate

#: What a broadcast says.
TEXT = (
    "Ibu-ibu, pelatihan menjahit gelombang baru dibuka Sabtu ini di Balai Warga Cipondoh. Balas MENU untuk mendaftar."
)
#: Of 20 people, 18 can be told of news: one has no contact, one has not agreed (`population.py`).
REACHED = 18 / 20


def recipients(file: Path, wanted: int, channel: str) -> int:
    """A database with at least so many people who can be written to on a channel; how many it has exactly."""
    now = datetime.now(UTC)
    database = _unsafe(file)
    populate(database, math.ceil(wanted / REACHED), now)
    with database.begin() as connection:
        connection.execute(sa.text(
            "UPDATE contacts SET channel = :channel, last_heard_at = :now, opt_out = 'none', blocked_at = NULL"
        ), {"channel": channel, "now": _stored(now)})  # fmt: skip
        if channel == "whatsapp":
            connection.execute(sa.text("UPDATE contacts SET address = '+' || address"))
        count = connection.scalar(sa.text("SELECT count(*) FROM people WHERE id % 20 NOT IN (0, 1)"))
    _closed(database)
    return int(count or 0)


def announce(file: Path) -> int:
    """Write a broadcast to everybody into a database that a program has open; its id."""
    now = datetime.now(UTC)
    database = connect(f"sqlite:///{file}")
    with writing(database) as session:
        broadcast = broadcasting.create(session, roles.COMMAND_LINE, "all", notices.announcement(TEXT), now, now)
        number = broadcast.id
    database.dispose()
    return number


def steer(file: Path, broadcast: int, *, paused: bool) -> None:
    """Pause a broadcast, or let it go on."""
    database = connect(f"sqlite:///{file}")
    with writing(database) as session:
        act = broadcasting.pause if paused else broadcasting.resume
        act(session, roles.COMMAND_LINE, broadcast, datetime.now(UTC))
    database.dispose()


def enrolled(file: Path, enrolments: int, due: int, meets_at: datetime) -> sa.Engine:
    """A programme with so many enrolments, `due` of them in the one event that meets at `meets_at`.

    The other events, as large, met long ago or meet in weeks.
    """
    database, now = _unsafe(file), meets_at - timedelta(days=60)
    populate(database, enrolments, now)
    with database.begin() as connection:
        for number in range(math.ceil(enrolments / due)):
            away = timedelta(days=0 if number == 0 else (7 + number % 80) * (1 if number % 2 else -2))
            values = {"id": number + 1, "at": _stored(meets_at + away), "now": _stored(now), "due": due}
            connection.execute(_EVENT, values)
            connection.execute(_MEETING, values | {"end": _stored(meets_at + away + timedelta(hours=3))})
        connection.execute(_ENROLMENTS, {"due": due, "now": _stored(now)})
    _closed(database)
    return connect(f"sqlite:///{file}")


_EVENT = sa.text("""
INSERT INTO events (id, slug, kind, topic, title, short_title, description, venue, kecamatan, capacity, reserved_seats,
    childcare, women_only, bring, cost, status, origin, last_position, created_at)
VALUES (:id, 'acara-' || :id, 'seminar', 'menjahit', 'Acara ' || :id, 'Acara ' || :id, '', 'Balai Warga', '36.71.05', :due, 0,
    0, 0, '[]', 'gratis', 'published', 'coordinator', 0, :now)
""")
_MEETING = sa.text("""
INSERT INTO meetings (id, event_id, starts_at, ends_at, status, swept) VALUES (:id, :id, :at, :end, 'planned', '{}')
""")
_ENROLMENTS = sa.text("""
INSERT INTO enrolments (person_id, event_id, status, created_at, changed_at)
SELECT id, 1 + (id - 1) / :due, 'enrolled', :now, :now FROM people
""")


def _unsafe(file: Path) -> sa.Engine:
    """A database with its tables, written without waiting for the disk: it is lost if this machine stops now."""
    database = connect(f"sqlite:///{file}")
    migrations.upgrade(database)

    @sa.event.listens_for(database, "connect")
    def hurry(connection: object, record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]  # a DB-API connection

    database.dispose()
    return database


def _closed(database: sa.Engine) -> None:
    with database.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    database.dispose()


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
