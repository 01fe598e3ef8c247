"""The whole journey on WhatsApp: the real program as a process, against a double that refuses what Twilio refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.whatsapp_templates import KINDS
from tests.doubles.clock import Clock
from tests.doubles.twilio import TwilioDouble
from tests.e2e.journey import SAMPLE, registers, until_the_evening_before
from tests.e2e.program import Program

SITI, RATNA = "whatsapp:+6281200001234", "whatsapp:+6281200005678"


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def twilio(clock: Clock) -> Iterator[TwilioDouble]:
    with TwilioDouble(clock=clock) as double:
        yield double
        assert double.violations == []


def _program(folder: Path, twilio: TwilioDouble, **more: str) -> Program:
    settings = {
        "twilio.account_sid": twilio.account_sid,
        "twilio.auth_token": twilio.auth_token,
        "twilio.whatsapp_from": twilio.sender,
        "twilio.api_base_url": twilio.url,
    }
    program = Program(folder, settings | more)
    twilio.webhook_url = f"{program.url}/whatsapp/webhook#rc=5&rp=all"
    assert program.runs("import", str(SAMPLE)).returncode == 0
    return program


def test_from_a_poster_to_a_reminder_answered_by_template(tmp_path: Path, twilio: TwilioDouble, clock: Clock) -> None:
    kind = KINDS["reminder.ask"]
    reminder = twilio.template(kind.says, {"coming": "Bisa", "excused": "Tidak bisa"})
    with _program(tmp_path, twilio, **{"twilio.templates.reminder": reminder}) as program:
        siti = twilio.person(SITI, "Siti")
        siti.says("DAFTAR menjahit-dasar")
        registers(siti)
        siti.waits_for("Tersisa 6 tempat")
        siti.presses("Daftar")
        siti.waits_for("sudah terdaftar di *Menjahit Dasar")
        clock.advance(seconds=until_the_evening_before())
        asked = siti.waits_for("Bisa datang?", seconds=60)
        assert asked.is_template
        program.waits_for(lambda: "delivered" in _reminders(program) or "read" in _reminders(program))
        siti.says("bisa")
        siti.waits_for("Saya catat")
        assert program.stop() == 0


def test_outside_the_window_without_a_template_coordinators_see_why(
    tmp_path: Path, twilio: TwilioDouble, clock: Clock
) -> None:
    with _program(tmp_path, twilio) as program:
        siti = twilio.person(SITI, "Siti")
        siti.says("DAFTAR menjahit-dasar")
        registers(siti)
        siti.waits_for("Tersisa 6 tempat")
        siti.presses("Daftar")
        siti.waits_for("sudah terdaftar")
        clock.advance(seconds=until_the_evening_before())
        program.waits_for(lambda: "window_closed" in _errors(program))
        assert not any("Bisa datang?" in message.text for message in siti.messages)


def test_what_twilio_could_not_deliver_to_us_is_found_again(tmp_path: Path, twilio: TwilioDouble) -> None:
    program = _program(tmp_path, twilio)
    siti = twilio.person(SITI, "Siti")
    twilio.miss_next_inbound()
    siti.says("halo")
    with program:
        siti.waits_for("Boleh saya simpan?", seconds=30)


def test_a_wrong_signature_is_refused_unread(tmp_path: Path, twilio: TwilioDouble) -> None:
    with _program(tmp_path, twilio) as program:
        assert program.posts("/whatsapp/webhook", b"Body=halo&From=x", {}) == 403
        assert program.posts("/whatsapp/webhook", b"Body=halo&From=x", {"X-Twilio-Signature": "forged"}) == 403
        assert program.posts("/whatsapp/status/abc", b"MessageStatus=read", {"X-Twilio-Signature": "forged"}) == 403


def _reminders(program: Program) -> set[str]:
    return {str(row[0]) for row in program.asks("SELECT status FROM outbox WHERE message_class = 2")}


def _errors(program: Program) -> set[str]:
    return {str(row[0]) for row in program.asks("SELECT error FROM outbox WHERE error IS NOT NULL")}
