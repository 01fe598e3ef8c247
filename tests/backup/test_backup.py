"""A backup is one whole moment of the database, taken while others write, and never in the way of anything."""

import sqlite3
import stat
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import backup_file, backup_sqlite
from bot.backup_file import NotABackup
from bot.commands.context import UsageProblem
from models import migrations
from models.database import connect, writing
from models.messages import InboxEntry
from models.office import Media, MediaStatus
from models.people import Contact, Conversation
from tests.backup.conftest import Command, ignored
from tests.models.world import NOON, World

#: A test that waits for another thread gives up after so many seconds.
PATIENCE = 30


def rows(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


class Hammer(threading.Thread):
    """Somebody who writes and writes: a contact with her conversation, in one transaction each."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.database = connect(f"sqlite:///{folder / 'world.db'}")
        self.acknowledged = 0
        self.resting = threading.Event()
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            with writing(self.database) as session:
                contact = Contact(channel="telegram", address=f"h{self.acknowledged}", created_at=NOON)
                session.add(contact)
                session.flush()
                session.add(Conversation(contact_id=contact.id, said={}, shown=[], updated_at=NOON))
                session.add(InboxEntry(channel="t", account="a", message_id=str(self.acknowledged), at=NOON))
            self.acknowledged += 1

    def waits_for(self, count: int) -> None:
        """Until so many writes were acknowledged."""
        until = time.monotonic() + PATIENCE
        while self.acknowledged < count:
            assert self.is_alive()
            assert time.monotonic() < until, "the writer is held up"
            time.sleep(0.001)

    def stop(self) -> None:
        self.stopping.set()
        self.join(PATIENCE)
        self.database.dispose()


@pytest.fixture
def hammer(world: World, tmp_path: Path) -> Hammer:
    """Writes into a database of several steps' size."""
    with world.writes() as session:
        picture = {"channel": "telegram", "ref": "r", "content_type": "image/jpeg", "status": MediaStatus.FETCHED}
        session.add(
            Media(token="big", data=bytes(6 * 2**20), created_at=world.now, expires_at=datetime.max.replace(tzinfo=UTC),
                  **picture)
        )  # fmt: skip
    return Hammer(tmp_path)


def test_what_was_acknowledged_before_it_began_is_in_it_and_nobody_waits(hammer: Hammer, tmp_path: Path) -> None:
    target, steps, during = tmp_path / "b.db", 0, 0

    def watch(what: str, done: int, of: int) -> None:
        nonlocal steps, during
        if what == "pages" and done < of:
            steps += 1
            before = hammer.acknowledged
            hammer.waits_for(before + 3)  # the writer goes on between two steps
            during += 3

    hammer.start()
    hammer.waits_for(20)
    before = hammer.acknowledged
    contents = backup_sqlite.copy(tmp_path / "world.db", target, NOON, watch)
    hammer.stop()
    assert steps > 1
    kept = contents.tables["inbox"]
    assert before <= kept < hammer.acknowledged
    assert contents.tables["conversations"] == kept  # never half of a transaction
    assert backup_file.checked(target, ignored) == contents


def test_control_without_its_read_transaction_the_copy_starts_again_and_again(hammer: Hammer, tmp_path: Path) -> None:
    done: list[int] = []

    def watch(_: int, left: int, all_: int) -> None:
        done.append(all_ - left)
        if len(done) > 30:
            raise TimeoutError
        if left:
            hammer.waits_for(hammer.acknowledged + 1)

    hammer.start()
    hammer.waits_for(1)
    with (
        closing(sqlite3.connect(tmp_path / "world.db", isolation_level=None)) as source,
        closing(sqlite3.connect(tmp_path / "b.db")) as target,
        pytest.raises(TimeoutError),
    ):
        source.backup(target, pages=backup_sqlite.PAGES, progress=watch)
    hammer.stop()


def test_the_command_writes_one_private_file_and_says_what_is_in_it(
    berdaya: Command, world: World, tmp_path: Path
) -> None:
    world.person("Siti")
    result = berdaya("backup", "b.db")
    assert result.exit_code == 0, result.output
    assert "Salinan selesai" in result.stdout
    assert stat.S_IMODE((tmp_path / "b.db").stat().st_mode) == 0o600
    assert rows(tmp_path / "b.db", "people") == 2
    assert not [path for path in tmp_path.iterdir() if ".part" in path.name]


def test_an_existing_file_is_only_replaced_by_force(berdaya: Command, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("my notes")
    assert berdaya("backup", "b.db").exit_code == 1
    assert (tmp_path / "b.db").read_text() == "my notes"
    assert berdaya("backup", "b.db", "--force").exit_code == 0
    assert backup_file.checked(tmp_path / "b.db", ignored).tables["people"] == 1


def test_the_database_itself_is_never_the_target(berdaya: Command, world: World) -> None:
    assert isinstance(berdaya("backup", "world.db", "--force").exception, UsageProblem)
    assert isinstance(berdaya("backup", "nowhere/b.db").exception, UsageProblem)
    assert len(world.people()) == 1


def test_without_a_database_there_is_nothing_to_copy(berdaya: Command, tmp_path: Path) -> None:
    result = berdaya("backup", "b.db", url=f"sqlite:///{tmp_path / 'none.db'}")
    assert (result.exit_code, (tmp_path / "b.db").exists(), (tmp_path / "none.db").exists()) == (1, False, False)


def breaks_off(target: Path) -> None:
    with backup_file.new_file(target) as part:
        part.write_text("half")
        raise OSError("disk full")


def test_a_copy_that_breaks_off_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("the last good one")
    with pytest.raises(OSError, match="disk full"):
        breaks_off(tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "the last good one"
    assert {path.name for path in tmp_path.iterdir() if "part" in path.name} == set()


def damaged(file: Path, change: str) -> Path:
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute(change)
    return file


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE people SET name = 'Sita' WHERE name = 'Siti'",
        "DELETE FROM consents",
        "DROP TABLE enrolments",
        "UPDATE alembic_version SET version_num = '0000'",
        "PRAGMA application_id = 0",
        "UPDATE backup SET value = '2' WHERE key = 'format'",
    ],
)
def test_whatever_was_changed_in_it_is_noticed(berdaya: Command, world: World, tmp_path: Path, change: str) -> None:
    world.person("Siti")
    berdaya("backup", "b.db")
    with pytest.raises(NotABackup):
        backup_file.checked(damaged(tmp_path / "b.db", change), ignored)


def test_half_a_file_and_other_files_are_no_backups(berdaya: Command, world: World, tmp_path: Path) -> None:
    berdaya("backup", "b.db")
    whole = (tmp_path / "b.db").read_bytes()
    for name, content in {"half": whole[: len(whole) // 2], "text": b"not a database", "empty": b""}.items():
        (tmp_path / name).write_bytes(content)
        result = berdaya("restore", name, "--yes")
        assert (result.exit_code, "Nothing was changed" in result.stderr) == (1, True), name
    assert berdaya("restore", "not-there", "--yes").exit_code == 1
    assert len(world.people()) == 1


def test_a_backup_put_in_the_databases_place_by_hand_is_not_run(berdaya: Command, tmp_path: Path) -> None:
    berdaya("backup", "b.db")
    with pytest.raises(migrations.IsABackup, match="berdaya restore"):
        migrations.upgrade(connect(f"sqlite:///{tmp_path / 'b.db'}"))
    assert isinstance(berdaya("coordinator", "list", url=f"sqlite:///{tmp_path / 'b.db'}").exception, UsageProblem)
