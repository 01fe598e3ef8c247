"""The whole journey on Telegram: the real program as a process, against a double that refuses what Telegram refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.telegram import TelegramDouble
from tests.e2e.journey import SAMPLE, registers, until_the_evening_before
from tests.e2e.program import Program


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double
        assert double.violations == []


def _program(folder: Path, telegram: TelegramDouble, mode: str) -> Program:
    settings = {"telegram.token": telegram.token, "telegram.api_base_url": telegram.url, "telegram.mode": mode}
    if mode == "webhook":
        settings["telegram.secret_token"] = "a-secret-for-tests"
    program = Program(folder, settings)
    assert program.runs("import", str(SAMPLE)).returncode == 0
    return program


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_from_start_to_a_reminder_answered(tmp_path: Path, telegram: TelegramDouble, mode: str) -> None:
    with _program(tmp_path, telegram, mode) as program:
        siti = telegram.person("Siti")
        siti.starts("menjahit-dasar")
        registers(siti)
        siti.waits_for("Tersisa 6 tempat")
        siti.presses("Daftar")
        siti.waits_for("sudah terdaftar di Menjahit Dasar")
        program.passes(hours=until_the_evening_before() / 3600)
        siti.waits_for("Bisa datang?", seconds=60)
        siti.presses("Bisa")
        siti.waits_for("Saya catat")
        assert program.stop() == 0


def test_killed_after_every_message_nothing_is_lost_and_nothing_is_asked_twice(
    tmp_path: Path, telegram: TelegramDouble
) -> None:
    program = _program(tmp_path, telegram, "polling")
    siti = telegram.person("Siti")
    steps = [
        ("halo", "Boleh saya simpan?"), ("boleh", "panggil apa"), ("ibu", "Siapa nama"), ("siti aminah", "kecamatan mana"),
        ("cipondoh", "kelurahan"), ("lewati", "tertarik bidang"), ("jahit sama masak", "Sudah benar?"),
        ("benar", "kegiatan baru?"),
    ]  # fmt: skip
    for word, answer in steps:
        siti.says(word)
        with program:  # killed at the end
            siti.waits_for(answer, seconds=30)
    texts = [message.text for message in siti.messages]
    for _, answer in steps:
        assert sum(answer in text for text in texts) <= 2, answer  # a send in flight at the kill may be repeated once


def test_what_was_written_while_the_program_was_down_is_answered(tmp_path: Path, telegram: TelegramDouble) -> None:
    program = _program(tmp_path, telegram, "polling")
    people = [telegram.person(f"Ibu {number}") for number in range(10)]
    for person in people:
        person.says("halo")
    with program:
        for person in people:
            person.waits_for("Boleh saya simpan?", seconds=30)


def test_groups_are_met_with_silence(tmp_path: Path, telegram: TelegramDouble) -> None:
    with _program(tmp_path, telegram, "polling"):
        siti = telegram.person("Siti")
        group = telegram.group("RW 05")
        group.says(siti, "halo")
        siti.says("halo")
        siti.waits_for("Boleh saya simpan?")
        assert list(group.messages) == []


def test_a_question_to_a_person_and_its_answer(tmp_path: Path, telegram: TelegramDouble) -> None:
    with _program(tmp_path, telegram, "polling") as program:
        ratna = telegram.person("Ratna")
        added = program.runs("coordinator", "add", "--name", "Ratna", "--telegram", str(ratna.user_id))
        assert added.returncode == 0, added.stderr
        siti = telegram.person("Siti")
        siti.says("halo")
        registers(siti)
        siti.waits_for("kegiatan")
        siti.says("petugas")
        siti.waits_for("pertanyaan")
        siti.says("Apakah boleh bawa anak dua?")
        ratna.waits_for("bawa anak dua")
        ratna.presses("Ambil")
        ratna.waits_for("Siti")
        ratna.presses("Jawab")
        ratna.waits_for("Tulis jawaban")
        ratna.says("Boleh, Bu. Ada ruang bermain.")
        siti.waits_for("Ada ruang bermain", seconds=20)


def test_a_second_run_on_the_same_database_or_port_refuses_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Program(tmp_path, {}) as program:
        same = program.runs("run")
        assert (same.returncode, "already uses this database" in same.stderr) == (1, True)
        other = Program(tmp_path / "other", {"web.port": str(program.port)})
        taken = other.runs("run")
        assert (taken.returncode, "already uses this address" in taken.stderr) == (1, True)
        assert "Traceback" not in same.stderr + taken.stderr
