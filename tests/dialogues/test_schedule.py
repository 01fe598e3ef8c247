"""Her schedule, its calendar file, the reminder and her answer to it."""

import pytest
import sqlalchemy as sa

from models.enrolments import Answer, Attendance
from tests.conftest import registered
from tests.dialogue import Phone, Village
from tests.dialogues.test_enrol import event_id


@pytest.fixture
def enrolled(village: Village, rohayati: Phone) -> Phone:
    """Bu Rohayati has a seat in «Menjahit Dasar», which begins on 5 December at 09.00."""
    return rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}")


def answers(village: Village) -> list[tuple[Answer, str | None]]:
    with village.reads() as session:
        return [(Answer(a.answer), a.answer_how) for a in session.scalars(sa.select(Attendance))]


def reminded(phone: Phone) -> Phone:
    """The evening before: 4 December, 18.00 WIB."""
    phone.village.passes(hours=246)
    assert phone.seen[-1].key == "reminder.ask", phone.screen()
    return phone


def test_the_schedule_is_empty_at_first(rohayati: Phone) -> None:
    rohayati.says("jadwal saya").sees("schedule.none")
    rohayati.presses_action("calendar").sees("schedule.none")


def test_the_schedule_shows_the_next_meeting_and_leads_to_the_card(enrolled: Phone) -> None:
    enrolled.says("jadwal saya").sees("schedule.list").reads("Pertemuan ke-1 dari 8", "Sabtu, 5 Desember 2026")
    enrolled.presses("Menjahit Dasar").sees("event.card").reads("Ibu sudah terdaftar di sini.")


def test_the_calendar_is_a_file_on_telegram_and_a_link_on_whatsapp(village: Village, enrolled: Phone) -> None:
    enrolled.presses("Simpan ke kalender").sees("schedule.calendar")
    file = enrolled.seen[-1].reply.document
    assert file is not None
    assert file.filename == "jadwal.ics"
    other = registered(village.phone("nur", "whatsapp"), "Nur")
    other.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}").presses("Simpan ke kalender")
    other.sees("schedule.calendar_link").reads("http://127.0.0.1:8000/calendar/", ".ics")


def test_a_reminder_is_answered_by_button_number_or_words_and_the_last_answer_counts(
    village: Village, enrolled: Phone
) -> None:
    reminded(enrolled).presses("Bisa").sees("attending.coming").reads("Balai Warga RW 05")
    assert answers(village) == [(Answer.COMING, "button")]
    enrolled.presses("Bisa").sees("attending.coming")
    enrolled.says("2").sees("attending.excused").reads("izin untuk besok", "Pertemuan ke-2: Sabtu, 12 Desember 2026")
    assert answers(village) == [(Answer.EXCUSED, "text")]
    enrolled.says("jadwal saya").reads("Jawaban Ibu: tidak bisa datang.")


def test_a_reminder_answered_in_mid_form_leaves_the_form_open(enrolled: Phone) -> None:
    enrolled.says("profil saya").presses("Nama")
    reminded(enrolled).presses("Bisa").sees("attending.coming")
    enrolled.village.now = enrolled.village.now
    enrolled.says("batal").sees("form.cancelled")


def test_somebody_elses_reminder_is_not_hers_to_answer(village: Village, enrolled: Phone, siti: Phone) -> None:
    action = reminded(enrolled).seen[-1].choices[0][1]
    registered(siti, "Siti").presses_action(action).sees("refused.not_hers")
    village.phone("stranger").presses_action(action).sees("refused.not_hers")
    assert answers(village) == []


def test_after_the_meeting_it_is_too_late(village: Village, enrolled: Phone) -> None:
    action = reminded(enrolled).seen[-1].choices[0][1]
    village.passes(hours=24)
    enrolled.presses_action(action).sees("refused.meeting_over")


def test_who_left_the_event_answers_no_reminder(village: Village, enrolled: Phone) -> None:
    action = reminded(enrolled).seen[-1].choices[0][1]
    enrolled.presses_action(f"leave:{event_id(village, 'menjahit-dasar')}").says("ya")
    enrolled.presses_action(action).sees("refused.not_hers")
