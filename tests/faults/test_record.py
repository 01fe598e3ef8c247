"""What a long run keeps of itself, so that it can go on where it was ended."""

from pathlib import Path

from tests.faults import report
from tests.faults.catalogue import CONTROLS, ROWS
from tests.faults.places import SQLITE
from tests.faults.record import Record
from tests.faults.trial import Tally
from tests.faults.trying import Tried

HELD = Tried(ROWS[0], SQLITE, Tally(runs=7, duplicates=2, recovery=1.5), True, 12.5, code="abc1234")
OBJECTED = Tried(CONTROLS[0], SQLITE, Tally(), True, 3.0, code="abc1234")
FAILED = Tried(ROWS[1], SQLITE, Tally(lost=1), False, 4.0, "I2: lost", "abc1234")


def test_what_held_is_known_and_what_failed_is_tried_again(tmp_path: Path) -> None:
    record = Record(long=True, anew=True, folder=tmp_path)
    for one in (HELD, FAILED, OBJECTED):
        record.add(one)
    assert Record(long=True, anew=False, folder=tmp_path).known() == [HELD, OBJECTED]
    assert Record(long=False, anew=True, folder=tmp_path).known() == []
    assert len(record.known()) == 2, "a short run forgets nothing of a long one"
    assert Record(long=True, anew=True, folder=tmp_path).known() == []


def test_a_line_that_was_not_finished_is_left_out(tmp_path: Path) -> None:
    record = Record(long=True, anew=True, folder=tmp_path)
    record.add(HELD)
    with (tmp_path / "long.jsonl").open("a") as file:
        file.write('{"name": "poi')
    assert record.known() == [HELD]


def test_a_page_that_is_not_whole_says_so(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    report.write([HELD, FAILED], SQLITE, True, 3, page)
    assert "Not whole: 2 of 3" in page.read_text("utf-8") and "**no**" in page.read_text("utf-8")
    report.write([HELD, OBJECTED], SQLITE, True, 2, page)
    said = page.read_text("utf-8")
    assert "Not whole" not in said and "2 of commit abc1234" in said and "| 7 | 0 | 2 |" in said
