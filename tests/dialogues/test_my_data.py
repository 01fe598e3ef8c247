"""What is kept about her is shown to her alone, whole and readable; and it goes at once when she says so."""

import sqlalchemy as sa

from models import handover
from models.events import Event
from models.people import Contact
from models.seat_count import seats
from tests.conftest import registered
from tests.dialogue import Phone, Village
from tests.dialogues.test_enrol import event_id
from tests.dialogues.test_welcome import rows_about


def test_everything_kept_is_shown(village: Village, rohayati: Phone) -> None:
    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}").says("petugas").says("Ada parkir?")
    rohayati.says("data saya").reads(
        "Nama: Rohayati", "Sapaan: Ibu", "Kecamatan: Cipondoh", "Minat: Menjahit", "Telegram: rohayati",
        "ikut program", "Menjahit Dasar untuk Pemula: terdaftar", "Ibu: «Ada parkir?»",
    )  # fmt: skip
    rohayati.does_not_read("36.71.05")


def test_a_long_story_comes_in_pages_of_at_most_700_letters(village: Village, rohayati: Phone) -> None:
    rohayati.says("petugas").says("Pertanyaan pertama: " + "a" * 280)
    for number in range(4):
        rohayati.says(f"Pertanyaan {number}: " + "b" * 280)
    with village.reads() as session:
        contact = session.scalars(sa.select(Contact)).one()
        assert handover.is_open(session, contact.id)
    rohayati.says("data saya").sees("data.page")
    pages = 1
    while rohayati.seen[-1].key == "data.page":
        assert len(rohayati.seen[-1].text) <= 700
        rohayati.presses("Lanjut")
        pages += 1
    rohayati.sees("data.last").reads("Hapus data saya")
    assert pages >= 3


def test_erasing_asks_once_and_forgets_everything_at_once(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "menjahit-dasar")
    rohayati.presses_action(f"enrol:{event}").says("petugas").says("Ini Rohayati, ada parkir?")
    rohayati.says("hapus data saya").sees("erase.sure.ask").says("tidak").sees("erase.cancelled")
    assert rows_about(village, "Rohayati")
    rohayati.says("hapus data saya").presses("Ya, hapus").sees("erase.done")
    assert not rows_about(village, "Rohayati")
    with village.reads() as session:
        assert session.scalar(sa.select(Contact)) is None
        assert seats(session, event).left == 6
    rohayati.says("jadwal saya").sees("register.consent.ask")


def test_no_message_to_her_stays_afterwards(village: Village, rohayati: Phone) -> None:
    from models.messages import OutboxMessage

    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}").says("hapus data saya").says("ya")
    with village.reads() as session:
        left = session.scalars(sa.select(OutboxMessage)).all()
        assert left == []


def test_an_old_yes_erases_nobody(village: Village, rohayati: Phone) -> None:
    rohayati.says("hapus data saya").says("batal").sees("erase.cancelled").presses("Ya, hapus").sees("other.stale")
    assert rows_about(village, "Rohayati")


def test_her_seat_goes_to_whoever_waits(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "gizi-keluarga")
    with village.writes() as session:
        shown = session.get_one(Event, event)
        shown.capacity, shown.reserved_seats = 1, 0
    nur = registered(village.phone("nur"), "Nur")
    rohayati.presses_action(f"enrol:{event}")
    nur.presses_action(f"enrol:{event}").sees("enrol.waiting")
    rohayati.says("hapus data saya").says("ya hapus").sees("erase.done")
    nur.sees("enrol.waiting", "offer.made")


def test_somebody_unknown_can_be_forgotten_too(village: Village, siti: Phone) -> None:
    siti.says("halo").says("hapus data saya").sees("erase.sure.ask").reads("Alamat chat ini").says("ya").sees(
        "erase.done"
    )
    with village.reads() as session:
        assert session.scalar(sa.select(Contact)) is None


def test_the_profile_is_changed_one_answer_at_a_time(village: Village, rohayati: Phone) -> None:
    rohayati.says("profil saya").presses("Kecamatan").says("serpong").sees("profile.saved", "profile.ask")
    rohayati.reads("Kecamatan: Serpong", "Nama: Rohayati", "Minat: Menjahit")
    rohayati.presses("Kelurahan/desa").says("buaran").reads("Kelurahan/desa: Buaran")
    rohayati.presses("Sapaan").presses("Lainnya").says("Mpok").reads("Sapaan: Mpok", "Sudah saya ganti, Mpok.")
    rohayati.presses("Nama").says("kembali").sees("form.cancelled")
    rohayati.presses("Nama").says("Rohayati Ningsih").reads("Nama: Rohayati Ningsih")
    rohayati.presses("Mulai kabar kegiatan").reads("Kabar kegiatan baru: ya")
    rohayati.presses("Mulai kabar kegiatan").reads("Kabar kegiatan baru: ya")
    rohayati.presses("Stop kabar kegiatan").reads("Kabar kegiatan baru: tidak")
