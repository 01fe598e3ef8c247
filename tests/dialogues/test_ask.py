"""A person answers: the question reaches the coordinators, the answer reaches her, the bot steps back meanwhile."""

import pytest
import sqlalchemy as sa

from models import handover, roles
from models.office import Question, QuestionLine
from tests.dialogue import Phone, Village
from tests.dialogues.test_enrol import event_id


@pytest.fixture
def ratna(village: Village) -> Phone:
    """The coordinator."""
    with village.writes() as session:
        roles.add_coordinator(session, "Ratna", "telegram", "ratna", village.now)
    return village.phone("ratna")


def question(village: Village) -> int:
    with village.reads() as session:
        return session.scalars(sa.select(Question.id).order_by(Question.id.desc())).first() or 0


def asked(village: Village) -> list[str]:
    with village.reads() as session:
        return list(session.scalars(sa.select(QuestionLine.text).order_by(QuestionLine.id)))


def answers(village: Village, text: str) -> None:
    """Ratna answers."""
    with village.writes() as session:
        ratna = roles.coordinators(session)[0].person_id
        handover.answer(session, ratna, question(village), text, village.now)
    village.delivers()


def closes(village: Village) -> None:
    with village.writes() as session:
        handover.close(session, roles.coordinators(session)[0].person_id, question(village), village.now)


def test_her_question_is_kept_passed_on_and_answered(village: Village, ratna: Phone, rohayati: Phone) -> None:
    rohayati.says("petugas").sees("ask.write").says("Boleh bawa adik?").sees("ask.passed").reads("Senin–Jumat")
    assert ratna.seen[-1].key == "question.new"
    assert "Boleh bawa adik?" in ratna.seen[-1].text
    rohayati.says("adiknya perempuan").sees("ask.more")
    answers(village, "Boleh, Bu.")
    rohayati.reads("Boleh, Bu.")
    rohayati.says("terima kasih").sees()  # a person talks with her: nobody interrupts
    assert asked(village) == ["Boleh bawa adik?", "adiknya perempuan", "Boleh, Bu.", "terima kasih"]
    closes(village)
    village.passes(minutes=1)
    rohayati.reads("Sekarang saya lagi yang menjawab").says("menjahit").sees("browse.list")


def test_menu_ends_it(village: Village, ratna: Phone, rohayati: Phone) -> None:
    rohayati.says("petugas").says("Ada parkir?").says("menu").sees("menu.ask").says("kesehatan").sees("browse.list")
    assert asked(village) == ["Ada parkir?"]


def test_a_day_of_silence_ends_it(village: Village, ratna: Phone, rohayati: Phone) -> None:
    rohayati.says("petugas").says("Ada parkir?")
    village.passes(hours=25)
    rohayati.says("kesehatan").sees("browse.list")


def test_words_that_always_work_still_do_and_numbers_are_for_the_person(
    village: Village, ratna: Phone, rohayati: Phone
) -> None:
    rohayati.says("menu").says("petugas").says("Anak saya boleh ikut?")
    answers(village, "Berapa anaknya?")
    rohayati.says("2").sees()
    rohayati.says("bantuan").sees("help.text")
    rohayati.says("petugas").sees("ask.already")
    rohayati.says("daftar ulang").sees()
    assert asked(village)[-2:] == ["2", "daftar ulang"]


def test_a_reminder_can_be_answered_meanwhile(village: Village, ratna: Phone, rohayati: Phone) -> None:
    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}")
    village.passes(hours=240)
    rohayati.says("petugas").says("Ada parkir?")
    village.passes(hours=6)
    rohayati.reads("Bisa datang?").says("bisa").sees("attending.coming")
    rohayati.says("naik motor").sees("ask.more")


def test_who_presses_something_else_after_petugas_no_longer_asks(village: Village, rohayati: Phone) -> None:
    rohayati.says("petugas").presses("Tidak jadi").sees("menu.ask").says("kesehatan").sees("browse.list")
    rohayati.says("petugas").says("jadwal saya").sees("schedule.none").says("kesehatan").sees("browse.list")
    assert asked(village) == []


def test_somebody_not_registered_may_ask_too_and_goes_on_registering(
    village: Village, ratna: Phone, siti: Phone
) -> None:
    siti.says("halo").says("boleh").says("ibu").says("petugas").says("Apakah ini gratis?").sees("ask.passed")
    assert "Apakah ini gratis?" in ratna.seen[-1].text
    siti.says("menu").presses("Lanjut").sees("register.name.ask").says("Siti").sees("register.kecamatan.ask")


def test_a_coordinator_who_never_registered_is_not_pressed_to(ratna: Phone) -> None:
    ratna.says("halo").sees("menu.coordinator").presses("Daftar jadi peserta").sees("register.consent.ask")
    ratna.presses("Tidak").sees("form.cancelled")
    ratna.says("menu").sees("menu.coordinator")
