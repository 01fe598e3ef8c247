"""After a restored backup a coordinator finds what is held on her desk, sends what still makes sense, drops the rest."""

from datetime import timedelta

import pytest

from models import broadcasting, held, holding, notices, roles
from models.broadcasts import BroadcastStatus
from models.office import AuditEntry
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, new_event


def restored(village: Village) -> None:
    """As if the data had just come from a backup: nothing unsent goes by itself."""
    with village.writes() as session:
        holding.pause_broadcasts(session)
        holding.expire_missed(session, village.now, village.programme)
    with village.writes() as session:
        holding.hold_unsent(session, village.now)
        holding.remember_restore(session, village.now)


def while_phones_are_off(village: Village, **time: float) -> None:
    """Time passes, what falls due is written and then held, because the data comes from a backup."""
    phones, village.phones = village.phones, {}
    village.passes(**time)
    restored(village)
    village.phones = phones
    village.delivers()


@pytest.fixture
def reminded(ratna: Phone, dewi: Phone, rohayati: Phone, village: Village) -> Phone:
    """Bu Rohayati has a seat on Saturday; her reminder was written and then held."""
    event = new_event(ratna, "Tas Belanja", seats=5)
    rohayati.presses_action(f"enrol:{event.id}").sees("enrol.done")
    while_phones_are_off(village, days=10, hours=6.5)
    return rohayati


def test_the_desk_shows_held_messages_only_while_there_are_any(ratna: Phone, reminded: Phone, village: Village) -> None:
    ratna.says("koordinator").reads("Pesan ditahan (1)").presses("Pesan ditahan (1)").sees("held.list")
    ratna.reads("1 pesan saya tahan", "Pengingat, Tas Belanja: 1", "Jumat, 4 Desember 2026")
    ratna.presses("Tas Belanja").sees("held.ask").presses("Buang").sees("held.dropped").reads("1 pesan saya buang")
    ratna.does_not_read("Pesan ditahan").presses("Koordinator").does_not_read("Pesan ditahan")
    reminded.does_not_read("Bisa datang?")
    assert audited(village)[-1] == "held.drop"
    with village.reads() as session:
        entry = session.get_one(AuditEntry, len(audited(village)))
        assert (entry.subject.startswith("held reminder."), entry.detail) == (True, {"count": 1})


def test_what_she_sends_arrives(ratna: Phone, reminded: Phone, village: Village) -> None:
    ratna.says("koordinator").presses("Pesan ditahan (1)").presses("Semuanya").sees("held.ask")
    ratna.reads("Pengingat, Tas Belanja: 1").presses("Kirim").sees("held.sent")
    reminded.reads("besok", "Tas Belanja", "Bisa datang?").presses("Bisa").sees("attending.coming")


def test_what_would_come_too_late_expires_instead(ratna: Phone, reminded: Phone, village: Village) -> None:
    ratna.says("koordinator").presses("Pesan ditahan (1)").presses("Tas Belanja").sees("held.ask")
    village.now += timedelta(days=1)
    ratna.presses("Kirim").sees("held.sent")
    reminded.does_not_read("Bisa datang?")
    with village.reads() as session:
        assert held.count(session) == 0


def test_a_second_coordinator_hears_that_it_was_decided(ratna: Phone, dewi: Phone, reminded: Phone) -> None:
    dewi.says("koordinator").presses("Pesan ditahan (1)").presses("Tas Belanja").sees("held.ask")
    ratna.says("koordinator").presses("Pesan ditahan (1)").presses("Semuanya").presses("Buang").sees("held.dropped")
    dewi.presses("Kirim").sees("refused.nothing_held")
    reminded.does_not_read("Bisa datang?")
    dewi.presses_action("held").sees("held.none")


def test_a_held_broadcast_is_named_by_its_words_and_goes_on(ratna: Phone, siti: Phone, village: Village) -> None:
    siti.says("halo").presses("Boleh").presses("Ibu").says("Siti").says("cipondoh").says("lewati").says("jahit")
    siti.presses("Benar").presses("Boleh")
    with village.writes() as session:
        text = notices.announcement("Besok ada bazar, ya.")
        broadcasting.create(session, roles.COMMAND_LINE, "all", text, village.now, village.now)
    while_phones_are_off(village, hours=1)
    siti.does_not_read("bazar")
    ratna.says("koordinator").presses("Pesan ditahan (1)").reads("Siaran, Besok ada bazar, ya.: 1")
    ratna.presses("Besok ada bazar, ya.").presses("Kirim").sees("held.sent")
    for _ in range(3):
        village.passes(seconds=2)
    siti.reads("Besok ada bazar, ya.")
    with village.reads() as session:
        progress = broadcasting.progress(session, 1)
    assert (progress.status, dict(progress.counts)) == (BroadcastStatus.FINISHED, {"accepted": 1})


@pytest.mark.parametrize("action", ["held", "held-of:all", "held-send:all", "held-drop:reminder.1"])
def test_nobody_else_can_press_these(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


@pytest.mark.parametrize("argument", ["", "reminder", "reminder.x", "salary.1", "reminder.1.2", "reminder.-1"])
def test_forged_buttons_are_stale(ratna: Phone, argument: str) -> None:
    ratna.presses_action(f"held-send:{argument}").sees("other.stale")
