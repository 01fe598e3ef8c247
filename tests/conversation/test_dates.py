"""Dates as the glossary writes them."""

from datetime import UTC, datetime, timedelta

from bot.conversation import dates

AT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def test_indonesian() -> None:
    assert dates.full_moment(AT) == "Sabtu, 28 November 2026, pukul 09.00 WIB"
    assert dates.moment_range(AT, AT + timedelta(hours=3)) == "Sabtu, 28 November 2026, pukul 09.00–12.00 WIB"
    assert dates.row_moment(AT) == "Sab 28 Nov, 09.00"
    assert dates.near_day(AT, AT - timedelta(days=1)) == "besok (Sabtu, 28 November)"
    assert dates.near_day(AT, AT - timedelta(days=9)) == "Sabtu, 28 November 2026"
    assert [dates.duration(minutes) for minutes in (45, 150, 180, 135)] == [
        "45 menit",
        "2,5 jam",
        "3 jam",
        "2 jam 15 menit",
    ]
    assert [dates.number(value) for value in (1250, 2.5, 1234567.891, 0, -5)] == [
        "1.250",
        "2,5",
        "1.234.567,89",
        "0",
        "-5",
    ]
    assert dates.short_day(AT.date()) == "Sab 28 Nov 2026"


def test_english() -> None:
    assert dates.full_moment(AT, "en") == "Saturday, 28 November 2026, at 09:00 WIB"
    assert dates.row_moment(AT, "en") == "Sat 28 Nov, 09:00"
    assert dates.near_day(AT, AT, "en") == "today (Saturday, 28 November)"
    assert [dates.duration(minutes, "en") for minutes in (1, 60, 135)] == ["1 minute", "1 hour", "2 hours 15 minutes"]
    assert dates.number(1250.5, "en") == "1,250.5"


def test_a_day_begins_at_midnight_in_tangerang() -> None:
    late = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)  # 00.30 WIB on the 28th
    assert dates.day(late) == "Sabtu, 28 November 2026"


def test_names_are_those_of_the_glossary() -> None:
    week = [AT + timedelta(days=ahead) for ahead in range(7)]
    assert [dates.day(at).split(",")[0] for at in week] == [
        "Sabtu",
        "Minggu",
        "Senin",
        "Selasa",
        "Rabu",
        "Kamis",
        "Jumat",
    ]
    assert [dates.row_moment(at).split()[0] for at in week] == ["Sab", "Min", "Sen", "Sel", "Rab", "Kam", "Jum"]
    months = [datetime(2026, month, 3, 2, tzinfo=UTC) for month in range(1, 13)]
    assert [dates.day(at).split()[2] for at in months] == (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
    )
    assert max(len(dates.row_moment(at)) for at in months) <= 24


def test_a_meeting_over_midnight_names_both_days() -> None:
    assert dates.moment_range(AT, AT + timedelta(hours=16)) == (
        "Sabtu, 28 November 2026, pukul 09.00 WIB – Minggu, 29 November 2026, pukul 01.00 WIB"
    )
