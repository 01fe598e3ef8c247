"""Names and forms of address, as women really write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.answers import NotUnderstood
from bot.conversation.answers_people import honorific, person_name
from tests.conversation.test_answers import reason


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("siti aminah", "Siti Aminah"), ("SITI", "Siti"), ("Siti aminah", "Siti Aminah"), ("nama saya rohayati", "Rohayati"),
        ("Dr. Amina", "Dr. Amina"), ("Nur'aini", "Nur'aini"), ("NUR’AINI", "Nur'aini"), ("panggil aja wati", "Wati"),
        ("ratna dewi binti ahmad", "Ratna Dewi binti Ahmad"), ("sy yani", "Yani"), ("Siti 😊", "Siti"), ("bu siti", "Siti"),
        ("Ibu Siti Aminah", "Siti Aminah"), ("Assalamualaikum wr wb, nama saya Siti", "Siti"), ("saya wati dari cipondoh", "Wati"),
        ("yanti (32)", "Yanti"), ("wati, cipondoh", "Wati"), ("saya biasa dipanggil teh wati", "Wati"), ("sri-wahyuni", "Sri-Wahyuni"),
        ("hj. siti maesaroh, s.ag", "Hj. Siti Maesaroh, S.Ag"), ("R.A. Kartini", "R.A. Kartini"), ("o'neil", "O'Neil"),
        ("Anak Agung Putri", "Anak Agung Putri"), ("Yang Mei Ling", "Yang Mei Ling"), ("Li", "Li"), ("محمد", "محمد"), ("\u202eSiti", "Siti"),
        ("*Siti*", "Siti"), ("my name is maria", "Maria"), ("McDonald", "McDonald"),
    ],
)  # fmt: skip
def test_a_name(words: str, name: str) -> None:
    assert person_name(words) == name


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("halo", "greeting"), ("assalamualaikum bu", "greeting"), ("Hai Nurul", "greeting"), ("ok siap", "greeting"), ("boleh", "greeting"),
        ("berapa ya?", "question"), ("kenapa perlu nama", "question"), ("123", "not_a_name"), ("A", "not_a_name"), ("Ibu", "not_a_name"),
        ("Siti & Ani", "not_a_name"), ("<b>Siti</b>", "not_a_name"), ("😊", "empty"), ("menu", "sentence"), ("Daftar Siti", "sentence"),
        ("saya mau ikut kelas jahit", "sentence"), ("Nanti", "sentence"), ("https://contoh.id", "sentence"), ("@siti", "sentence"),
        ("satu dua tiga empat lima enam tujuh", "sentence"), ("a" * 80, "too_long"),
    ],
)  # fmt: skip
def test_what_is_no_name(words: str, why: str) -> None:
    assert reason(person_name, words) == why


@given(st.text(st.characters(codec=None), max_size=100))
def test_a_name_that_was_taken_is_short_and_tidy(words: str) -> None:
    try:
        name = person_name(words)
    except NotUnderstood:
        return
    assert 2 <= len(name) <= 60
    assert name == " ".join(name.split())


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("bu", "Ibu"), ("Ibu aja", "Ibu"), ("panggil saya ibu", "Ibu"), ("bu siti aminah", "Ibu"), ("terserah", "Ibu"), ("kak", "Kakak"),
        ("panggil nama aja", "Kakak"), ("teh", "Teteh"), ("dipanggil teteh aja ya", "Teteh"), ("enaknya mbak aja", "Mbak"), ("neng", "Neng"),
        ("Mba 😊", "Mbak"), ("mpok", "Mpok"),
    ],
)  # fmt: skip
def test_form_of_address(words: str, called: str) -> None:
    assert honorific(words) == called


@pytest.mark.parametrize(
    ("words", "why"),
    [("halo", "greeting"), ("saya mau ikut kelas", "sentence"), ("bu atau kak", "sentence"), ("123", "sentence"), ("<script>", "sentence"),
     ("x" * 21, "sentence"), ("menu", "sentence"), ("maksudnya apa?", "question"), ("🙏", "empty")],
)  # fmt: skip
def test_no_form_of_address(words: str, why: str) -> None:
    assert reason(honorific, words) == why
