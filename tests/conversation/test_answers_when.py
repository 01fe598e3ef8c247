"""Days, times and lengths of time as coordinators type them, seen from Tuesday, 24 November 2026."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.answers import Ambiguous
from bot.conversation.answers_day import date_answer
from bot.conversation.answers_when import Hours, clock_time, duration, time_range
from tests.conversation.test_answers import reason

TUESDAY = date(2026, 11, 24)
DAY = date_answer(TUESDAY)


@pytest.mark.parametrize(
    ("words", "on"),
    [
        ("5 desember", date(2026, 12, 5)), ("5/12", date(2026, 12, 5)), ("05-12-2026", date(2026, 12, 5)), ("5.12.26", date(2026, 12, 5)),
        ("2026-12-05", date(2026, 12, 5)), ("2026/12/05", date(2026, 12, 5)), ("lima desember", date(2026, 12, 5)), ("Dec 5th", date(2026, 12, 5)),
        ("december 5, 2026", date(2026, 12, 5)), ("tgl 5", date(2026, 12, 5)), ("tgl 5 bulan depan", date(2026, 12, 5)), ("31", date(2026, 12, 31)),
        ("sabtu", date(2026, 11, 28)), ("sabtu depan", date(2026, 12, 5)), ("sabtu minggu depan", date(2026, 12, 5)),
        ("besok sabtu", date(2026, 11, 28)),
        ("jum'at", date(2026, 11, 27)), ("selasa", date(2026, 12, 1)), ("selasa ini", TUESDAY), ("hari minggu depan", date(2026, 12, 6)),
        ("besok", date(2026, 11, 25)), ("bsk pagi", date(2026, 11, 25)), ("lusa", date(2026, 11, 26)), ("day after tomorrow", date(2026, 11, 26)),
        ("2 minggu lagi", date(2026, 12, 8)), ("seminggu lagi", date(2026, 12, 1)), ("in 3 days", date(2026, 11, 27)), ("nanti malam", TUESDAY),
        ("3 januari", date(2027, 1, 3)), ("5 desember jam 9.30", date(2026, 12, 5)),
        ("sabtu 9.10", date(2026, 11, 28)), ("29 feb 2028", date(2028, 2, 29)),
    ],
)  # fmt: skip
def test_a_day(words: str, on: date) -> None:
    assert DAY(words) == on


@pytest.mark.parametrize("words", ["1 nov 2026", "1 nov", "23/11", "kemarin", "5 mei 26"])
def test_a_day_that_is_over(words: str) -> None:
    assert reason(DAY, words) == "past"


@pytest.mark.parametrize(
    "words",
    ["minggu depan", "bulan depan", "akhir pekan", "5-12 desember", "5 dan 12 desember", "30 februari", "2026-13-01", "5/13", "5 mei 9999",
     "999 hari lagi", "5 jam lagi", "99", "nanti"],
)  # fmt: skip
def test_no_day(words: str) -> None:
    assert reason(DAY, words) == "not_a_day"


@pytest.mark.parametrize("words", ["jumat 28 november", "jumat tgl 28", "Jumat, 28 November 2026"])
def test_a_date_and_a_day_of_the_week_that_disagree_are_asked_back(words: str) -> None:
    with pytest.raises(Ambiguous) as several:
        DAY(words)
    assert [option.label for option in several.value.options] == ["Sab 28 Nov 2026", "Jum 27 Nov 2026"]
    assert [DAY(option.value) for option in several.value.options] == [date(2026, 11, 28), date(2026, 11, 27)]


@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.integers(0, 300),
    st.sampled_from(["%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d", "%d/%m"]),
)
def test_any_way_to_write_a_day_to_come(today: date, ahead: int, written: str) -> None:
    on = today + timedelta(days=ahead)
    assert date_answer(today)(on.strftime(written)) == on


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("9", time(9)), ("jam 9", time(9)), ("09.00 WIB", time(9)), ("9:00", time(9)), ("jam sembilan pagi", time(9)), ("9,30", time(9, 30)),
        ("1330", time(13, 30)), ("setengah 2 siang", time(13, 30)), ("setengah sembilan", time(8, 30)), ("setengah 1", time(12, 30)),
        ("2", time(14)), ("2 siang", time(14)), ("02.00", time(2)), ("5 subuh", time(5)), ("3 sore", time(15)), ("7 malam", time(19)),
        ("12 siang", time(12)), ("12 malam", time(0)), ("1 malam", time(1)), ("9pm", time(21)), ("12 am", time(0)), ("jam 9 lewat 15", time(9, 15)),
        ("10 kurang seperempat", time(9, 45)), ("00.00", time(0)),
    ],
)  # fmt: skip
def test_a_time_of_day(words: str, at: time) -> None:
    assert clock_time(words) == at


@pytest.mark.parametrize(
    "words", ["25", "9.60", "24.00", "5 desember", "siang", "9 besok", "08.00-10.00", "pagi", "9:5"]
)
def test_no_time_of_day(words: str) -> None:
    assert reason(clock_time, words) == "not_a_time"


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("9-12", time(9), time(12)), ("09.00 sampai 12.00", time(9), time(12)), ("13:30-15.00", time(13, 30), time(15)),
        ("1 siang sampai 3", time(13), time(15)), ("pukul 09.00–12.00 WIB", time(9), time(12)), ("9 s.d. 12", time(9), time(12)),
        ("9-1", time(9), time(13)), ("7-9 malam", time(19), time(21)), ("9-3 sore", time(9), time(15)), ("10-12 siang", time(10), time(12)),
        ("jam 9 selama 3 jam", time(9), time(12)), ("09.00 12.00", time(9), time(12)), ("9am to 3pm", time(9), time(15)),
        ("setengah 9 - 11", time(8, 30), time(11)),
    ],
)  # fmt: skip
def test_from_when_to_when(words: str, start: time, end: time) -> None:
    assert time_range(words) == Hours(start, end)


@pytest.mark.parametrize(
    ("words", "why"),
    [("9", "not_a_range"), ("8-10-12", "not_a_range"), ("9-9", "ends_before"), ("22-01", "ends_before"), ("13.00-09.00", "ends_before"),
     ("23.00 selama 3 jam", "ends_before"), ("pagi - siang", "not_a_time")],
)  # fmt: skip
def test_no_hours(words: str, why: str) -> None:
    assert reason(time_range, words) == why


@given(st.times(), st.times())
def test_hours_written_in_full_are_those_hours(start: time, end: time) -> None:
    start, end = (at.replace(second=0, microsecond=0) for at in (start, end))
    words = f"{start:%H.%M}-{end:%H.%M}"
    if start < end:
        assert time_range(words) == Hours(start, end)
    else:
        assert reason(time_range, words) == "ends_before"


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("3 jam", 180), ("90 menit", 90), ("2,5 jam", 150), ("2½ jam", 150), ("satu setengah jam", 90),
    ("dua jam setengah", 150), ("setengah jam", 30),
     ("sejam", 60), ("1 jam 30 menit", 90), ("2 jam 15", 135), ("1h30", 90), ("half an hour", 30)],
)  # fmt: skip
def test_a_length_of_time(words: str, minutes: int) -> None:
    assert duration(words) == minutes


@pytest.mark.parametrize("words", ["3", "0 jam", "100 jam", "seharian", "3 hari"])
def test_no_length_of_time(words: str) -> None:
    assert reason(duration, words) == "not_a_length"
