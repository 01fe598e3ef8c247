"""Broadcasts, from writing to the last count: seen before they go, confirmed twice, once however often she clicks."""

import pytest
import sqlalchemy as sa

from bot.conversation.heard import Kind, MediaRef
from handlers.coordinator_broadcast import picture_came
from models import media
from models.broadcasts import Broadcast
from models.office import Media
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, new_event


def reader(village: Village, name: str, channel: str = "telegram", news: str = "Boleh") -> Phone:
    """A participant of Cipondoh who likes sewing and, unless said otherwise, wants news."""
    phone = village.phone(name.lower(), channel)
    phone.says("halo").presses("Boleh").presses("Ibu").says(name).says("cipondoh").says("lewati").says("jahit")
    return phone.presses("Benar").presses(news)


@pytest.fixture
def siti(village: Village) -> Phone:
    return reader(village, "Siti")


@pytest.fixture
def wati(village: Village) -> Phone:
    return reader(village, "Wati", "whatsapp")


def writes(ratna: Phone, text: str = "Ada kelas baru.") -> Phone:
    """Ratna writes a text of her own; the audience is asked."""
    ratna.says("koordinator").presses("Siaran").presses("Siaran baru").presses("Tulis sendiri").says(text)
    return ratna.sees("broadcast.audience.ask")


def previewed(ratna: Phone, text: str = "Ada kelas baru.") -> Phone:
    return writes(ratna, text).presses("Semua peserta").presses("Lewati")


def sent(village: Village) -> int:
    """How many broadcasts there are; what is due goes out."""
    for _ in range(4):
        village.passes(seconds=1)
    with village.reads() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Broadcast)) or 0


def test_it_is_seen_first_confirmed_twice_and_then_reaches_everybody(
    ratna: Phone, siti: Phone, wati: Phone, rohayati: Phone, village: Village
) -> None:
    previewed(ratna).sees("broadcast.text", "broadcast-send.when.ask")
    ratna.reads("Ada kelas baru.", "STOP SIARAN", "Telegram: 1 terjangkau", "WhatsApp: 1 terjangkau")
    ratna.reads("Belum mengizinkan kabar: 2", "Jumlah: 4")  # Rohayati said no, Ratna was never asked
    ratna.presses("Sekarang").sees("broadcast-send.sure.ask").reads("untuk 2 orang").presses("Ya, kirim")
    ratna.sees("broadcast.queued")
    assert sent(village) == 1
    for phone in (siti, wati):
        phone.reads("Ada kelas baru.")
    rohayati.does_not_read("Ada kelas baru.")
    ratna.presses("Lihat kemajuan").sees("broadcasts.page").reads("Keadaan: selesai", "Terkirim: 2", "Jumlah: 4")
    assert ratna.seen[-1].reply.replaces
    assert audited(village)[-1] == "broadcast.create"


def test_the_preview_is_what_the_women_get(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna, "Halo Ibu-ibu.\n\nAda *kelas* baru!")
    preview = ratna.seen[-2]
    ratna.presses("Sekarang").presses("Ya, kirim")
    sent(village)
    assert (siti.seen[-1].text, siti.seen[-1].choices) == (preview.text, preview.choices)


def test_an_event_is_announced_with_a_button_that_leads_to_it(ratna: Phone, siti: Phone, village: Village) -> None:
    new_event(ratna, "Tas Belanja", seats=5)
    ratna.presses("Siarkan").sees("broadcast.audience.ask").presses("Belum ikut apa pun").presses("Lewati")
    ratna.reads("Tas Belanja", "Sabtu, 5 Desember 2026", "Lihat kegiatan ini").presses("Sekarang").presses("Ya, kirim")
    sent(village)
    siti.reads("Tas Belanja").presses("Lihat kegiatan ini").sees("event.card").presses("Daftar").sees("enrol.done")


def test_a_double_click_is_one_broadcast(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).presses("Sekarang").presses("Ya, kirim").presses_action("a:broadcast-send:sure:ya").sees(
        "other.stale"
    )
    assert sent(village) == 1


def test_tidak_jadi_sends_nothing(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).presses("Sekarang").presses("Tidak jadi").sees("broadcast.not_sent")
    previewed(ratna).says("batal").sees("broadcast.not_sent")
    assert sent(village) == 0
    siti.does_not_read("Ada kelas baru.")


def test_it_waits_for_its_time(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).says("besok jam 9").reads("Rabu, 25 November 2026, pukul 09.00").presses("Ya, kirim")
    sent(village)
    siti.does_not_read("Ada kelas baru.")
    ratna.presses("Lihat kemajuan").reads("menunggu waktunya", "Menunggu: 1")
    village.passes(hours=21)
    siti.reads("Ada kelas baru.")


def test_at_night_she_is_told_that_it_waits_for_the_morning(ratna: Phone, siti: Phone, village: Village) -> None:
    village.passes(hours=10)  # 22.00
    previewed(ratna).presses("Sekarang").reads("setelah jam tenang", "Rabu, 25 November 2026, pukul 07.00").presses(
        "Ya, kirim"
    )
    sent(village)
    siti.does_not_read("Ada kelas baru.")
    village.passes(hours=9)
    siti.reads("Ada kelas baru.")


def test_it_is_paused_goes_on_and_is_stopped(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).says("besok jam 9").presses("Ya, kirim")
    sent(village)
    ratna.presses("Lihat kemajuan").presses("Tunda").reads("ditunda", "Menunggu: 1")
    village.passes(hours=24)
    siti.does_not_read("Ada kelas baru.")
    ratna.presses("Hentikan").sees("broadcasts.stop_sure").presses("Lanjutkan").sees("broadcasts.page")
    ratna.presses("Hentikan").presses("Ya, hentikan").reads("dihentikan")
    sent(village)
    siti.does_not_read("Ada kelas baru.")
    ratna.presses_action("broadcast-show:1").reads("Dihentikan: 1", "Jumlah: 2")
    ratna.presses_action("broadcast-on:1").sees("refused.broadcast_over")
    assert audited(village)[-4:] == ["broadcast.pause", "broadcast.resume", "broadcast.pause", "broadcast.cancel"]


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        (["Menurut bidang", "Menjahit"], "peminat Menjahit"),
        (["Menurut kecamatan", "cipondoh"], "warga Cipondoh"),
        (["Belum ikut apa pun"], "yang belum ikut apa pun"),
    ],
)
def test_it_may_be_for_some(ratna: Phone, siti: Phone, choices: list[str], named: str) -> None:
    writes(ratna)
    for choice in choices:
        ratna.says(choice)
    ratna.presses("Lewati").sees("broadcast.text", "broadcast-send.when.ask").reads(f"untuk {named}", "1 terjangkau")


def test_it_may_be_for_those_in_one_event(ratna: Phone, rohayati: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Belanja", seats=5)
    rohayati.presses_action(f"enrol:{event.id}")
    writes(ratna, "Bawa gunting, ya.").presses("Peserta satu kegiatan").presses("Tas Belanja").presses("Lewati")
    ratna.reads("untuk peserta Tas Belanja", "Telegram: 1 terjangkau").presses("Sekarang").presses("Ya, kirim")
    sent(village)
    rohayati.reads("Bawa gunting, ya.")  # what concerns her own event needs no consent to news


def test_nobody_to_receive_it_is_said_and_the_audience_asked_again(ratna: Phone, rohayati: Phone) -> None:
    previewed(ratna).sees("broadcast.nobody", "broadcast.audience.ask").reads("Belum mengizinkan kabar: 2")


def test_whom_only_a_template_reaches_reads_it_on_one_line(ratna: Phone, wati: Phone, village: Village) -> None:
    village.passes(hours=25)
    previewed(ratna, "Ada kelas baru.\nDaftar, ya.").sees("broadcast.text", "broadcast.flat", "broadcast-send.when.ask")
    ratna.reads("Ada kelas baru. Daftar, ya.", "1 lewat 24 jam")
    previewed(ratna, "Ada kelas baru.").sees("broadcast.text", "broadcast-send.when.ask")


def test_what_was_written_may_be_changed_after_the_preview(ratna: Phone, siti: Phone) -> None:
    previewed(ratna).presses("Ubah").sees("broadcast.audience.ask").says("kembali")
    ratna.presses_action("broadcast").sees("broadcast.what.ask")


def photo(ratna: Phone, content_type: str = "image/jpeg") -> Phone:
    writes(ratna).presses("Semua peserta").says("ini fotonya").sees("answer.not_a_picture")
    return ratna.sends(Kind.PHOTO, MediaRef("file-1", content_type, 1000))


def comes(village: Village, data: bytes | None) -> str:
    """The picture is fetched, or refused; where it is shown."""
    with village.writes() as session:
        found = session.scalars(sa.select(Media)).one()
        media.keep_picture(session, found.token, data)
        picture_came(session, found, village.now)
    village.delivers()
    return f"/media/{found.token}"


def test_a_picture_is_fetched_before_the_preview(ratna: Phone, siti: Phone, village: Village) -> None:
    photo(ratna).sees("broadcast.fetching")
    path = comes(village, b"picture")
    ratna.sees("broadcast.fetching", "broadcast.text", "broadcast.picture_ready")
    assert ratna.seen[-2].reply.image == path
    ratna.presses("Lanjut").sees("broadcast-send.when.ask").presses("Sekarang").presses("Ya, kirim")
    sent(village)
    siti.reads("Ada kelas baru.")
    assert siti.seen[-1].reply.image == path


def test_a_picture_that_is_too_large_is_kindly_refused(ratna: Phone, siti: Phone, village: Village) -> None:
    photo(ratna)
    comes(village, None)
    ratna.sees("broadcast.fetching", "broadcast.picture_refused").presses("Tanpa gambar")
    ratna.sees("broadcast.text", "broadcast-send.when.ask").presses("Sekarang").presses("Ya, kirim")
    sent(village)
    assert siti.seen[-1].reply.image is None


def test_what_is_no_picture_is_asked_again(ratna: Phone, siti: Phone, village: Village) -> None:
    photo(ratna, "application/pdf").sees("broadcast.no_picture", "broadcast.picture.ask").presses("Lewati")
    ratna.sees("broadcast.text", "broadcast-send.when.ask")


def test_nothing_goes_before_its_picture_is_there(ratna: Phone, siti: Phone, village: Village) -> None:
    photo(ratna).says("sekarang").says("ya").sees("broadcast.fetching")
    assert sent(village) == 0
    comes(village, b"picture")
    ratna.presses("Lanjut").presses("Sekarang").presses("Ya, kirim").sees("broadcast.queued")


def test_who_gave_it_up_meanwhile_hears_nothing_of_the_picture(ratna: Phone, siti: Phone, village: Village) -> None:
    photo(ratna).says("batal").sees("broadcast.not_sent")
    comes(village, b"picture")
    ratna.sees("broadcast.not_sent")


@pytest.mark.parametrize(
    "action",
    [
        "broadcast",
        "broadcasts",
        "announce:1",
        "broadcast-show:1",
        "broadcast-stop:1",
        "broadcast-end:1",
        "broadcast-ready",
    ],
)
def test_nobody_else_can_press_these(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


def test_old_buttons_are_stale(ratna: Phone) -> None:
    ratna.presses_action("broadcast-ready").sees("other.stale").presses_action("broadcast-plain").sees("other.stale")
    ratna.presses_action("broadcast-show:99").sees("refused.no_such_broadcast")


def test_a_draft_is_not_announced(ratna: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Belanja", seats=5)
    ratna.presses_action(f"event-copy:{event.id}").says("9 januari")
    ratna.presses_action(f"announce:{event.id + 1}").sees("other.stale")
