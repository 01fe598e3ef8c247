"""Seats: taken, waited for, offered, given up; never anybody else's, never one too many."""

import re

import pytest
import sqlalchemy as sa

from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event, EventStatus
from models.seat_count import seats
from tests.conftest import registered
from tests.dialogue import Phone, Village


def event_id(village: Village, slug: str) -> int:
    with village.reads() as session:
        return session.scalars(sa.select(Event.id).where(Event.slug == slug)).one()


def status(village: Village, name: str) -> list[EnrolmentStatus]:
    from models.people import Person

    with village.reads() as session:
        found = session.scalars(
            sa.select(Enrolment.status).join(Person).where(Person.name == name).order_by(Enrolment.id)
        )
        return [EnrolmentStatus(status) for status in found]


@pytest.fixture
def full(village: Village) -> int:
    """One seat in «Gizi Keluarga», taken by Wati, who waits for nothing."""
    event = event_id(village, "gizi-keluarga")
    with village.writes() as session:
        shown = session.get_one(Event, event)
        shown.capacity, shown.reserved_seats = 1, 0
    registered(village.phone("wati"), "Wati").presses_action(f"enrol:{event}").sees("enrol.done")
    return event


def test_a_seat_is_taken_once_however_often_she_presses(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "menjahit-dasar")
    rohayati.presses_action(f"enrol:{event}").sees("enrol.done").reads("Ibu", "Menjahit Dasar", "Saya ingatkan sehari")
    rohayati.presses_action(f"enrol:{event}").sees("refused.already_enrolled")
    rohayati.presses_action(f"enrol-anyway:{event}").sees("refused.already_enrolled")
    with village.reads() as session:
        assert seats(session, event).left == 5


def test_whoever_comes_to_a_full_event_waits_in_line(village: Village, full: int, rohayati: Phone) -> None:
    rohayati.presses_action(f"event:{full}").reads("Sudah penuh").presses("Masuk daftar tunggu")
    rohayati.sees("enrol.waiting").reads("urutan ke-1")
    other = registered(village.phone("nur"), "Nur").presses_action(f"event:{full}").reads("1 orang menunggu")
    other.presses("Masuk daftar tunggu").reads("urutan ke-2")
    rohayati.says("jadwal saya").reads("Daftar tunggu, urutan ke-1")


def test_a_freed_seat_is_offered_to_the_next_who_takes_it(village: Village, full: int, rohayati: Phone) -> None:
    rohayati.presses_action(f"enrol:{full}")
    village.phone("wati").presses_action(f"leave:{full}").sees("leave.sure.ask").presses("Ya, keluar").sees(
        "enrol.left"
    )
    rohayati.sees("enrol.waiting", "offer.made")
    rohayati.presses("Ya, saya ambil").sees("enrol.done").reads("Ibu sudah terdaftar")
    rohayati.presses("Ya, saya ambil").sees("refused.already_enrolled")
    assert status(village, "Rohayati") == [EnrolmentStatus.ENROLLED]


def test_who_declines_makes_room_for_the_next(village: Village, full: int, rohayati: Phone) -> None:
    nur = registered(village.phone("nur"), "Nur")
    rohayati.presses_action(f"enrol:{full}")
    nur.presses_action(f"enrol:{full}")
    village.phone("wati").presses_action(f"leave:{full}").says("ya")
    rohayati.presses("Tidak, terima kasih").sees("enrol.declined")
    nur.sees("enrol.waiting", "offer.made").says("ya, saya ambil").sees("enrol.done")


def test_an_offer_nobody_answers_passes_on_after_its_time(village: Village, full: int, rohayati: Phone) -> None:
    nur = registered(village.phone("nur"), "Nur")
    rohayati.presses_action(f"enrol:{full}")
    nur.presses_action(f"enrol:{full}")
    village.phone("wati").presses_action(f"leave:{full}").says("ya")
    village.passes(hours=25)
    rohayati.sees("enrol.waiting", "offer.made", "offer.expired")
    rohayati.presses("Ya, saya ambil").sees("refused.offer_expired")
    nur.sees("enrol.waiting", "offer.made").presses("Ya, saya ambil").sees("enrol.done")


def test_anothers_offer_is_not_hers_to_take(village: Village, full: int, rohayati: Phone, siti: Phone) -> None:
    rohayati.presses_action(f"enrol:{full}")
    village.phone("wati").presses_action(f"leave:{full}").says("ya")
    offer = rohayati.seen[-1].choices[0][1]
    assert re.fullmatch(r"offer-yes:\d+", offer)
    registered(siti, "Siti").presses_action(offer).sees("refused.not_hers")
    village.phone("stranger").presses_action(offer).sees("refused.not_hers")
    rohayati.presses_action(offer).sees("enrol.done")


def test_leaving_is_asked_once_and_batal_never_costs_a_seat(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "gizi-keluarga")
    rohayati.presses_action(f"enrol:{event}").says("batal").sees("menu.ask")
    rohayati.presses_action(f"leave:{event}").says("batal").sees("enrol.kept")
    rohayati.presses_action(f"leave:{event}").says("tidak").sees("enrol.kept")
    rohayati.presses("Ya, keluar").sees("other.stale")
    assert status(village, "Rohayati") == [EnrolmentStatus.ENROLLED]
    rohayati.presses_action(f"leave:{event}").presses("Ya, keluar").sees("enrol.left")
    rohayati.presses_action(f"leave:{event}").sees("refused.not_enrolled")
    rohayati.presses_action(f"enrol:{event}").sees("enrol.done")


def test_two_events_on_one_day_are_said_and_may_both_be_taken(village: Village, rohayati: Phone) -> None:
    rohayati.presses_action(f"enrol:{event_id(village, 'menjahit-dasar')}")
    second = event_id(village, "mulai-usaha-dari-rumah")
    rohayati.presses_action(f"enrol:{second}").sees("enrol.conflict").presses("Tidak jadi").sees("event.card")
    rohayati.presses_action(f"enrol:{second}").presses("Tetap daftar").sees("enrol.done")


def test_who_is_not_registered_registers_first_and_comes_to_that_event(village: Village, siti: Phone) -> None:
    event = event_id(village, "gizi-keluarga")
    siti.presses_action(f"enrol:{event}").sees("register.consent.ask").says("boleh").says("ibu").says("Siti").says(
        "luar"
    )
    siti.says("selesai").says("benar").says("tidak").sees("news.declined", "event.card").presses("Daftar")
    siti.sees("enrol.done")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (EventStatus.CANCELLED, "Kegiatan ini dibatalkan."),
        (EventStatus.FINISHED, "Kegiatan ini sudah selesai."),
    ],
)
def test_an_event_that_is_over_says_so(village: Village, rohayati: Phone, state: EventStatus, said: str) -> None:
    event = event_id(village, "gizi-keluarga")
    with village.writes() as session:
        session.get_one(Event, event).status = state
    rohayati.says("daftar gizi-keluarga").sees("event.card").reads(said).does_not_read("[Daftar]")
    rohayati.presses_action(f"enrol:{event}")
    assert rohayati.seen[-1].key in ("refused.event_cancelled", "refused.enrolment_closed")


def test_a_draft_is_shown_to_nobody(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "gizi-keluarga")
    with village.writes() as session:
        session.get_one(Event, event).status = EventStatus.DRAFT
    rohayati.presses_action(f"event:{event}").sees("other.stale")
    rohayati.presses_action(f"place:{event}").sees("other.stale")
    rohayati.presses_action(f"enrol:{event}").sees("refused.enrolment_closed")
    rohayati.says("gizi keluarga").does_not_read("Gizi Keluarga dengan Belanja")


def test_enrolment_closes_when_the_coordinator_says_so(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "gizi-keluarga")
    with village.writes() as session:
        session.get_one(Event, event).closes_at = village.now
    rohayati.presses_action(f"event:{event}").reads("Pendaftarannya sudah ditutup.").does_not_read("[Daftar]")
    rohayati.presses_action(f"enrol:{event}").sees("refused.enrolment_closed")


def test_a_place_with_coordinates_is_sent_as_a_pin(village: Village, rohayati: Phone) -> None:
    event = event_id(village, "gizi-keluarga")
    with village.writes() as session:
        shown = session.get_one(Event, event)
        shown.latitude, shown.longitude = -6.09, 106.67
    rohayati.presses_action(f"event:{event}").presses("Tanya tempat").sees("event.place_landmark")
    pin = rohayati.seen[-1].reply.place
    assert pin is not None
    assert (pin.latitude, pin.longitude, pin.title) == (-6.09, 106.67, "Balai Desa Bojong Renged")


def test_near_events_come_first(rohayati: Phone) -> None:
    rohayati.says("menu").presses("Lihat kegiatan").presses("Yang paling dekat")
    labels = [label for label, _ in rohayati.seen[-1].choices]
    assert labels[0] == "Menjahit Dasar"
    assert labels[-2:] == ["Lainnya", "Menu"]
    assert len(labels) == 10
    rohayati.presses("Lainnya").sees("browse.list")
    assert len(rohayati.seen[-1].choices) == 9
    rohayati.presses("Lainnya").reads("Menjahit Dasar")


def test_an_empty_programme_says_so(village: Village, rohayati: Phone) -> None:
    with village.writes() as session:
        session.execute(sa.update(Event).values(status=EventStatus.FINISHED))
    rohayati.says("menu").presses("Lihat kegiatan").sees("browse.none_at_all")
    rohayati.presses_action("browse:topics").sees("browse.none_at_all")
    rohayati.presses_action("browse:training:0").sees("browse.none")
