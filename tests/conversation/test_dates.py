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
    assert [dates.duration(minutes) for minutes in (45, 150, 180)] == ["45 menit", "2,5 jam", "3 jam"]
    assert dates.number(1250) == "1.250"


def test_english() -> None:
    assert dates.full_moment(AT, "en") == "Saturday, 28 November 2026, at 09:00 WIB"
    assert dates.duration(60, "en") == "1 hour"


def test_a_day_begins_at_midnight_in_tangerang() -> None:
    late = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)  # 00.30 WIB on the 28th
    assert dates.day(late) == "Sabtu, 28 November 2026"
