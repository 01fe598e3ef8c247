"""How coordinators answer: rhythms, moments, things to bring, points on the map."""

from datetime import UTC, datetime, time

import pytest

from bot.conversation.answers import NotUnderstood
from bot.conversation.dates import WIB
from handlers.coordinator_answers import Point, Rhythm, day_and_time, empty_or, one_line, point, rhythm, things

#: Tuesday, 24 November 2026, 12.00 WIB.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "count", "days"),
    [
        ("4", 4, 7), ("8 kali", 8, 7), ("6 kali tiap 2 pekan", 6, 14), ("5 kali tiap hari", 5, 1),
        ("tiap 3 hari, 4 kali", 4, 3), ("3 times every 2 weeks", 3, 14), ("enam kali", 6, 7),
        ("setiap minggu 8x", 8, 7),
    ],
)  # fmt: skip
def test_a_rhythm_is_weekly_unless_she_says_otherwise(words: str, count: int, days: int) -> None:
    assert rhythm(words) == Rhythm(count, days)


@pytest.mark.parametrize(
    ("words", "day", "clock"),
    [
        ("besok jam 9", 25, "09.00"), ("besok", 25, "08.00"), ("sabtu jam 16.30", 28, "16.30"), ("jam 16", 24, "16.00"),
        ("jam 9", 25, "09.00"), ("28 november 17.00", 28, "17.00"), ("28/11 pukul 7 malam", 28, "19.00"),
        ("tomorrow at 10", 25, "10.00"), ("hari ini jam 3 sore", 24, "15.00"), ("13.15", 24, "13.15"),
    ],
)  # fmt: skip
def test_a_day_with_or_without_a_time(words: str, day: int, clock: str) -> None:
    found = day_and_time(NOON, time(8))(words).astimezone(WIB)
    assert (found.day, f"{found:%H.%M}") == (day, clock)


def test_now_is_the_moment_she_says_it() -> None:
    assert day_and_time(NOON, time(8))("Sekarang") == NOON


@pytest.mark.parametrize(
    ("words", "reason"),
    [("kemarin", "past"), ("hari ini jam 9", "past"), ("1 januari 2020", "past"), ("entah", "not_a_day")],
)
def test_what_is_over_or_no_moment_is_refused(words: str, reason: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        day_and_time(NOON, time(8))(words)
    assert problem.value.reason == reason


def test_things_are_separated_by_commas() -> None:
    assert things("kain 2 meter,  gunting\njarum, gunting") == ("kain 2 meter", "gunting", "jarum")
    for words in (" , ", ",".join("abcdefghijkl"), "x" * 61):
        with pytest.raises(NotUnderstood):
            things(words)


def test_a_point_is_what_the_map_shares() -> None:
    assert point("geo:-6.17,106.67") == Point(-6.17, 106.67)
    for words in ("Cipondoh", "geo:1", "geo:91,0", "geo:a,b", "location", "photo:1,2"):
        with pytest.raises(NotUnderstood):
            point(words)


def test_one_line_and_nothing() -> None:
    assert one_line(20)("Tas\n Belanja") == "Tas Belanja"
    with pytest.raises(NotUnderstood):
        one_line(5)("Tas Belanja")
    assert empty_or(one_line(5))("tidak ada") is None
    assert empty_or(one_line(5))("Tas") == "Tas"
