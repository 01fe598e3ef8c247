"""How a broadcast ends: one summary with a picture, who was not reached, sending it again; and what is settled before."""

import asyncio
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from bot.channels.base import Blocked, NotSent, Rejected, Sent
from bot.delivery.claims import Terms, claim
from bot.delivery.results import Result
from bot.jobs import JOBS
from bot.storage import Storage
from models import freezing, media
from models.broadcasts import Broadcast
from models.programme import Programme
from tests.dialogue import Phone, Village
from tests.dialogues.conftest import coordinator
from tests.dialogues.test_coordinator_broadcast import previewed, reader, sent


@pytest.fixture
def siti(village: Village) -> Phone:
    return reader(village, "Siti")


@pytest.fixture
def ani(village: Village) -> Phone:
    return reader(village, "Ani")


def goes(ratna: Phone) -> Phone:
    return previewed(ratna).presses("Sekarang").presses("Ya, kirim").sees("broadcast.queued")


def goes_wrong(village: Village, **outcomes: NotSent) -> None:
    """What is queued is written down and sent; for some it ends like this, everybody else gets it."""
    with village.writes() as session:
        while JOBS["broadcasts"](session, village.now, village.programme):
            session.flush()
            rows = claim(session, Terms("telegram", "test", village.programme, False), village.now, 100, 100)
            results = [Result(row, outcomes.get(row.address, Sent("x")), village.now) for row in rows]
            village.ledger.record(session, results)
            session.flush()


def broadcasts(village: Village) -> list[Broadcast]:
    with village.reads() as session:
        return list(session.scalars(sa.select(Broadcast).order_by(Broadcast.id)))


def test_coordinators_are_told_once_with_a_picture(ratna: Phone, dewi: Phone, siti: Phone, village: Village) -> None:
    goes(ratna)
    sent(village)
    told = [seen for phone in (ratna, dewi) for seen in phone.seen if seen.key == "broadcast.summary"]
    assert len(told) == 2
    assert "Terkirim: 1" in told[0].text
    assert [label for label, _ in told[0].choices] == ["Lihat kemajuan", "Menu"]
    path = told[0].reply.image or ""
    with village.reads() as session:
        kept = media.picture(session, path.removeprefix("/media/"), village.now)
        assert kept is not None
        picture = Image.open(BytesIO(kept.data or b""))
    assert (kept.content_type, picture.format, picture.width) == ("image/png", "PNG", 800)
    village.passes(hours=1)
    assert sum(seen.key == "broadcast.summary" for seen in ratna.seen) == 1


def test_who_was_not_reached_is_named_and_may_get_it_again(
    ratna: Phone, siti: Phone, ani: Phone, village: Village
) -> None:
    goes(ratna)
    goes_wrong(village, siti=Rejected("undelivered"), ani=Blocked("blocked"))
    village.passes(seconds=1)
    ratna.reads("Gagal: 2 (1 memblokir nomor program, 1 tidak sampai ke HP-nya)", "Kirim ulang", "Perlu dihubungi")
    ratna.presses("Perlu dihubungi").sees("broadcasts.missed")
    ratna.reads("Siti: tidak sampai ke HP-nya", "Ani: memblokir nomor program")
    ratna.presses("Kirim ulang").sees("broadcasts.again_sure").reads("Telegram: 1 terjangkau", "Kirim ke 1 orang?")
    ratna.presses("Ya, kirim").sees("broadcast.queued").reads("Siaran untuk 1 orang")
    ratna.presses_action("broadcast-again-yes:1").sees("broadcast.queued")
    village.passes(seconds=1)
    siti.reads("Ada kelas baru.")
    ani.does_not_read("Ada kelas baru.")
    assert [found.audience for found in broadcasts(village)] == ["all", "resend:1"]
    ratna.presses_action("broadcast-show:2").reads("Untuk semua peserta yang belum menerimanya", "Terkirim: 1")
    ratna.presses_action("broadcast-again:1").sees("broadcast.queued")


def test_nobody_is_asked_again_while_it_goes_on(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).says("besok jam 9").presses("Ya, kirim")
    ratna.presses_action("broadcast-again:1").sees("refused.broadcast_running")
    ratna.presses_action("broadcast-missed:1").sees("broadcasts.all_reached")
    ratna.presses_action("broadcast-again:9").sees("other.stale")


def test_who_cannot_be_reached_now_either_is_told_by_hand(ratna: Phone, siti: Phone, village: Village) -> None:
    goes(ratna)
    goes_wrong(village, siti=Rejected("undelivered"))
    village.passes(seconds=1)
    siti.says("stop siaran")
    ratna.presses("Kirim ulang").sees("broadcasts.again_nobody").reads("1 menghentikan siaran").presses(
        "Perlu dihubungi"
    )


@pytest.mark.parametrize("action", ["broadcast-missed:1", "broadcast-again:1", "broadcast-again-yes:1"])
def test_nobody_else_can_press_these(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


def test_she_settles_what_becomes_of_an_unknown_outcome(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).says("besok jam 9").presses("Atur").sees("broadcast-send.settle.ask").presses("Jangan diulang")
    ratna.sees("broadcast-send.sure.ask").reads("Rabu, 25 November 2026, pukul 09.00", "tidak saya ulang")
    ratna.presses("Ya, kirim")
    previewed(ratna).presses("Sekarang").presses("Atur").presses("Jangan diulang").presses("Atur")
    ratna.presses("Sekali lagi").does_not_read("tidak saya ulang").reads("dikirim sekarang").presses("Ya, kirim")
    assert [found.repeat_uncertain for found in broadcasts(village)] == [False, True]


def test_a_half_written_broadcast_waits_behind_the_menu(ratna: Phone, siti: Phone) -> None:
    previewed(ratna).says("menu").sees("menu.coordinator").presses("Lanjutkan isian").sees("broadcast-send.when.ask")
    ratna.presses("Sekarang").says("koordinator").presses("Lanjutkan isian").sees("broadcast-send.sure.ask")


def test_metas_limit_is_said_beforehand(tmp_path: Path) -> None:
    village = Village(tmp_path, Programme(daily_people_limit=1))
    ratna = coordinator(village, "ratna", "Ratna")
    for name in ("Siti", "Wati", "Ani"):
        reader(village, name, "whatsapp")
    previewed(ratna).does_not_read("batas WhatsApp")
    village.passes(hours=25)
    previewed(ratna).reads("3 lewat 24 jam", "Karena batas WhatsApp, kabar ini terkirim dalam 3 hari.")
    ratna.presses("Sekarang").reads("dikirim sekarang. Karena batas WhatsApp", "dalam 3 hari. Jadi dikirim?")


def test_a_simulated_phone_shows_an_announcement_again_after_a_restart(ratna: Phone, village: Village) -> None:
    phone = reader(village, "Wati", "simulator")
    goes(ratna)
    sent(village)
    phone.reads("Ada kelas baru.")
    shown = asyncio.run(Storage(village.database).sent_to("wati"))
    assert shown[-1][0].reply.values == {"text": "Ada kelas baru."}


def test_news_that_waited_too_long_is_not_sent_after_a_silence(ratna: Phone, siti: Phone, village: Village) -> None:
    previewed(ratna).says("besok jam 9").presses("Ya, kirim")
    sent(village)
    village.now += timedelta(days=6)  # the program was off meanwhile
    with village.writes() as session:
        assert freezing.start_due(session, village.now) == 1
    village.delivers()
    siti.does_not_read("Ada kelas baru.")
    village.passes(seconds=1)
    ratna.presses("Lihat kemajuan").reads("selesai", "Kedaluwarsa: 1")
