"""How replies look on WhatsApp, in both languages, and what gives way when there is too much."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.whatsapp_errors import REASONS
from bot.channels.whatsapp_rendering import BY_NUMBER, LIST_BUTTON, OPENS_LIST, Form, WhatsAppMessage, render
from bot.channels.whatsapp_words import units
from bot.conversation.reply import Choice, Document, Place, Reply
from bot.conversation.texts import Texts
from bot.conversation.values import Value
from tests.channels.whatsapp_parts import CONSENT, EVENTS, NOON, REMINDER, TEXTS

URL = "https://berdaya.example"
CALENDAR = Document("/calendar/t0k_3n_.ics", "jadwal.ics", "text/calendar")
HALL = Place(-6.1812, 106.6723, "Balai Warga RW 05", "Kel. Poris Plawad")


def look(reply: Reply, language: str = "id") -> WhatsAppMessage:
    return render(reply, TEXTS, language, NOON, URL)


def test_three_choices_are_buttons() -> None:
    message = look(CONSENT)
    assert message.form is Form.BUTTONS
    assert message.body == "Halo, selamat datang.\n\nBoleh saya simpan data Ibu?"
    assert message.buttons == (
        ("Boleh", "consent:yes"),
        ("Baca dulu", "consent:read"),
        ("Tidak", "consent:no"),
    )
    assert message.shown is not None
    assert message.shown.action_for("baca dulu", None) == "consent:read"
    assert message.shown.action_for("3", 3) == "consent:no"


def test_the_same_in_english() -> None:
    message = look(CONSENT, "en")
    assert [label for label, _ in message.buttons] == ["You may", "Read first", "No"]
    assert message.numbered == (
        "Hello, welcome.\n\nMay I keep your data?\n\n1. You may\n2. Read first\n3. No\n\nAnswer with the number."
    )


def test_choices_with_a_second_line_are_a_list() -> None:
    message = look(EVENTS)
    assert message.form is Form.LIST
    assert message.list_button == "Pilih"
    assert message.rows == (
        ("Menjahit Dasar", "Sab 28 Nov, 09.00, Cipondoh", "event:1"),
        ("Jahit Pakaian Pesanan P…", "Sel 1 Des, 09.00, Karawaci (penuh)", "event:2"),
        ("Menu", "", "menu"),
    )
    assert message.text == ("Ini kegiatan menjahit yang masih dibuka, Bu.\n\n_Ketik BATAL untuk berhenti._")
    assert message.numbered == (
        "Ini kegiatan menjahit yang masih dibuka, Bu.\n\n"
        "1. Menjahit Dasar — Sab 28 Nov, 09.00, Cipondoh\n"
        "2. Jahit Pakaian Pesanan Pelanggan — Sel 1 Des, 09.00, Karawaci (penuh)\n"
        "3. Menu\n\n"
        "Balas dengan angkanya, ya.\n\n"
        "_Ketik BATAL untuk berhenti._"
    )


def test_ten_choices_fit_a_list_and_the_number_still_answers() -> None:
    rows = tuple(Choice(f"event:{n}", f"Kegiatan {n}") for n in range(10))
    message = look(replace(EVENTS, choices=rows))
    assert len(message.rows) == 10
    assert message.shown is not None
    assert message.shown.action_for("10", 10) == "event:9"


def test_a_label_too_long_for_a_button_becomes_a_row() -> None:
    message = look(replace(CONSENT, choices=(Choice("a:1", "Kelurahan Poris Plawad"),)))
    assert message.form is Form.LIST
    assert message.rows == (("Kelurahan Poris Plawad", "", "a:1"),)


def test_two_buttons_of_one_label_become_rows() -> None:
    message = look(replace(CONSENT, choices=(Choice("a:1", "Jatiuwung"), Choice("a:2", "Jatiuwung"))))
    assert message.form is Form.LIST


def test_a_long_body_with_buttons_becomes_numbered_text() -> None:
    message = look(Reply("long", {"text": "kata " * 250}, choices=CONSENT.choices))
    assert message.form is Form.TEXT
    assert message.buttons == ()
    assert message.body.endswith("1. Boleh\n2. Baca dulu\n3. Tidak\n\nBalas dengan angkanya, ya.")
    assert message.shown is not None
    assert message.shown.action_for("2", 2) == "consent:read"


@pytest.mark.parametrize("paragraph", ["kata " * 60, "😊" * 130])
def test_what_is_too_long_ends_at_a_paragraph_and_keeps_its_choices(paragraph: str) -> None:
    text = "\n\n".join([paragraph.strip()] * 10)
    message = look(Reply("long", {"text": text}, choices=CONSENT.choices, footer="Ketik BATAL."))
    assert units(message.text) <= 1600
    assert message.text == message.numbered
    assert f"{paragraph.strip()}\n\n…\n\n1. Boleh" in message.text
    assert message.text.endswith("_Ketik BATAL._")


def test_exactly_1600_is_not_cut() -> None:
    message = look(Reply("long", {"text": "x" * 1600}))
    assert message.text == "x" * 1600
    assert units(look(Reply("long", {"text": "x" * 1601})).text) == 1600


def test_bold_is_ours_alone() -> None:
    values: dict[str, Value] = {"title": "Kelas *super*", "summary": "murah *sekali* dan _cepat_ 2*3*4", "seats": 6}
    message = look(Reply("event.card", values))
    assert message.body == "*Kelas ∗super∗*\nmurah ∗sekali∗ dan ˍcepatˍ 2*3*4\n\nTersisa 6 tempat."


def test_bold_over_two_lines_is_bold_on_each() -> None:
    message = look(Reply("event.card", {"title": "Satu\n Dua ", "summary": "s", "seats": 1}))
    assert message.body.startswith("*Satu*\n*Dua*\ns")


def test_a_picture_carries_its_choices_in_words() -> None:
    message = look(replace(CONSENT, image="/media/t0k3n"))
    assert (message.form, message.media) == (Form.MEDIA, f"{URL}/media/t0k3n")
    assert "1. Boleh" in message.body
    assert message.buttons == ()


def test_a_calendar_file_is_a_link() -> None:
    message = look(Reply("schedule.file", {"you": "Ibu"}, document=CALENDAR))
    assert message.form is Form.TEXT
    assert message.media is None
    assert message.text == f"Ini jadwal Ibu.\n\n{URL}/calendar/t0k_3n_.ics"


def test_a_calendar_link_goes_with_buttons() -> None:
    message = look(Reply("schedule.file", {"you": "Ibu"}, document=CALENDAR, choices=CONSENT.choices))
    assert message.form is Form.BUTTONS
    assert message.body.endswith(".ics")


def test_a_pdf_is_a_file() -> None:
    document = Document("/media/abc", "sertifikat.pdf", "application/pdf")
    message = look(Reply("schedule.file", {"you": "Ibu"}, document=document))
    assert (message.form, message.media, message.text) == (Form.MEDIA, f"{URL}/media/abc", "Ini jadwal Ibu.")


def test_a_place_is_a_pin() -> None:
    message = look(Reply("event.place", {"vocative": "Bu"}, place=HALL))
    assert message.form is Form.LOCATION
    assert message.location is not None
    assert message.location.label == "Balai Warga RW 05, Kel. Poris Plawad"


def test_a_template_has_its_values_on_one_line() -> None:
    message = look(REMINDER)
    assert message.template is not None
    assert message.template.name == "reminder"
    assert message.template.values == ("Bu Siti", "besok", "Menjahit Dasar", "Sabtu, pukul 09.00", "Balai Warga")
    assert look(CONSENT).template is None


def test_an_announcement_says_everything_on_one_line() -> None:
    message = look(Reply("broadcast.text", {"text": "Ada pelatihan.\n\nYuk daftar."}))
    assert message.template is not None
    assert message.template.values == ("–", "Ada pelatihan. Yuk daftar.")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_program_has_this_channels_own_sentences(language: str) -> None:
    texts = Texts.load(Path(__file__).parents[2] / "texts")
    assert {OPENS_LIST, BY_NUMBER} <= set(texts.sentences[language])
    assert units(texts.plain({"say": OPENS_LIST}, language, NOON)) <= LIST_BUTTON


def test_every_reason_has_its_sentence() -> None:
    texts = Texts.load(Path(__file__).parents[2] / "texts")
    assert {reason for reason in REASONS if not texts.has(f"reason.{reason}")} == set()
