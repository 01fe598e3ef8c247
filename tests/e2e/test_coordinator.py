"""A coordinator's work on the real process: a picture announced to those who agreed, and its counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.clock import Clock
from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble
from tests.e2e.journey import SAMPLE, registers
from tests.e2e.program import Program


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def telegram(clock: Clock) -> Iterator[TelegramDouble]:
    with TelegramDouble(clock=clock) as double:
        yield double
        assert double.violations == []


@pytest.fixture
def twilio(clock: Clock) -> Iterator[TwilioDouble]:
    with TwilioDouble(clock=clock) as double:
        yield double
        assert double.violations == []


def test_a_picture_reaches_both_messengers(
    tmp_path: Path, telegram: TelegramDouble, twilio: TwilioDouble, clock: Clock
) -> None:
    settings = {
        "telegram.token": telegram.token, "telegram.api_base_url": telegram.url, "twilio.account_sid": twilio.account_sid,
        "twilio.auth_token": twilio.auth_token, "twilio.whatsapp_from": twilio.sender, "twilio.api_base_url": twilio.url,
        "programme.quiet_hours": "02:00,02:01",  # the test runs at any time of day
    }  # fmt: skip
    program = Program(tmp_path, settings)
    twilio.webhook_url = f"{program.url}/whatsapp/webhook#rc=5&rp=all"
    assert program.runs("import", str(SAMPLE)).returncode == 0
    with program:
        code = program.runs("coordinator", "add", "--name", "Ratna").stdout.partition(": ")[2].split()[0]
        ratna, rina, siti = (
            telegram.person("Ratna"),
            telegram.person("Rina"),
            twilio.person("whatsapp:+6281200001234", "Siti"),
        )
        ratna.says(code)
        ratna.waits_for("oordinator")
        for woman in (rina, siti):
            woman.says("halo")
            registers(woman)
            woman.waits_for("STOP SIARAN")
        ratna.says("koordinator")
        ratna.waits_for("Mau mengerjakan apa")
        ratna.presses("Siaran")
        ratna.waits_for("iaran")
        ratna.presses("Siaran baru")
        ratna.waits_for("tentang apa")
        ratna.presses("Tulis sendiri")
        ratna.waits_for("Tulis kabarnya")
        ratna.says("Ada kelas baru di Cipondoh.")
        ratna.waits_for("Untuk siapa")
        ratna.presses("Semua peserta")
        ratna.waits_for("pakai gambar")
        ratna.sends_photo()
        ratna.waits_for("Begitu tampilannya nanti", seconds=30)
        assert any(message.photo for message in ratna.messages)
        ratna.presses("Lanjut")
        ratna.waits_for("Dikirim kapan")
        ratna.presses("Sekarang")
        ratna.waits_for("Jadi dikirim")
        ratna.presses("Ya, kirim")
        for woman in (rina, siti):
            received = woman.waits_for("Ada kelas baru di Cipondoh", seconds=30)
            assert received.photo
        program.waits_for(lambda: program.asks("SELECT status FROM broadcasts") == [("finished",)])
        ratna.presses("Lihat kemajuan")
        ratna.waits_for("Keadaan: selesai\n", seconds=20)
        assert "Belum mengizinkan kabar: 1\nJumlah: 3" in ratna.messages[-1].text  # she herself has not agreed to news
