"""Backups of PostgreSQL, and moving a programme between the two databases, all through the same kind of file."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import backup_file
from bot.jobs import JOBS
from models import broadcasting, held, held_decisions, holding, migrations, notices, roles
from models.broadcasts import BroadcastStatus
from models.database import connect, reading, writing
from models.messages import OutboxMessage, Status
from models.office import Media, MediaStatus
from models.people import Contact, Conversation, Person
from models.programme import Programme
from models.seats import enrol
from tests.backup.conftest import Command, ignored
from tests.models.world import NOON, SATURDAY, World
from tests.postgres import Postgres

#: Told by the same rows on both databases.
TABLES = ("people", "contacts", "consents", "events", "enrolments", "audit", "media", "outbox", "broadcasts")


class ServerWorld(World):
    """The same small programme on a server."""

    def __init__(self, url: str) -> None:
        self.url, self.now, self.programme = url, NOON, Programme()
        self.database = connect(url)
        migrations.upgrade(self.database)
        self.ratna = self.coordinator("Ratna")


@pytest.fixture
def server(postgres: Postgres) -> Iterator[ServerWorld]:
    """A programme with a picture, an event, two women with a seat each and a reminder that was written."""
    world = ServerWorld(postgres.new_database())
    fill(world)
    yield world
    world.database.dispose()


def fill(world: World) -> None:
    siti, wati, sewing = world.person("Siti «Ti» \\ \t Ñ 🌷"), world.person("Wati", news=True), world.event(capacity=5)
    for woman in (siti, wati):
        world.do(enrol, woman, sewing)
    with world.writes() as session:
        data = bytes(range(256)) * 40
        session.add(
            Media(
                token="p", channel="telegram", ref="r", content_type="image/png", status=MediaStatus.FETCHED, data=data,
                created_at=world.now, expires_at=(world.now + timedelta(days=9)).replace(microsecond=7),
            )
        )  # fmt: skip


def sums(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as database:
        found = dict(database.execute("SELECT name, sha256 FROM backup_tables"))
    return {name: found[name] for name in TABLES}


def test_a_server_is_copied_whole_while_others_write(berdaya: Command, server: ServerWorld, tmp_path: Path) -> None:
    stopping, acknowledged = threading.Event(), [0]

    def hammer() -> None:
        database = connect(server.url)
        while not stopping.is_set():
            with writing(database) as session:
                contact = Contact(channel="telegram", address=f"h{acknowledged[0]}", created_at=NOON)
                session.add(contact)
                session.flush()
                session.add(Conversation(contact_id=contact.id, said={}, shown=[], updated_at=NOON))
            acknowledged[0] += 1
        database.dispose()

    writer = threading.Thread(target=hammer)
    writer.start()
    while acknowledged[0] < 20:
        stopping.wait(0.005)
    before = acknowledged[0]
    result = berdaya("backup", "b.db", url=server.url)
    stopping.set()
    writer.join()
    assert result.exit_code == 0, result.output
    contents = backup_file.checked(tmp_path / "b.db", ignored)  # foreign keys too
    assert contents.source == "postgresql"
    assert before <= contents.tables["conversations"] <= acknowledged[0]


def test_there_and_back_between_the_databases_nothing_changes(
    berdaya: Command, world: World, postgres: Postgres, tmp_path: Path
) -> None:
    fill(world)
    url = postgres.new_database()
    assert berdaya("migrate", url=url).exit_code == 0
    assert berdaya("backup", "from-file.db").exit_code == 0
    result = berdaya("restore", "from-file.db", url=url)
    assert result.exit_code == 0, result.output
    assert berdaya("backup", "from-server.db", url=url).exit_code == 0
    assert sums(tmp_path / "from-file.db") == sums(tmp_path / "from-server.db")
    assert berdaya("restore", "from-server.db", "--yes").exit_code == 0
    assert [person.name for person in world.people()] == ["Ratna", "Siti «Ti» \\ \t Ñ 🌷", "Wati"]
    database = connect(url)
    with writing(database) as session:  # a new row finds a free number
        session.add(Person(name="Ani", language="id", interests=[], created_at=NOON))
    database.dispose()


def test_on_a_server_too_nothing_old_goes_out(berdaya: Command, world: World, server: ServerWorld) -> None:
    text, tomorrow = notices.announcement("Ada kelas."), server.now + timedelta(days=1)
    sent = server.do(broadcasting.create, roles.COMMAND_LINE, "all", text, tomorrow)
    for _ in range(2):
        server.do(JOBS["broadcasts"])
    assert berdaya("backup", "b.db", url=server.url).exit_code == 0
    server.now = world.now = SATURDAY - timedelta(hours=1)
    server.database.dispose()
    result = berdaya("restore", "b.db", "--yes", url=server.url)
    assert result.exit_code == 0, result.output
    for job in JOBS.values():
        server.do(job)
    groups = server.look(held.groups)
    assert {(group.kind, group.count) for group in groups} >= {(held.Kind.REMINDER, 2), (held.Kind.BROADCAST, 1)}
    unsent = sa.select(sa.func.count()).where(OutboxMessage.status.in_((Status.QUEUED, Status.SENDING)))
    assert server.look(lambda session: session.scalar(unsent)) == 0
    progress = server.look(lambda session: broadcasting.progress(session, sent.id))
    assert (progress.status, dict(progress.counts)) == (BroadcastStatus.PAUSED, {"held": 1})
    assert server.do(held_decisions.decide, server.ratna, "all", held_decisions.Decision.SEND) == sum(
        group.count for group in groups
    )
    assert server.look(held.count) == 0


def test_a_server_in_use_is_not_replaced(berdaya: Command, server: ServerWorld) -> None:
    assert berdaya("backup", "b.db", url=server.url).exit_code == 0
    server.person("Ani")
    with reading(server.database) as session:
        session.execute(sa.text("SELECT 1"))
        result = berdaya("restore", "b.db", "--yes", url=server.url)
    assert (result.exit_code, "sedang berjalan" in result.stderr) == (1, True)
    assert "Ani" in [person.name for person in server.people()]


def test_a_restore_that_fails_half_way_leaves_the_server_as_it_was(
    berdaya: Command, world: World, server: ServerWorld, tmp_path: Path
) -> None:
    world.person("x" * 61)  # SQLite keeps longer names than the server's column takes
    assert berdaya("backup", "b.db").exit_code == 0
    server.database.dispose()
    result = berdaya("restore", "b.db", "--yes", url=server.url)
    assert (result.exit_code, "Nothing was changed" in result.stderr) == (1, True)
    assert len(server.people()) == 3
    assert server.look(holding.restored_at) is None


def test_times_keep_their_zone(server: ServerWorld, berdaya: Command, tmp_path: Path) -> None:
    berdaya("backup", "b.db", url=server.url)
    with backup_file.spare_file(tmp_path / "x.db") as copy:
        copy.write_bytes((tmp_path / "b.db").read_bytes())
        database = connect(f"sqlite:///{copy}")
        with reading(database) as session:
            assert session.scalars(sa.select(Person.created_at)).first() == NOON.astimezone(UTC)
        database.dispose()
