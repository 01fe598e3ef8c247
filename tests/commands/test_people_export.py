"""The list of participants: written in the columns an import reads, and harmless in a spreadsheet program."""

import csv
import io
import stat
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from models.office import AuditEntry
from models.programme import Programme
from models.registration import Profile, register_without_contact
from models.roles import COMMAND_LINE
from tests.commands.desk import Desk

SITI = "whatsapp,0812-0000-1234,Siti Aminah,Ibu,Cipondoh,menjahit;memasak,id,2026-11-05,programme;news"
RINA = 'telegram,4711,"=HYPERLINK(""http://x"")",,,,,2026-11-05T09:00,'


def test_a_list_comes_back_as_it_went(desk: Desk, tmp_path: Path) -> None:
    desk.runs("people", "import", desk.written(SITI, RINA), "--yes")
    first = desk.runs("people", "export")
    assert first.code == 0
    desk.uses(f"sqlite:///{tmp_path / 'other.db'}")
    again = desk.runs("people", "import", desk.file(first.out.encode(), "again.csv"), "--yes")
    assert (again.code, desk.runs("people", "export").out) == (0, first.out)


def test_no_cell_of_it_is_a_formula(desk: Desk) -> None:
    desk.runs("people", "import", desk.written(SITI, RINA), "--yes")
    siti, rina = list(csv.DictReader(io.StringIO(desk.runs("people", "export").out)))
    assert rina["name"] == '\'=HYPERLINK("http://x")'
    assert siti["address"] == "+6281200001234"


def test_as_json_it_is_told_plainly(desk: Desk) -> None:
    desk.runs("people", "import", desk.written(RINA), "--yes")
    (rina,) = desk.runs("people", "export", "--json").told
    assert (rina["name"], rina["consented_at"]) == ('=HYPERLINK("http://x")', "2026-11-05T09:00:00+07:00")


def test_nobody_is_a_list_too(desk: Desk) -> None:
    assert desk.runs("people", "export", "--json").told == []
    assert desk.runs("people", "export").out.startswith("channel,address,name")


def test_into_a_file_only_its_owner_reads(desk: Desk, tmp_path: Path) -> None:
    desk.runs("people", "import", desk.written(SITI), "--yes")
    done = desk.runs("people", "export", str(tmp_path / "out.csv"))
    assert (done.code, done.out) == (0, "") and "1 rows written" in done.err
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600
    assert "Siti Aminah" in (tmp_path / "out.csv").read_text()
    assert desk.runs("people", "export", str(tmp_path / "nowhere" / "out.csv")).code == 2


def test_it_says_who_is_not_in_it_and_leaves_a_trace(desk: Desk) -> None:
    desk.runs("people", "import", desk.written(SITI), "--yes")
    now = datetime.now(UTC)
    desk.does(register_without_contact, COMMAND_LINE, Profile("Phoneless"), now, Programme())
    done = desk.runs("people", "export")
    assert "Phoneless" not in done.out and "1 participants without an address" in done.err
    acts = desk.looks(lambda session: session.scalars(sa.select(AuditEntry.act)).all())
    assert acts[-1] == "people.export"
