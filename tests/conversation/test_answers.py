"""What counts as an answer, and what does not: yes and no, consent, choices, numbers, free words. No absurd message breaks one."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.conversation import answers, answers_day, answers_people, answers_when
from bot.conversation.answers import Ambiguous, Consent, NotUnderstood, Unfinished

TOPICS = {"menjahit": "menjahit", "jahit": "menjahit", "memasak": "memasak", "masak": "memasak", "kue": "memasak"}
MORE_TOPICS = TOPICS | {"hak perempuan": "hak_perempuan", "usaha": "kewirausahaan"}


def reason(parse: Callable[[str], Any], words: str) -> str:
    with pytest.raises(NotUnderstood) as problem:
        parse(words)
    return problem.value.reason


@pytest.mark.parametrize(
    "words",
    ["iya bu boleh", "Boleh", "oke", "ya", "Y", "sip kak", "muhun", "nggih", "iyaaaa", "bolehh", "mau dong", "ga papa bu", "👍🏽", "yes please",
     "ya udah", "iya 🙏", "boleh, silakan", "insya allah bisa", "sudah baca, boleh", "he'eh"],
)  # fmt: skip
def test_yes(words: str) -> None:
    assert answers.yes_no(words) is True


@pytest.mark.parametrize(
    "words",
    ["ga boleh", "tidak", "gak usah", "nanti dulu", "mboten", "jangan bu", "gausah", "gamau", "henteu", "enggak dulu", "no thanks", "not now",
     "n", "salah", "👎", "pikir-pikir dulu ya, belum", "ya tidak"],
)  # fmt: skip
def test_no(words: str) -> None:
    assert answers.yes_no(words) is False


@pytest.mark.parametrize("words", ["boleh ga?", "boleh ga", "bisa gak ya bu", "bolehkah", "mau tanya dulu", "apa ini"])
def test_a_question_is_no_answer(words: str) -> None:
    assert reason(answers.yes_no, words) == "question"


@pytest.mark.parametrize(
    "words",
    ["halo", "ya/tidak", "ya atau tidak", "mungkin", "boleh tapi jangan bilang suami", "mau menjahit", "kalau gratis boleh", "insyaallah",
     "saya mau ikut kelas menjahit hari sabtu"],
)  # fmt: skip
def test_what_is_unclear_is_never_a_yes(words: str) -> None:
    assert reason(answers.yes_no, words) == "unknown"


@pytest.mark.parametrize(
    "words",
    ["umur saya 16", "masih SMA", "belum 18", "saya masih 17 tahun", "17", "umurku 14", "kelas 2 smk", "umur saya enam belas", "masih di bawah umur",
     "belum cukup umur", "saya 16 tahun udah nikah", "lulus sma tahun ini umur 17", "I'm seventeen", "masih umur 17 bu boleh ga"],
)  # fmt: skip
def test_who_says_that_she_is_younger(words: str) -> None:
    assert answers.consent_answer(words) is Consent.UNDERAGE


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("saya 45 tahun boleh", Consent.YES), ("boleh", Consent.YES), ("saya lulusan sma, boleh", Consent.YES),
        ("sudah 10 tahun jualan kue, boleh", Consent.YES), ("boleh bu, umur saya 52 tahun", Consent.YES), ("tidak", Consent.NO),
        ("belum nikah", Consent.NO), ("baca dulu", Consent.READ), ("saya mau baca dulu bu", Consent.READ),
        ("boleh lihat dulu?", Consent.READ), ("belum baca", Consent.READ), ("udah saya baca, oke", Consent.YES),
    ],
)  # fmt: skip
def test_consent(words: str, meant: Consent) -> None:
    assert answers.consent_answer(words) is meant


@pytest.mark.parametrize(
    "words", ["anak saya masih sma", "anak saya 16 tahun, saya 40", "saya 45 tahun", "saya nikah 15 tahun", "halo"]
)
def test_a_mother_who_speaks_of_her_child_is_neither_sent_away_nor_registered(words: str) -> None:
    assert reason(answers.consent_answer, words) == "unknown"


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        ("menjahit sama masak", ("menjahit", "memasak")), ("jhit, kue", ("menjahit", "memasak")), ("jahit masak kue", ("menjahit", "memasak")),
        ("saya pengen belajar masak", ("memasak",)), ("hak perempuan & usahaa", ("hak_perempuan", "kewirausahaan")),
        ("semua", ("menjahit", "memasak", "hak_perempuan", "kewirausahaan")),
        ("semuanya aja bu", ("menjahit", "memasak", "hak_perempuan", "kewirausahaan")),
        ("semua kecuali masak", ("menjahit", "hak_perempuan", "kewirausahaan")), ("jahit, bukan masak", ("menjahit",)),
    ],
)  # fmt: skip
def test_several_topics_in_one_message(words: str, topics: tuple[str, ...]) -> None:
    assert answers.some_of(MORE_TOPICS)(words) == topics


def test_a_comma_at_the_end_means_that_she_is_still_choosing() -> None:
    with pytest.raises(Unfinished) as draft:
        answers.some_of(TOPICS)("menjahit,")
    assert draft.value.chosen == ("menjahit",)


@pytest.mark.parametrize(
    ("words", "why"), [("bukan masak", "unknown"), ("mau masuk", "unknown"), ("apa aja?", "question"), ("🙏", "empty")]
)
def test_no_topic(words: str, why: str) -> None:
    assert reason(answers.some_of(TOPICS), words) == why


def test_one_of_several() -> None:
    kind = answers.one_of({"pelatihan": "training", "kursus": "course"})
    assert [kind(words) for words in ("kursus", "Kursus ya", "pelatian")] == ["course", "course", "training"]
    assert reason(kind, "pelatihan atau kursus") == "unknown"
    assert answers.one_of({"ibu": "Ibu"}, other=str.upper)("mami") == "MAMI"


@pytest.mark.parametrize(
    ("words", "number"),
    [("20 orang", 20), ("dua puluh lima", 25), ("seratus", 100), ("1.250", 1250), ("limabelas", 15), ("seribu dua ratus lima puluh", 1250),
     ("twenty five", 25), ("２０", 20), ("20an", 20), ("1 000", 1000)],
)  # fmt: skip
def test_a_number(words: str, number: int) -> None:
    assert answers.whole_number(1, 2000)(words) == number


@pytest.mark.parametrize(
    ("words", "why"),
    [("2,5", "not_a_number"), ("20-30", "not_a_number"), ("banyak", "not_a_number"), ("½", "not_a_number"),
    ("-5", "too_small"), ("nol", "too_small"),
     ("1000000000000", "too_large")],
)  # fmt: skip
def test_no_number(words: str, why: str) -> None:
    assert reason(answers.whole_number(1, 2000), words) == why


def test_free_words_keep_their_lines_and_lose_what_cannot_be_seen() -> None:
    parse = answers.free_text(40)
    assert parse("  Bawa \x00kain\u202e \n\n\n\n gunting  ") == "Bawa kain\n\ngunting"
    assert reason(parse, "\u200b \n\t") == "empty"
    assert reason(parse, "a" * 41) == reason(parse, "a" * 70_000) == "too_long"


PARSERS = [
    answers.yes_no, answers.consent_answer, answers.some_of(MORE_TOPICS), answers.one_of(TOPICS), answers.whole_number(1, 9),
    answers.free_text(300), answers_people.person_name, answers_people.honorific, answers_people.place_name,
    answers_people.place_within("36.71.05"), answers_day.date_answer(date(2026, 11, 24)), answers_day.date_answer(date(2028, 2, 29)),
    answers_when.clock_time, answers_when.time_range, answers_when.duration,
]  # fmt: skip
#: What she may write between the characters nobody expects.
_WORDS = [
    "saya", "nama", "siti", "umur", "17", "tahun", "boleh", "ga", "cipondoh", "kec.", "tangerang", "bukan", "luar", "poris", "jam", "setengah", "9",
    "sabtu", "depan", "tgl", "31", "desember", "dua", "puluh", "belas", "sampai", "-", "/", ",", ".", "?", "kurang", "malam", "½", "semua", "kecuali",
    "jahit", "halo", "\n", "\x00", "\u202e", "\u200b", "\ud800", "🙏🏽", "e\u0301", "ﷺ", "9999", "24.00", "12",
]  # fmt: skip


def _is_answered_or_refused(parse: Callable[[str], Any], words: str) -> None:
    try:
        parse(words)
    except Ambiguous as several:
        for option in several.options:
            parse(option.value)
    except (NotUnderstood, Unfinished):
        return


@pytest.mark.parametrize("parse", PARSERS)
@given(
    words=st.text(st.characters(codec=None), max_size=300)
    | st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join)
)
@example("")
@example("\x00" * 65_536)
@example("\u202e\u200f\u2066")
@example("\ud800\udfff")
@example("🙏" * 16_000)
@example("ﷺ" * 65_536)
@example("1" * 65_536)
@example("dua puluh " * 6_500)
@example("halo, saya " * 6_000)
@example("\ufe0f")
def test_nothing_she_writes_breaks_a_parser(parse: Callable[[str], Any], words: str) -> None:
    _is_answered_or_refused(parse, words)


@given(st.integers(0, 9999))
def test_a_number_said_in_words_is_the_same_number(number: int) -> None:
    assert answers.whole_number(0, 9999)(_in_words(number)) == number


_ONES = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")


def _in_words(number: int) -> str:
    if number < 12:
        return _ONES[number]
    if number < 20:
        return f"{_ONES[number - 10]} belas"
    size, name = next((size, name) for size, name in ((1000, "ribu"), (100, "ratus"), (10, "puluh")) if number >= size)
    count, rest = divmod(number, size)
    first = f"se{name}" if count == 1 and size > 10 else f"{_in_words(count)} {name}"
    return f"{first} {_in_words(rest)}" if rest else first
