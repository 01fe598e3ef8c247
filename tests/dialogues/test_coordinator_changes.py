"""Moving and cancelling: each asks once, says how many will be told, and they are told."""

import pytest

from models.events import EventStatus, MeetingStatus
from tests.conftest import registered
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, event_named, meetings_of, new_event


@pytest.fixture
def enrolled(ratna: Phone, rohayati: Phone, village: Village) -> Phone:
    """Rohayati has a seat in «Tas Belanja», which meets three times."""
    event = new_event(ratna, "Tas Belanja", seats=1, times=3)
    rohayati.presses_action(f"enrol:{event.id}").sees("enrol.done")
    return rohayati


def meeting_page(ratna: Phone, number: int) -> Phone:
    return ratna.presses("Lihat kegiatan").presses("Pertemuan").presses(f"Pertemuan ke-{number}").sees("meetings.page")


def test_a_moved_meeting_is_announced(enrolled: Phone, ratna: Phone, village: Village) -> None:
    meeting_page(ratna, 2).reads("Belum menjawab: 1").presses("Pindahkan").says("14 desember").presses("09.00–12.00")
    ratna.sees("meeting-move.review").reads("Senin, 14 Desember 2026", "1 orang akan saya kabari").presses("Benar")
    ratna.sees("changes.moved")
    enrolled.reads("Semula: Sabtu, 12 Desember 2026", "Menjadi: Senin, 14 Desember 2026")
    assert "meeting.move" in audited(village)


def test_a_meeting_is_not_moved_into_the_past(enrolled: Phone, ratna: Phone) -> None:
    meeting_page(ratna, 1).presses("Pindahkan").says("hari ini").says("8-9").presses("Benar")
    ratna.sees("refused.in_the_past")
    enrolled.does_not_read("Semula")


def test_one_meeting_is_cancelled_and_announced(enrolled: Phone, ratna: Phone, village: Village) -> None:
    meeting_page(ratna, 2).presses("Batalkan pertemuan").sees("meeting-cancel.sure.ask").reads(
        "1 orang akan saya kabari"
    )
    ratna.presses("Ya, batalkan").sees("changes.meeting_cancelled")
    enrolled.reads("tidak jadi", "Sabtu, 12 Desember 2026")
    statuses = [m.status for m in meetings_of(village, event_named(village, "Tas Belanja"))]
    assert statuses == [MeetingStatus.PLANNED, MeetingStatus.CANCELLED, MeetingStatus.PLANNED]


def test_a_meeting_is_added_and_announced_once(enrolled: Phone, ratna: Phone, village: Village) -> None:
    event = event_named(village, "Tas Belanja")
    for answer in ("changes.meeting_added", "refused.meeting_exists"):
        ratna.presses_action(f"meetings:{event.id}").presses("Tambah pertemuan").sees("meeting-add.date.ask")
        ratna.says("26 desember").presses("09.00–12.00").sees("meeting-add.review")
        ratna.reads("Sabtu, 26 Desember 2026", "1 orang akan saya kabari").presses("Benar").sees(answer)
    enrolled.reads("pertemuan tambahan", "Sabtu, 26 Desember 2026")
    assert [sight.reply.key for sight in enrolled.seen].count("notice.meeting_added") == 1
    assert len(meetings_of(village, event)) == 4
    enrolled.says("jadwal saya").reads("Pertemuan ke-1 dari 4")
    assert audited(village).count("meeting.add") == 1


def test_no_meeting_is_added_in_the_past_or_to_what_is_over(ratna: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Pesta", seats=5)
    ratna.presses_action(f"meeting-add:{event.id}").says("hari ini").says("8-9").presses("Benar")
    ratna.sees("refused.in_the_past")
    ratna.presses_action(f"event-cancel:{event.id}").presses("Ya, batalkan")
    ratna.presses_action(f"meetings:{event.id}").does_not_read("Tambah pertemuan")


def test_tidak_jadi_changes_nothing(enrolled: Phone, ratna: Phone, village: Village) -> None:
    meeting_page(ratna, 2).presses("Batalkan pertemuan").presses("Tidak jadi").sees("form.cancelled")
    ratna.says("koordinator").presses("Kegiatan").presses("Terbit").presses("Tas Belanja").presses("Batalkan kegiatan")
    ratna.says("batal").sees("form.cancelled")
    assert event_named(village, "Tas Belanja").status == EventStatus.PUBLISHED
    enrolled.does_not_read("dibatalkan", "tidak jadi")


def test_a_cancelled_event_tells_those_in_line_too(enrolled: Phone, ratna: Phone, village: Village) -> None:
    event = event_named(village, "Tas Belanja")
    waits = (
        registered(village.phone("wati", "whatsapp"), "Wati").presses_action(f"enrol:{event.id}").sees("enrol.waiting")
    )
    ratna.presses("Lihat kegiatan").presses("Tambah orang").says("Nining").presses("Lewati").sees("walk-in.waits")
    ratna.presses_action(f"event-cancel:{event.id}").sees("event-cancel.sure.ask")
    ratna.reads("2 orang akan saya kabari", "1 orang tidak terjangkau").presses("Ya, batalkan").sees(
        "changes.event_cancelled"
    )
    enrolled.reads("dibatalkan")
    waits.reads("dibatalkan")
    assert event_named(village, "Tas Belanja").status == EventStatus.CANCELLED
    ratna.presses_action(f"event-cancel:{event.id}").presses("Ya, batalkan").sees("refused.event_over")


def test_the_last_meeting_is_not_cancelled_alone(ratna: Phone, village: Village) -> None:
    new_event(ratna, "Tas Pesta", seats=5)
    meeting_page(ratna, 1).presses("Batalkan pertemuan").presses("Ya, batalkan").sees("refused.only_meeting")


def test_of_a_draft_nobody_hears(ratna: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Pesta", seats=5)
    ratna.presses_action(f"event-copy:{event.id}").says("9 januari").presses("Batalkan kegiatan")
    ratna.reads("masih rancangan").presses("Ya, batalkan").sees("changes.event_cancelled")


@pytest.mark.parametrize(
    "what", ["meeting-move", "meeting-add", "meeting-cancel", "event-cancel", "meetings", "meeting"]
)
def test_nobody_else_can_press_these(rohayati: Phone, what: str) -> None:
    rohayati.presses_action(f"{what}:1").sees("other.stale")
