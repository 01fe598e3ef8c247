"""Attendance: the evening before, how many come; at the meeting, who came, by tapping names."""

import pytest

from models import attendance
from models.enrolments import Presence
from tests.conftest import registered
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, event_named, meetings_of, new_event, person_named


@pytest.fixture
def enrolled(ratna: Phone, village: Village) -> list[Phone]:
    """Rohayati, Siti and Wati have seats in «Tas Belanja», on Saturday the 5th at nine."""
    event = new_event(ratna, "Tas Belanja", seats=20)
    phones = [registered(village.phone(name.lower()), name) for name in ("Rohayati", "Siti", "Wati")]
    for phone in phones:
        phone.presses_action(f"enrol:{event.id}").sees("enrol.done")
    return phones


@pytest.fixture
def morning(enrolled: list[Phone], village: Village) -> None:
    """Saturday the 5th, 08.30."""
    village.passes(days=10, hours=20, minutes=30)


def meeting(village: Village) -> int:
    return meetings_of(village, event_named(village, "Tas Belanja"))[0].id


def presence(village: Village, name: str) -> Presence:
    with village.reads() as session:
        lines = attendance.roster(session, meeting(village))
    return next(line.presence for line in lines if line.person_id == person_named(village, name).id)


def test_the_evening_before_she_hears_how_many_come(enrolled: list[Phone], ratna: Phone, village: Village) -> None:
    village.passes(days=10, hours=6)  # Friday, 18.00
    rohayati, siti, _ = enrolled
    rohayati.presses("Bisa").sees("attending.coming")
    siti.presses("Tidak bisa").sees("attending.excused")
    village.passes(hours=2)
    ratna.reads("Tas Belanja", "Bisa datang: 1", "Tidak bisa: 1", "Belum menjawab: 1").presses("Daftar hadir")
    ratna.sees("attendance.roster").reads("Rohayati, bilang bisa", "Siti, izin", "Wati, belum menjawab")


def test_a_tap_leads_from_one_state_to_the_next(morning: None, ratna: Phone, village: Village) -> None:
    ratna.says("koordinator").presses("Kehadiran").sees("attendance.which").presses("Tas Belanja")
    ratna.reads("belum dicatat 3").presses("Siti — ?").sees("attendance.roster").reads("Hadir 1", "belum dicatat 2")
    assert ratna.seen[-1].reply.replaces
    assert presence(village, "Siti") is Presence.PRESENT
    ratna.presses("Siti — hadir").reads("telat 1").presses("Siti — telat").reads("tidak hadir 1")
    ratna.presses("Siti — tidak").reads("belum dicatat 3")
    assert "attendance.mark" in audited(village)


def test_the_same_row_pressed_twice_notes_the_same(morning: None, ratna: Phone, village: Village) -> None:
    siti = person_named(village, "Siti").id
    for _ in range(2):
        ratna.presses_action(f"mark:{meeting(village)}.{siti}.present").reads("Hadir 1")
    assert presence(village, "Siti") is Presence.PRESENT


def test_done_shows_the_counts(morning: None, ratna: Phone, village: Village) -> None:
    ratna.presses_action(f"roster:{meeting(village)}").presses("Wati — ?").presses("Selesai").sees("attendance.done")
    ratna.reads("Hadir: 1", "Belum dicatat: 2").presses("Daftar hadir").sees("attendance.roster")


def test_a_long_list_stays_on_the_page_of_the_name_that_was_tapped(ratna: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Belanja", seats=40)
    for letter in "ABCDEFGHIJKL":
        ratna.presses_action(f"walk-in:{event.id}").says(f"{letter}aminah").presses("Lewati")
    village.passes(days=10, hours=20, minutes=30)
    ratna.presses_action(f"roster:{meeting(village)}").presses("Lainnya").presses("Kaminah — ?")
    assert [label for label, _ in ratna.seen[-1].choices] == [
        "Iaminah — ?", "Jaminah — ?", "Kaminah — hadir", "Laminah — ?", "Lainnya", "Menu",
    ]  # fmt: skip


def test_somebody_who_simply_came_is_added_and_noted(morning: None, ratna: Phone, village: Village) -> None:
    event = event_named(village, "Tas Belanja").id
    ratna.presses_action(f"walk-in:{event}").says("Nining").presses("Lewati").sees("walk-in.seated")
    ratna.presses_action(f"roster:{meeting(village)}").presses("Nining — ?").reads("Hadir 1")


def test_nobody_has_come_long_before_it_begins(enrolled: list[Phone], ratna: Phone, village: Village) -> None:
    ratna.presses_action(f"roster:{meeting(village)}").presses("Wati — ?").sees("refused.presence_too_early")
    ratna.reads("Sabtu, 5 Desember 2026")
    assert presence(village, "Wati") is Presence.UNKNOWN


def test_the_list_counts_who_is_excused(enrolled: list[Phone], ratna: Phone, village: Village) -> None:
    village.passes(days=10, hours=6)  # Friday, 18.00
    enrolled[1].presses("Tidak bisa")
    village.passes(hours=14, minutes=30)
    ratna.presses_action(f"roster:{meeting(village)}").reads("belum dicatat 3 (1 izin)")
    ratna.presses("Siti — ?").reads("Hadir 1", "belum dicatat 2.")  # she came after all


def test_an_empty_list_offers_to_add_somebody(ratna: Phone, village: Village) -> None:
    new_event(ratna, "Tas Belanja", seats=5)
    ratna.presses_action(f"roster:{meeting(village)}").sees("attendance.nobody").presses("Tambah orang")
    ratna.sees("walk-in.name.ask")


@pytest.mark.parametrize("action", ["attendance", "roster:1", "mark:1.1.present", "attended:1"])
def test_nobody_else_can_press_these(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


@pytest.mark.parametrize("action", ["roster:99999", "mark:1.1.gone", "mark:x", "attended:"])
def test_forged_ones_are_stale(ratna: Phone, action: str) -> None:
    ratna.presses_action(action).sees("other.stale")


def test_nobody_who_is_not_on_the_list_is_noted(morning: None, ratna: Phone, village: Village) -> None:
    ratna.presses_action(f"mark:{meeting(village)}.99999.present").sees("refused.not_hers")
