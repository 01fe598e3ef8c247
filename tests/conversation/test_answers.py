"""What counts as an answer, and what does not."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import answers, answers_people, answers_when
from bot.conversation.answers import Ambiguous, Consent, NotUnderstood, Unfinished

TUESDAY = date(2026, 11, 24)
TOPICS = {"menjahit": "menjahit", "jahit": "menjahit", "memasak": "memasak", "masak": "memasak", "kue": "memasak"}
DAY = answers_when.date_answer(TUESDAY)


def _reason(parse: Callable[[str], Any], words: str) -> str:
    with pytest.raises(NotUnderstood) as problem:
        parse(words)
    return problem.value.reason


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("siti aminah", "Siti Aminah"), ("SITI", "Siti"), ("nama saya rohayati", "Rohayati"), ("Dr. Amina", "Dr. Amina"),
        ("Nur'aini", "Nur'aini"), ("panggil aja wati", "Wati"), ("ratna dewi binti ahmad", "Ratna Dewi binti Ahmad"),
        ("sy yani", "Yani"), ("Siti 😊", "Siti"),
    ],
)  # fmt: skip
def test_a_name(words: str, name: str) -> None:
    assert answers_people.person_name(words) == name


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("halo", "greeting"), ("assalamualaikum bu", "greeting"), ("berapa ya?", "question"), ("123", "not_a_name"),
        ("😊", "empty"), ("menu", "sentence"), ("saya mau ikut kelas jahit", "sentence"), ("a" * 80, "too_long"),
    ],
)  # fmt: skip
def test_what_is_no_name(words: str, reason: str) -> None:
    assert _reason(answers_people.person_name, words) == reason


@pytest.mark.parametrize("words", ["iya bu boleh", "Boleh", "oke", "ya", "sip kak", "muhun", "nggih"])
def test_yes(words: str) -> None:
    assert answers.yes_no(words) is True


@pytest.mark.parametrize("words", ["ga boleh", "tidak", "gak usah", "nanti dulu", "mboten", "jangan bu"])
def test_no(words: str) -> None:
    assert answers.yes_no(words) is False


def test_a_question_is_no_answer() -> None:
    assert _reason(answers.yes_no, "boleh ga?") == "question"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("umur saya 16", Consent.UNDERAGE), ("masih SMA", Consent.UNDERAGE), ("belum 18", Consent.UNDERAGE),
        ("saya 45 tahun boleh", Consent.YES), ("boleh", Consent.YES), ("tidak", Consent.NO),
    ],
)  # fmt: skip
def test_consent(words: str, meant: Consent) -> None:
    assert answers.consent_answer(words) is meant


@pytest.mark.parametrize(
    ("words", "honorific"),
    [("bu", "Ibu"), ("Ibu aja", "Ibu"), ("kak", "Kakak"), ("teh", "Teteh"), ("mbak", "Mbak"), ("neng", "Neng")],
)
def test_form_of_address(words: str, honorific: str) -> None:
    assert answers_people.honorific(words) == honorific


def test_several_topics_in_one_message() -> None:
    parse = answers.some_of(TOPICS)
    assert parse("menjahit sama masak") == ("menjahit", "memasak")
    assert parse("jhit, kue") == ("menjahit", "memasak")
    assert parse("semua") == ("menjahit", "memasak")
    with pytest.raises(Unfinished) as draft:
        parse("menjahit,")
    assert draft.value.chosen == ("menjahit",)


@pytest.mark.parametrize(
    ("words", "on"),
    [
        ("5 desember", date(2026, 12, 5)), ("5/12", date(2026, 12, 5)), ("05-12-2026", date(2026, 12, 5)),
        ("sabtu", date(2026, 11, 28)), ("sabtu depan", date(2026, 12, 5)), ("besok", date(2026, 11, 25)),
        ("lusa", date(2026, 11, 26)), ("tgl 5", date(2026, 12, 5)), ("2026-12-05", date(2026, 12, 5)),
        ("3 januari", date(2027, 1, 3)),
    ],
)  # fmt: skip
def test_a_day(words: str, on: date) -> None:
    assert DAY(words) == on


def test_a_day_that_is_over() -> None:
    assert _reason(DAY, "1 nov 2026") == "past"


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("9-12", time(9), time(12)), ("09.00 sampai 12.00", time(9), time(12)), ("13:30-15.00", time(13, 30), time(15)),
        ("1 siang sampai 3", time(13), time(15)),
    ],
)  # fmt: skip
def test_from_when_to_when(words: str, start: time, end: time) -> None:
    assert answers_when.time_range(words) == answers_when.Hours(start, end)


@pytest.mark.parametrize(
    ("words", "number"), [("20 orang", 20), ("dua puluh lima", 25), ("seratus", 100), ("1.250", 1250)]
)
def test_a_number(words: str, number: int) -> None:
    assert answers.whole_number(1, 2000)(words) == number


_PARSERS: list[Callable[[str], Any]] = [
    answers.yes_no, answers.consent_answer, answers.some_of(TOPICS), answers.one_of(TOPICS), answers.whole_number(1, 9),
    answers.free_text(300), answers_people.person_name, answers_people.honorific, answers_people.place_name,
    answers_people.place_within("36.71.05"), DAY, answers_when.clock_time, answers_when.time_range, answers_when.duration,
]  # fmt: skip


@given(
    st.text(st.characters(codec=None), max_size=300)
    | st.sampled_from(["", "\x00", "\u202e", "\ud800", "🙏" * 9000, "a" * 70000])
)
def test_nothing_she_writes_breaks_a_parser(words: str) -> None:
    for parse in _PARSERS:
        try:
            parse(words)
        except (NotUnderstood, Ambiguous, Unfinished):
            continue
