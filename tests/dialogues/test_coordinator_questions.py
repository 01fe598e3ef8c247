"""Questions to a person, from the coordinators' side: one takes it, answers it, closes it; the others know."""

import pytest

from tests.dialogue import Phone, Village
from tests.dialogues.office import audited


@pytest.fixture
def asked(ratna: Phone, dewi: Phone, rohayati: Phone) -> Phone:
    """Rohayati has asked something; both coordinators were told."""
    rohayati.says("petugas").says("Boleh bawa adik?")
    ratna.reads("Boleh bawa adik?")
    return rohayati


def test_the_first_to_take_it_owns_it_and_the_other_is_told(asked: Phone, ratna: Phone, dewi: Phone) -> None:
    ratna.presses("Ambil").sees("handover.page").reads("Rohayati", "Boleh bawa adik?")
    dewi.reads("Ratna").presses("Ambil").sees("refused.question_taken").reads("Ratna")
    dewi.says("koordinator").presses("Pertanyaan").sees("handover.none")


def test_the_answer_reaches_her_and_her_next_words_reach_the_owner(
    asked: Phone, ratna: Phone, village: Village
) -> None:
    ratna.presses("Ambil").presses("Jawab").sees("handover.write").says("Boleh, Bu. Adiknya umur berapa?")
    ratna.sees("handover.sent")
    asked.reads("Boleh, Bu. Adiknya umur berapa?").says("empat tahun").sees()
    ratna.reads("empat tahun").presses("Jawab").says("Baik, ada tempat bermain.").presses("Tutup").sees(
        "handover.closed"
    )
    asked.reads("ada tempat bermain", "Sekarang saya lagi yang menjawab").says("menjahit").sees("browse.list")
    assert audited(village)[-4:] == ["question.take", "question.answer", "question.answer", "question.close"]


def test_a_number_after_jawab_is_the_answer_not_a_row(asked: Phone, ratna: Phone) -> None:
    ratna.presses("Ambil").presses("Jawab").says("2").sees("handover.sent")
    asked.reads("2")


def test_an_open_form_waits_while_she_answers(asked: Phone, ratna: Phone) -> None:
    ratna.says("koordinator").presses("Kegiatan baru").presses("Pelatihan").presses("Menjahit")
    ratna.presses("Ambil").presses("Jawab").says("Boleh, Bu.").sees("handover.sent")
    asked.reads("Boleh, Bu.")
    ratna.presses("Lanjutkan isian").sees("plan.title.ask").says("Tas Belanja").sees("plan.description.ask")


def test_jawab_beside_a_question_of_a_form_leads_back_to_it(asked: Phone, ratna: Phone) -> None:
    ratna.presses("Ambil").says("koordinator").presses("Undang koordinator").sees("invite.name.ask")
    ratna.presses("Jawab").says("Boleh, Bu.").sees("handover.sent", "invite.name.ask")
    ratna.says("Sri Wahyuni").sees("invite.code")


def test_batal_and_buttons_end_jawab_without_sending(asked: Phone, ratna: Phone) -> None:
    ratna.presses("Ambil").presses("Jawab").says("batal").sees("handover.not_sent").says("Boleh, Bu.")
    ratna.presses("Jawab").presses_action("coordinator").says("Boleh, Bu.").says("menu")
    asked.does_not_read("Boleh, Bu.")


def test_the_list_shows_her_own_first_and_what_was_said(asked: Phone, ratna: Phone, dewi: Phone) -> None:
    ratna.says("koordinator").reads("1 menunggu").presses("Pertanyaan").reads("Rohayati", "Boleh bawa adik?")
    ratna.presses("Rohayati").presses("Ambil").says("koordinator").presses("Pertanyaan").reads("Sedang dijawab")
    dewi.presses_action("question:1").sees("handover.page_others")


def test_answering_what_she_has_left_is_said_kindly(asked: Phone, ratna: Phone) -> None:
    ratna.presses("Ambil").presses("Jawab")
    asked.says("menu")
    ratna.says("Boleh, Bu.").sees("refused.question_closed")


def test_a_day_later_the_words_are_no_answer(asked: Phone, ratna: Phone, village: Village) -> None:
    ratna.presses("Ambil").presses("Jawab")
    village.passes(hours=25)
    ratna.says("Boleh, Bu.")
    asked.does_not_read("Boleh, Bu.")


def test_an_answer_that_is_too_long_may_be_written_again(asked: Phone, ratna: Phone) -> None:
    ratna.presses("Ambil").presses("Jawab").says("panjang " * 200).sees("handover.too_long").says("Boleh.")
    ratna.sees("handover.sent")
    asked.reads("Boleh.")


@pytest.mark.parametrize("action", ["questions", "question:1", "take:1", "answer:1", "close:1", "coordinator"])
def test_nobody_else_can_press_these(asked: Phone, rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


def test_the_word_is_nothing_special_for_others(rohayati: Phone) -> None:
    rohayati.says("koordinator").sees("other.not_understood")
