"""Registering: every answer typed or pressed, changed, taken back, left for days, and the form rebuilt meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.conversation.answers import NotUnderstood, free_text
from bot.conversation.form import Form, Question
from handlers.visit import Visit
from models.people import Consent, Person, Purpose
from tests.conftest import registered
from tests.dialogue import Phone, Village


def person(village: Village) -> Person:
    with village.reads() as session:
        return session.scalars(sa.select(Person)).one()


def consents(village: Village) -> set[Purpose]:
    with village.reads() as session:
        return {Purpose(purpose) for purpose in session.scalars(sa.select(Consent.purpose))}


def half_way(siti: Phone) -> Phone:
    """She has said yes, how to call her, and her name."""
    return siti.says("halo").says("boleh bu").says("teteh aja").says("nama saya siti aminah")


def test_everything_may_be_typed(village: Village, siti: Phone) -> None:
    half_way(siti).says("sy tinggal di cipondoh").says("poris plawad").says("jahit sama masak").says("benar").says("ya")
    her = person(village)
    assert (her.name, her.honorific, her.kecamatan, her.kelurahan_desa, her.interests) == (
        "Siti Aminah", "Teteh", "36.71.05", "36.71.05.1008", ["menjahit", "memasak"],
    )  # fmt: skip
    assert consents(village) == {Purpose.PROGRAMME, Purpose.NEWS}


def test_the_question_about_news_is_asked_once_and_a_no_is_kept(village: Village, siti: Phone) -> None:
    half_way(siti).says("luar").says("lewati").says("benar").sees("register.done", "news.yes.ask")
    siti.says("gak usah").sees("news.declined", "browse.ask")
    assert person(village).news_asked
    assert consents(village) == {Purpose.PROGRAMME}


def test_menu_instead_of_an_answer_about_news_closes_that_question(siti: Phone) -> None:
    half_way(siti).says("luar").says("lewati").says("benar").says("menu").sees("menu.ask").does_not_read(
        "Lanjutkan isian"
    )
    siti.says("boleh").sees("other.not_understood")


def test_topics_are_ticked_one_by_one_by_row_number_or_name_and_taken_back(village: Village, siti: Phone) -> None:
    half_way(siti).says("luar").presses("Kesehatan").says("1").says("Memasak").presses("✓ Kesehatan")
    siti.reads("Sudah dipilih: Menjahit, Memasak.").says("10").sees("register.review").says("benar")
    assert person(village).interests == ["menjahit", "memasak"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1 3 5", ["menjahit", "kerajinan", "pemasaran"]),
        ("1,3", ["menjahit", "kerajinan"]),
        ("2 dan 9", ["memasak", "pertanian_organik"]),
        ("selesai", []),
        ("lewati", []),
    ],
)
def test_several_topics_at_once(village: Village, siti: Phone, typed: str, kept: list[str]) -> None:
    half_way(siti).says("luar").says(typed).says("benar")
    assert person(village).interests == kept


def test_back_asks_the_last_question_again(siti: Phone) -> None:
    half_way(siti).says("cipondoh").sees("register.kelurahan.ask")
    siti.says("kembali").sees("register.kecamatan.ask").says("kembali").sees("register.name.ask")


def test_each_answer_can_be_changed_on_the_review_screen(siti: Phone) -> None:
    half_way(siti).says("cipondoh").says("lewati").says("menjahit").presses("Selesai").sees("register.review")
    siti.presses("Ubah").presses("Kecamatan").says("serpong").sees("register.review").reads("Kecamatan: Serpong")
    siti.presses("Ubah").presses("Minat").says("9").says("selesai").sees("register.review").reads("Pertanian organik")


def test_a_second_press_on_correct_registers_once(village: Village, siti: Phone) -> None:
    half_way(siti).says("luar").says("lewati").presses("Benar").presses_action("f:register:ok")
    siti.sees("other.stale", "news.yes.ask")
    assert person(village).name == "Siti Aminah"


def test_who_is_registered_does_not_register_twice(rohayati: Phone) -> None:
    rohayati.presses_action("register").sees("menu.ask")
    rohayati.says("/start").sees("menu.ask")


def test_after_a_day_she_is_asked_whether_to_go_on(village: Village, siti: Phone) -> None:
    half_way(siti)
    village.now += timedelta(hours=25)
    siti.says("cipondoh").sees("form.stale").presses("Lanjut").sees("register.kecamatan.ask")
    siti.says("cipondoh").sees("register.kelurahan.ask")


def test_a_poster_is_not_forgotten_when_she_starts_again(siti: Phone) -> None:
    siti.says("daftar gizi-keluarga").presses("Boleh").presses("Ibu").says("menu").presses("Mulai lagi")
    siti.presses("Boleh").presses("Ibu").says("Siti").says("luar").says("selesai").says("benar").says("tidak")
    siti.sees("news.declined", "event.card").reads("Gizi Keluarga dengan Belanja Hemat")


def test_a_name_like_a_word_of_ours_is_not_taken_for_one(siti: Phone) -> None:
    siti.says("halo").says("boleh").says("ibu").says("Daftar Siti").sees("register.name.sentence")
    siti.says("Dr. Amina").sees("register.kecamatan.ask")


# A question added, removed, renamed or tightened while she is in the middle of it costs at most one repeated question.

Questions = tuple[Question[Visit], ...]


def rebuilt(village: Village, rebuild: Callable[[Questions], Questions]) -> None:
    """The program is deployed with another edition of the form."""
    engine = village.answering.engine
    form: Form[Visit] = engine.forms["register"]
    village.runs(replace(engine, forms={**engine.forms, "register": replace(form, questions=rebuild(form.questions))}))


def put(question: Question[Visit], instead_of: str) -> Callable[[Questions], Questions]:
    """The form with one question replaced."""
    return lambda questions: tuple(question if q.key == instead_of else q for q in questions)


@pytest.fixture
def with_a_new_sentence(village: Village) -> None:
    for language in village.texts.languages:
        sentences: dict[str, str] = village.texts.sentences[language]  # type: ignore[assignment]
        sentences["register.child.ask"] = sentences["register.nickname.ask"] = "Siapa nama anaknya?"


@pytest.mark.usefixtures("with_a_new_sentence")
def test_a_question_added_before_where_she_is_is_asked_next(village: Village, siti: Phone) -> None:
    half_way(siti)
    rebuilt(village, lambda questions: (*questions[:3], Question("child", free_text(40)), *questions[3:]))
    siti.says("cipondoh").sees("register.kecamatan.ask")  # taken as the answer to the new question
    siti.says("cipondoh").sees("register.kelurahan.ask")


def test_a_question_removed_is_asked_no_more(village: Village, siti: Phone) -> None:
    half_way(siti).says("cipondoh").sees("register.kelurahan.ask")
    rebuilt(village, lambda questions: tuple(q for q in questions if q.key not in ("kelurahan", "honorific")))
    siti.says("menjahit sama masak").sees("register.review")


@pytest.mark.usefixtures("with_a_new_sentence")
def test_a_question_renamed_is_asked_once_more_and_nothing_else_is(village: Village, siti: Phone) -> None:
    half_way(siti).says("cipondoh").sees("register.kelurahan.ask")
    name = next(q for q in village.answering.engine.forms["register"].questions if q.key == "name")
    rebuilt(village, put(replace(name, key="nickname"), "name"))
    siti.presses("Lewati").sees("register.nickname.ask").says("Siti").sees("register.interests.ask")


def test_a_question_tightened_is_asked_once_more(village: Village, siti: Phone) -> None:
    half_way(siti).says("cipondoh").sees("register.kelurahan.ask")

    def two_words(words: str) -> str:
        if len(words.split()) != 2:
            raise NotUnderstood("sentence")
        return words

    name = next(q for q in village.answering.engine.forms["register"].questions if q.key == "name")
    rebuilt(village, put(replace(name, parse=two_words), "name"))
    siti.presses("Lewati").sees("register.name.ask").says("Siti Aminah").sees("register.interests.ask")


def test_a_button_of_an_older_edition_answers_kindly(village: Village, siti: Phone) -> None:
    half_way(siti)
    rebuilt(village, lambda questions: tuple(q for q in questions if q.key != "honorific"))
    siti.presses("Ibu").sees("other.stale", "register.kecamatan.ask")


def test_two_phones_register_two_women(village: Village) -> None:
    registered(village.phone("one"), "Siti")
    registered(village.phone("two", "whatsapp"), "Wati")
    with village.reads() as session:
        assert sorted(session.scalars(sa.select(Person.name))) == ["Siti", "Wati"]
