"""Whatever arrives has an answer: things that are not words, late messages, buttons old, foreign and forged."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.conversation.heard import Heard, Kind
from models.people import Person
from tests.conftest import registered
from tests.dialogue import Phone, Village

FORGED = (
    "", ":", "x", "nothing:1", "event", "event:", "event:abc", "event:-1", "event:999999", "event:٣", "event:1.5",
    "place:999999", "enrol:999999", "enrol:abc", "enrol-anyway:0", "leave:999999", "leave:x", "offer-yes:999999",
    "offer-no:x", "coming:1", "coming:1.x", "coming:99.99", "excused:", "browse:nothing:0", "browse:training:9999",
    "browse:training:x", "schedule:99", "data:99", "data:x", "change:consent", "change:", "language:xx", "language:",
    "link:zzz", "a:", "a:register:name:Siti", "a:erase:sure:ya", "a:leave:sure:ya", "f:register:ok", "f:_:resume",
    "f:_:cancel", "f:erase:ok", "stop:xyz", "menu:1", "9" * 64,
)  # fmt: skip


@pytest.mark.parametrize("action", FORGED)
def test_a_forged_button_is_answered_kindly_and_does_nothing(village: Village, rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action)
    assert len(rohayati.seen) > rohayati.fresh
    rohayati.says("profil saya").reads("Nama: Rohayati", "Kecamatan: Cipondoh")


@pytest.mark.parametrize("action", FORGED)
def test_a_forged_button_of_a_stranger_too(village: Village, siti: Phone, action: str) -> None:
    siti.presses_action(action)
    assert len(siti.seen) > siti.fresh
    siti.says("boleh")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.TEXT, Kind.ACTION)])
def test_every_kind_of_thing_has_its_answer(village: Village, rohayati: Phone, kind: Kind) -> None:
    rohayati.sends(kind)
    silent = kind in (Kind.REACTION, Kind.EDITED, Kind.BLOCKED, Kind.UNBLOCKED)
    rohayati.sees(*([] if silent else [f"other.{kind}"]))


def test_what_is_not_words_does_not_break_an_open_form(siti: Phone) -> None:
    siti.says("halo").says("boleh").sends(Kind.VOICE).sees("other.voice", "register.honorific.ask").says("2")
    siti.sees("register.name.ask").reads("Baik, Kak.")


def test_a_message_a_day_late_is_not_acted_on(village: Village, rohayati: Phone) -> None:
    rohayati.fresh = len(rohayati.seen)
    village.hears(
        Heard("telegram", "test", "rohayati", "late", village.now - timedelta(hours=25), Kind.TEXT, "hapus data saya")
    )
    rohayati.sees("other.late")
    rohayati.says("ya").sees("other.not_understood")


def test_a_number_means_the_list_she_saw_last(village: Village, rohayati: Phone) -> None:
    rohayati.says("menu").says("2").sees("schedule.none").says("1").sees("browse.ask").says("no 3").sees("browse.list")
    rohayati.says("yang ke-1").sees("event.card")
    village.now += timedelta(hours=25)
    rohayati.says("1").sees("other.not_understood")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("halo", "menu.ask"), ("Assalamualaikum bu", "menu.ask"), ("selamat pagi", "menu.ask"),
        ("ada pelatihan apa?", "browse.list"), ("jadwal", "schedule.none"), ("mau ikut", "browse.ask"),
        ("menjahit dasar", "event.card"), ("Gizi Keluarga", "event.card"), ("gizi-keluarga", "event.card"),
        ("mau belajar masak", "browse.list"), ("saya laki-laki", "browse.list_open"),
        ("asdfghjkl", "understood.out_of_scope"), ("1234", "other.not_understood"), ("?", "other.not_understood"), ("😊", "other.not_understood"),
        ("x" * 4000, "understood.out_of_scope"),
    ],
)  # fmt: skip
def test_simple_words_lead_somewhere(rohayati: Phone, words: str, key: str) -> None:
    rohayati.says(words).sees(key)


def test_free_text_of_somebody_new_leads_through_consent_to_what_she_named(siti: Phone) -> None:
    siti.says("gizi keluarga").sees("register.consent.ask").says("boleh").says("ibu").says("Siti").says("luar")
    siti.says("selesai").says("benar").says("tidak").sees("news.declined", "event.card").reads("Gizi Keluarga")


def test_a_button_pressed_in_another_womans_chat_is_not_hers(village: Village, rohayati: Phone) -> None:
    rohayati.says("profil saya").presses("Nama")
    other = registered(village.phone("nur"), "Nur")
    other.presses_action("a:profile:name:Rohayati Palsu").sees("other.stale")
    rohayati.says("Rohayati Asli").reads("Nama: Rohayati Asli")


def test_whom_a_coordinator_blocked_is_not_answered(village: Village, rohayati: Phone) -> None:
    with village.writes() as session:
        session.scalars(sa.select(Person)).one().blocked = True
    rohayati.says("menu").sees().presses_action("browse").sees()
    with village.writes() as session:
        session.scalars(sa.select(Person)).one().blocked = False
    rohayati.says("menu").sees("menu.ask")


def test_form_put_aside_for_something_else_takes_no_words_for_its_answer(rohayati: Phone) -> None:
    rohayati.says("profil saya").presses("Nama").says("jadwal saya").says("menjahit").sees("browse.list")
