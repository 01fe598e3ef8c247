"""The SQLite file as the program opens it."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import database
from models.database import connect


def _connection_of_a_transaction(engine: sa.Engine) -> int:
    with Session(engine) as session, session.begin():
        return id(session.connection().connection.driver_connection)


def test_the_next_transaction_has_the_connection_whose_pages_are_in_memory(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    readers = [engine.connect() for _ in range(3)]
    for reader in readers:
        reader.close()
    assert len({_connection_of_a_transaction(engine) for _ in range(4)}) == 1


def test_a_file_that_another_program_writes_to_is_the_database_s_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PRAGMAS", ("journal_mode=WAL", "busy_timeout=1"))
    ours, other = connect(f"sqlite:///{tmp_path / 'a.db'}"), connect(f"sqlite:///{tmp_path / 'a.db'}")
    with other.begin(), pytest.raises(sa.exc.OperationalError, match="locked"), ours.begin():
        pass
    with ours.begin():
        pass


def test_a_reader_does_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PRAGMAS", ("journal_mode=WAL", "busy_timeout=1"))
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin(), database.reading(engine) as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
