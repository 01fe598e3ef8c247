"""BERHENTI: one confirmation that names no event, then silence; and how it comes back."""

import pytest
import sqlalchemy as sa

from models.people import Contact, OptOut
from tests.dialogue import Phone, Village
from tests.dialogues.test_enrol import event_id


def opt_out(village: Village) -> OptOut:
    with village.reads() as session:
        return OptOut(session.scalars(sa.select(Contact.opt_out)).one())


@pytest.mark.parametrize("word", ["BERHENTI", "stop", "/stop", "Berhenti.", "UNSUBSCRIBE"])
def test_everything_the_program_starts_stops(village: Village, rohayati: Phone, word: str) -> None:
    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}")
    rohayati.says(word).sees("stop.all").reads("MULAI").does_not_read("Menjahit")
    village.passes(hours=246)
    village.passes(hours=13)
    rohayati.sees("stop.all")
    rohayati.says("jadwal saya").sees("schedule.list")
    assert opt_out(village) is OptOut.ALL


def test_mulai_brings_it_back(village: Village, rohayati: Phone) -> None:
    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}").says("berhenti").says("mulai")
    rohayati.sees("welcome.back")
    assert opt_out(village) is OptOut.NONE
    village.passes(hours=246)
    rohayati.reads("Bisa datang?")


def test_stop_siaran_leaves_the_reminders(village: Village, rohayati: Phone) -> None:
    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}").says("stop siaran").sees("stop.news")
    assert opt_out(village) is OptOut.BROADCASTS
    village.passes(hours=246)
    rohayati.reads("Bisa datang?")


def test_who_is_not_registered_can_stop_too(village: Village, siti: Phone) -> None:
    siti.says("stop").sees("stop.all")
    assert opt_out(village) is OptOut.ALL
    siti.says("mulai").sees("register.consent.ask")
    assert opt_out(village) is OptOut.NONE


def test_stopping_in_mid_form_keeps_the_form(siti: Phone) -> None:
    siti.says("halo").says("boleh").says("ibu").says("berhenti").sees("stop.all")
    siti.says("mulai").sees("welcome.unfinished").presses("Lanjut").sees("register.name.ask")
