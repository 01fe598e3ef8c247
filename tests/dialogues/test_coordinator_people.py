"""The people in an event, from the coordinators' side: added by hand, listed, not reached, blocked."""

import pytest
import sqlalchemy as sa

from models.people import Contact
from tests.conftest import registered
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, event_named, new_event, person_named


@pytest.fixture
def event(ratna: Phone) -> int:
    """«Tas Belanja» with two seats."""
    return new_event(ratna, "Tas Belanja", seats=2).id


def adds(ratna: Phone, event: int, name: str) -> Phone:
    return ratna.presses_action(f"walk-in:{event}").says(name).presses("Lewati")


def test_a_woman_without_a_phone_gets_a_seat_then_a_place_in_line(ratna: Phone, event: int, village: Village) -> None:
    ratna.presses_action(f"walk-in:{event}").says("Nining").says("Cipondoh").sees("walk-in.seated").reads("Nining")
    adds(ratna, event, "Mimin").sees("walk-in.seated")
    adds(ratna, event, "Yayah").sees("walk-in.waits").reads("urutan ke-1")
    ratna.presses("Peserta").sees("people.list").reads("2 terdaftar, 1 menunggu", "Mimin", "Nining", "urutan ke-1")
    assert person_named(village, "Nining").kecamatan == "36.71.05"
    assert audited(village)[-2:] == ["person.by_hand", "enrolment.by_hand"]


def test_who_is_known_by_that_name_is_not_written_down_twice(
    ratna: Phone, rohayati: Phone, event: int, village: Village
) -> None:
    adds(ratna, event, "Rohayati").sees("walk-in-known.who.ask").reads("Cipondoh").presses("Rohayati").sees(
        "walk-in.seated"
    )
    assert person_named(village, "Rohayati")
    rohayati.says("jadwal saya").reads("Tas Belanja")
    adds(ratna, event, "rohayati").presses("Orang baru").sees("walk-in.seated")


def test_who_cannot_be_enrolled_is_not_written_down_either(ratna: Phone, village: Village) -> None:
    draft = new_event(ratna, "Tas Pesta", seats=5).id
    ratna.presses_action(f"event-copy:{draft}").says("9 januari")
    adds(ratna, event_named(village, "Tas Pesta").id, "Nining").sees("refused.enrolment_closed")
    with pytest.raises(sa.exc.NoResultFound):
        person_named(village, "Nining")


def test_who_has_a_seat_already_is_said(ratna: Phone, rohayati: Phone, event: int) -> None:
    rohayati.presses_action(f"enrol:{event}")
    adds(ratna, event, "Rohayati").presses("Rohayati").sees("refused.already_enrolled")


def test_who_has_to_be_contacted_and_why(ratna: Phone, rohayati: Phone, event: int) -> None:
    rohayati.presses_action(f"enrol:{event}")
    ratna.presses_action(f"unreached:{event}").sees("people.all_reached")
    adds(ratna, event, "Nining")
    rohayati.says("berhenti")
    ratna.presses_action(f"unreached:{event}").sees("people.unreached")
    ratna.reads("Nining: tidak punya alamat chat", "Rohayati: menghentikan pesan")


def test_long_lists_go_on(ratna: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Pesta", seats=40).id
    for number in range(11):
        adds(ratna, event, f"Peserta {'ABCDEFGHIJK'[number]}")
    ratna.presses("Peserta").reads("Peserta A", "Lainnya").presses("Lainnya").reads("Peserta K").does_not_read(
        "Peserta A"
    )
    ratna.presses_action(f"unreached:{event}").reads("11 orang", "Peserta H").presses("Lainnya").reads("Peserta K")
    ratna.does_not_read("Peserta A:")


def test_somebody_is_blocked_and_let_in_again(ratna: Phone, rohayati: Phone, event: int, village: Village) -> None:
    rohayati.presses_action(f"enrol:{event}")
    ratna.presses_action(f"people:{event}").presses("Rohayati").sees("people.page").reads("Cipondoh", "terdaftar")
    ratna.presses("Blokir").sees("people.block_sure").presses("Ya, blokir").sees("people.blocked")
    assert person_named(village, "Rohayati").blocked
    rohayati.says("menu").sees()
    ratna.presses("Buka blokir").sees("people.unblocked")
    rohayati.says("menu").sees("menu.ask")
    assert audited(village)[-2:] == ["person.block", "person.unblock"]


def test_who_asks_something_can_be_blocked_but_no_coordinator(ratna: Phone, dewi: Phone, village: Village) -> None:
    registered(village.phone("usil"), "Usil").says("petugas").says("Beli pulsa murah!")
    ratna.presses("Ambil").presses("Blokir").presses("Ya, blokir").sees("people.blocked")
    with village.reads() as session:
        hers = session.scalar(sa.select(Contact.person_id).where(Contact.address == "dewi"))
    ratna.presses_action(f"block-yes:{hers}").sees("refused.not_allowed")


@pytest.mark.parametrize(
    "action", ["people:1", "person:1.1", "unreached:1", "walk-in:1", "block:1", "block-yes:1", "unblock:1"]
)
def test_nobody_else_can_press_these(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")
