"""Events, from the coordinators' side: planned on paper first, published, changed, copied."""

import pytest

from bot.conversation.heard import Kind, Location
from models.events import Event, EventStatus
from tests.conftest import registered
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, event_named, meetings_of, new_event


def planned(ratna: Phone) -> Phone:
    """Everything an event needs is said; more details are offered."""
    ratna.says("koordinator").presses("Kegiatan baru").presses("Pelatihan").presses("Menjahit")
    ratna.says("Tas Belanja").says("Membuat tas dari kain sisa.").says("Balai Warga RW 05").says("cipondoh")
    return ratna.says("sabtu depan").presses("09.00–12.00").says("4 kali tiap 2 pekan").says("15").sees("plan.more.ask")


def test_a_draft_is_seen_by_nobody_until_it_is_published(ratna: Phone, rohayati: Phone, village: Village) -> None:
    planned(ratna).presses("Simpan dulu").sees("plan.review").reads(
        "Tas Belanja", "Sabtu, 5 Desember 2026", "tiap 14 hari"
    )
    ratna.presses("Benar").sees("plan.saved", "events.page").reads("rancangan", "0 dari 15")
    event = event_named(village, "Tas Belanja")
    assert event.status == EventStatus.DRAFT
    assert event.women_only
    rohayati.presses_action(f"event:{event.id}").sees("other.stale")
    ratna.presses("Terbitkan").sees("events.published_now").reads("DAFTAR tas-belanja")
    rohayati.says("DAFTAR tas-belanja").sees("event.card").reads("Tersisa 15 tempat", "Khusus perempuan")
    assert [m.starts_at.day for m in meetings_of(village, event)] == [5, 19, 2, 16]
    assert audited(village)[-2:] == ["event.create", "event.publish"]


def test_every_detail_can_be_told_at_once(ratna: Phone, rohayati: Phone, village: Village) -> None:
    planned(ratna).presses("Isi sekarang").says("sebelah pos RW").says("poris plawad").presses("Ya").presses("Tidak")
    ratna.says("kain 2 meter, gunting").says("4 desember jam 17").says("3").sees("plan.map.ask")
    ratna.sends(Kind.LOCATION, location=Location(-6.17, 106.67)).sees("plan.review")
    ratna.reads("Patokan: sebelah pos RW", "Anak boleh dibawa: ya", "Khusus perempuan: tidak", "kain 2 meter, gunting")
    ratna.reads("Jumat, 4 Desember 2026, pukul 17.00 WIB", "Poris Plawad").presses("Benar").presses("Terbitkan")
    event = event_named(village, "Tas Belanja")
    assert (event.latitude, event.longitude, event.min_meetings_for_certificate) == (-6.17, 106.67, 3)
    rohayati.presses_action(f"event:{event.id}").reads(
        "Anak boleh dibawa", "Bawa: kain 2 meter, gunting", "sebelah pos RW"
    )


def test_a_double_click_makes_one_event(ratna: Phone, village: Village) -> None:
    planned(ratna).presses("Simpan dulu").presses("Benar").presses_action("f:plan:ok").sees("other.stale")
    ratna.says("koordinator").presses("Kegiatan").reads("Rancangan] 1 kegiatan")


def test_every_answer_can_be_changed_on_the_way(ratna: Phone) -> None:
    planned(ratna).says("kembali").sees("plan.capacity.ask").says("20").presses("Simpan dulu").presses("Ubah")
    ratna.presses("Judul").says("Tas Pesta").sees("plan.review").reads("Tas Pesta", "Daya tampung: 20")
    ratna.presses("Batal").sees("form.cancelled").says("koordinator").presses("Kegiatan").presses("Rancangan")
    ratna.sees("events.no_draft")


def test_what_is_no_answer_is_asked_again(ratna: Phone) -> None:
    ratna.says("koordinator").presses("Kegiatan baru").presses("Seminar").presses("Kesehatan").says("Gizi Anak")
    ratna.says("Makan sehat.").says("Puskesmas").says("jakarta").sees("answer.outside").says("Karawaci")
    ratna.says("kemarin").says("1 januari 2020").sees("answer.past").says("besok").says("jam 9").sees(
        "answer.not_a_range"
    )
    ratna.says("9-12").says("banyak").sees("answer.not_a_number").says("0").sees("answer.too_small").says("2000")
    ratna.sees("answer.too_large").says("30").sees("plan.more.ask")


def test_a_larger_capacity_makes_offers_at_once(ratna: Phone, rohayati: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Belanja", seats=1)
    registered(village.phone("wati"), "Wati").presses_action(f"enrol:{event.id}").sees("enrol.done")
    rohayati.presses_action(f"enrol:{event.id}").sees("enrol.waiting")
    ratna.presses("Lihat kegiatan").reads("1 dari 1", "Daftar tunggu: 1").presses("Ubah").presses("Daya tampung").says(
        "2"
    )
    ratna.sees("event-edit.saved", "events.page")
    rohayati.reads("Ada tempat kosong").presses("Ya, saya ambil").sees("enrol.done")


def test_a_capacity_below_the_seats_taken_is_refused_and_asked_again(ratna: Phone, village: Village) -> None:
    event = new_event(ratna, "Tas Belanja", seats=5)
    for name in ("Wati", "Nur"):
        registered(village.phone(name), name).presses_action(f"enrol:{event.id}").sees("enrol.done")
    ratna.presses("Lihat kegiatan").presses("Ubah").presses("Daya tampung").says("1 orang")
    ratna.sees("refused.capacity_too_small", "event-edit.value.ask").reads("Sudah 2 tempat terisi").says("4")
    assert event_named(village, "Tas Belanja").capacity == 4


@pytest.mark.parametrize(
    ("field", "words", "column", "kept"),
    [
        ("Judul", "Tas Belanja dan Dompet Kain", "short_title", "Tas Belanja dan Dompet"),
        ("Isi", "Lebih banyak lagi.", "description", "Lebih banyak lagi."),
        ("Tempat", "Aula Kelurahan", "venue", "Aula Kelurahan"),
        ("Patokan", "depan masjid", "landmark", "depan masjid"),
        ("Bawaan", "-", "bring", []),
        ("Anak boleh dibawa", "ya", "childcare", True),
        ("Khusus perempuan", "tidak", "women_only", False),
        ("Syarat sertifikat", "5", "min_meetings_for_certificate", 5),
        ("Bidang", "memasak", "topic", "memasak"),
    ],
)
def test_one_thing_is_changed_and_the_rest_stays(
    ratna: Phone, village: Village, field: str, words: str, column: str, kept: object
) -> None:
    new_event(ratna, "Tas Belanja", seats=5)
    ratna.presses("Lihat kegiatan").presses("Ubah")
    if f"[{field}]" not in ratna.screen():
        ratna.presses("Lainnya")
    ratna.presses(field).sees("event-edit.value.ask").says(words).sees("event-edit.saved", "events.page")
    with village.reads() as session:
        assert getattr(session.get_one(Event, event_of(village)), column) == kept


def event_of(village: Village) -> int:
    return max(event_named(village, title).id or 0 for title in ("Tas Belanja", "Tas Belanja dan Dompet Kain"))


def test_a_new_kecamatan_asks_for_its_kelurahan(ratna: Phone, village: Village) -> None:
    new_event(ratna, "Tas Belanja", seats=5)
    ratna.presses("Lihat kegiatan").presses("Ubah").presses("Kecamatan").says("karawaci")
    ratna.sees("event-edit.kelurahan.ask").presses("Lewati").sees("event-edit.saved", "events.page")
    assert event_named(village, "Tas Belanja").kelurahan_desa is None


def test_an_earlier_event_is_copied_to_another_day(ratna: Phone, village: Village) -> None:
    first = new_event(ratna, "Tas Belanja", seats=5, times=3)
    ratna.presses("Lihat kegiatan").presses("Salin").sees("event-copy.date.ask").says("9 januari")
    ratna.sees("plan.saved", "events.page").reads("Sabtu, 9 Januari 2027, pukul 09.00", "rancangan")
    again = event_named(village, "Tas Belanja")
    assert again.slug == "tas-belanja-2"
    assert [m.starts_at.day for m in meetings_of(village, again)] == [9, 16, 23]
    assert event_named(village, "Tas Belanja").id != first.id


def test_a_draft_whose_day_has_passed_is_not_published(ratna: Phone, village: Village) -> None:
    planned(ratna).says("kembali").says("kembali").says("1").says("15").presses("Simpan dulu").presses("Benar")
    village.passes(days=20)
    ratna.presses("Terbitkan").sees("refused.no_meetings")


def test_lists_of_events_go_on_after_eight(ratna: Phone) -> None:
    ratna.says("koordinator").presses("Kegiatan").presses("Terbit").sees("events.list_published")
    assert [label for label, _ in ratna.seen[-1].choices][-2:] == ["Lainnya", "Menu"]
    first = ratna.screen()
    ratna.presses("Lainnya")
    assert ratna.screen() != first


@pytest.mark.parametrize("action", ["plan", "events", "events:draft:0", "manage:1", "publish:1", "event-edit:1"])
def test_nobody_else_can_press_these(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


def test_forged_numbers_are_stale(ratna: Phone) -> None:
    for action in ("event-edit:99999", "event-copy:x", "manage:", "meeting:99999", "events:nothing"):
        ratna.presses_action(action)
        assert ratna.seen[-1].key in {"other.stale", "refused.no_such_event", "events.which"}
