"""Participants taken over from a list: row by row, kindly, and never against what she said herself."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.commands.people_file import open_people_file
from bot.commands.people_report import Silent
from bot.commands.people_walk import BITE, FIRST, LARGEST, Taking, Walk, stopping, wanted
from models import migrations
from models.office import AuditEntry
from models.opting import opt_out
from models.people import Contact, OptOut, Person
from models.people_import import Taken
from models.people_rows import Known, RefusedRow
from models.programme import Programme
from tests.commands.desk import Desk

SITI = "whatsapp,0812-0000-1234,Siti Aminah,Ibu,Cipondoh,menjahit;memasak,id,2026-11-05,programme;news"
RINA = "telegram,4711,Rina,,kec. serpong,,,2026-11-05T09:00,"
#: Everything that can be wrong is wrong.
WRONG = "telegram,@rina,,?!,Bogor,foo,fr,,bar"


def women(desk: Desk) -> list[Person]:
    return desk.looks(lambda session: list(session.scalars(sa.select(Person).order_by(Person.id))))


def test_a_list_is_taken_over_row_by_row(desk: Desk) -> None:
    done = desk.runs("people", "import", desk.written(SITI, RINA), "--yes", "--json")
    assert done.code == 0
    assert [(row["row"], row["address"], row["result"]) for row in done.told["rows"]] == [
        (2, "+6281200001234", "added"),
        (3, "4711", "added"),
    ]
    siti, rina = women(desk)
    assert (siti.name, siti.honorific, siti.kecamatan, siti.interests) == (
        "Siti Aminah", "Ibu", "36.71.05", ["menjahit", "memasak"],
    )  # fmt: skip
    assert (rina.kecamatan, rina.language) == ("36.74.01", "id")


def test_a_wrong_row_says_all_that_is_wrong_and_holds_back_no_other(desk: Desk) -> None:
    done = desk.runs("people", "import", desk.written(WRONG, SITI), "--yes", "--json")
    assert done.code == 1
    wrong, siti = done.told["rows"]
    assert wrong["result"] == "refused" and siti["result"] == "added"
    assert [problem["column"] for problem in wrong["problems"]] == [
        "address", "name", "honorific", "kecamatan", "interests", "language", "consented_at", "purposes",
    ]  # fmt: skip
    assert (done.told["added"], done.told["refused"]) == (1, 1)


def test_without_a_yes_of_hers_nothing_is_stored(desk: Desk) -> None:
    done = desk.runs(
        "people", "import", desk.written("telegram,1,Ani,,,,,,", "telegram,2,Ida,,,,,2026-11-05,news"), "--yes"
    )
    assert done.code == 1
    assert "consented_at: is missing" in done.out and "must name programme" in done.out
    assert women(desk) == []


def test_the_same_list_again_changes_nothing(desk: Desk) -> None:
    file = desk.written(SITI, RINA)
    desk.runs("people", "import", file, "--yes")
    before = desk.everything()
    again = desk.runs("people", "import", file, "--yes", "--json")
    assert again.code == 0
    assert (again.told["joined"], again.told["changed"], again.told["added"]) == (2, 0, 0)
    assert desk.everything() == before


def test_a_dry_run_tells_the_same_and_changes_nothing(desk: Desk) -> None:
    file = desk.written(SITI, WRONG, RINA)
    dry = desk.runs("people", "import", file, "--dry-run", "--json")
    assert (dry.code, women(desk)) == (1, [])
    real = desk.runs("people", "import", file, "--yes", "--json")
    assert dry.told == real.told | {"dry_run": True}


def test_where_nobody_can_be_asked_nothing_happens(desk: Desk) -> None:
    done = desk.runs("people", "import", desk.written(SITI))
    assert done.code == 2 and "--yes" in done.err and "--dry-run" in done.err


def test_an_address_that_stands_there_twice_is_taken_once(desk: Desk) -> None:
    twice = "whatsapp,whatsapp:+62 812 0000 1234,Somebody else,,,,,2026-11-05,"
    done = desk.runs("people", "import", desk.written(SITI, twice), "--yes")
    assert done.code == 1
    assert "row 3\trefused\taddress: stands in row 2 already" in done.out
    assert [woman.name for woman in women(desk)] == ["Siti Aminah"]


def test_who_stopped_messages_stays_stopped(desk: Desk) -> None:
    desk.runs("people", "import", desk.written(RINA), "--yes")
    now = datetime.now(UTC)
    desk.does(opt_out, 1, OptOut.ALL, now, Programme())
    done = desk.runs("people", "import", desk.written(RINA + "programme;news"), "--yes", "--json")
    assert "she has stopped all messages" in done.told["rows"][0]["kept"]
    assert desk.looks(lambda session: session.get_one(Contact, 1)).opt_out is OptOut.ALL


def test_one_audit_row_tells_of_an_import(desk: Desk) -> None:
    desk.runs("people", "import", desk.written(*(f"telegram,{n},Ibu,,,,,2026-11-05," for n in range(1, 100))), "--yes")
    entries = desk.looks(lambda session: session.scalars(sa.select(AuditEntry)).all())
    assert [(entry.act, entry.detail) for entry in entries] == [("people.import", {"added": 99, "changed": 0})]


HEADING = "channel;address;name;interests;consented_at"
ROW = 'telegram;4711;"Rina; S.Pd.";"menjahit;memasak";2026-11-05'
COMMAS = 'channel,address,name,interests,consented_at\ntelegram,4711,"Rina; S.Pd.",menjahit;memasak,2026-11-05\n'


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADING}\r\n{ROW}\r\n".encode(),
        f"{HEADING}\n{ROW}".encode("utf-8-sig"),
        f"sep=;\n{HEADING}\n\n{ROW}\n;;;;\n".encode(),
        f"{HEADING}\n{ROW}".replace(";", "\t").replace("Rina\t", "Rina;").replace("menjahit\t", "menjahit;").encode("utf-16"),
        COMMAS.encode(),
        COMMAS.upper().replace("RINA; S.PD.", "Rina; S.Pd.").encode(),
        b"address,channel,name,interests,consented_at\n4711,Telegram,Rina; S.Pd.,Menjahit; memasak ;,2026-11-05T00:00:00+07:00\n",
    ],
    ids=["excel", "bom", "hint", "utf-16", "commas", "capitals", "order"],
)  # fmt: skip
def test_whatever_spreadsheet_program_wrote_it(desk: Desk, content: bytes) -> None:
    done = desk.runs("people", "import", desk.file(content), "--yes", "--json")
    assert (done.code, done.err) == (0, "")
    (rina,) = women(desk)
    assert (rina.name, rina.interests) == ("Rina; S.Pd.", ["menjahit", "memasak"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04xxxx", "is an Excel or LibreOffice workbook"),
        ("channel,address,name,consented_at\ntelegram,1,Ani,2026-11-05\ntelegram,2,Zoé,2026-11-05".encode("latin-1"), "row 3 has letters"),
        (b"telegram,1,Ani,2026-11-05\n", "names no column"),
        (b"channel,address,nama,consented_at\n", "'nama' (perhaps name)"),
        (b"channel,address,nama,consented_at\n", "Missing columns: name"),
        (b"channel,address,name,name,consented_at\n", "twice: name"),
        (b'channel,address,name,consented_at\ntelegram,1,"Ani,2026-11-05\ntelegram,2,Ida,2026-11-05\n', "quotation mark"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_explained(desk: Desk, content: bytes, says: str) -> None:
    done = desk.runs("people", "import", desk.file(content), "--yes")
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_file_that_is_not_there(desk: Desk) -> None:
    done = desk.runs("people", "import", "nowhere.csv", "--yes")
    assert done.code == 2 and "nowhere.csv" in done.err


def test_a_row_with_a_cell_too_many_is_refused(desk: Desk) -> None:
    file = desk.file(
        b"channel,address,name,consented_at\ntelegram,1,Ani, S.Pd.,2026-11-05\ntelegram,2,Ida,2026-11-05,,\n"
    )
    done = desk.runs("people", "import", file, "--yes")
    assert done.code == 1 and "row 2\trefused\trow: has 5 cells" in done.out
    assert [woman.name for woman in women(desk)] == ["Ida"]


class Impatient(Silent):
    """Somebody who presses Ctrl+C when she sees the first row."""

    def row(self, row: Taken | RefusedRow) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_stopped_in_the_middle_it_goes_on_where_it_was(desk: Desk) -> None:
    many = 200
    file = desk.written(*(f"telegram,{n},Ibu,,,,,2026-11-05," for n in range(1, many + 1)))
    migrations.upgrade(desk.database)
    walk = Walk(open_people_file(Path(file)), Known(str, ()), lambda: datetime.now(UTC))
    with stopping() as stopped:
        sums = walk.go(Taking(desk.database, walk.now), Impatient(), lambda rows: None, stopped, dry=False)
    assert sums.added == len(women(desk)) == FIRST
    assert f"{FIRST} rows are done and stay" in sums.stopped and f"{many - FIRST} rows are left" in sums.stopped
    again = desk.runs("people", "import", file, "--yes", "--json").told
    assert (again["added"], again["joined"], again["changed"]) == (many - FIRST, FIRST, 0)


def test_bites_grow_while_they_are_quick_and_shrink_when_they_are_not() -> None:
    assert wanted(100, worked=BITE / 4) == 200
    assert wanted(100, worked=BITE * 2) == 50
    assert wanted(1, worked=BITE * 50) == 1
    assert wanted(LARGEST, worked=BITE / 9) == LARGEST
