"""The transcripts in this folder are what the program says; and it says the same whatever happens to it meanwhile."""

from pathlib import Path

import pytest

from bot.channels import telegram_rendering, whatsapp_rendering
from tests.dialogue import Seen, Village
from tests.dialogues.golden import FILES, play, written

FILES_BY_NAME = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@FILES_BY_NAME
def test_the_program_says_what_is_written(file: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    said = written(file, play(file, tmp_path))
    if request.config.getoption("--update"):
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8")


@FILES_BY_NAME
def test_a_restart_before_every_message_changes_nothing(file: Path, tmp_path: Path) -> None:
    phone = play(file, tmp_path, between=lambda village: village.restarted())
    assert written(file, phone) == file.read_text("utf-8")


@FILES_BY_NAME
def test_every_message_delivered_five_times_is_heard_once(file: Path, tmp_path: Path) -> None:
    assert written(file, play(file, tmp_path, arrives_times=5)) == file.read_text("utf-8")


@FILES_BY_NAME
@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "simulator"])
def test_every_message_fits_every_channel(file: Path, channel: str, tmp_path: Path) -> None:
    phone = play(file, tmp_path, channel)
    assert phone.seen
    for seen in phone.seen:
        assert_fits(seen, phone.village)


def test_both_languages_tell_the_same_stories() -> None:
    stories = {file.name.split(".")[0] for file in FILES}
    assert {f"{story}.{language}.txt" for story in stories for language in ("id", "en")} == {f.name for f in FILES}


def assert_fits(seen: Seen, village: Village) -> None:
    """One message within our own lengths (`domain/glossary.md`) and the channels', with nothing cut off."""
    now, texts = village.now, village.texts
    longest = 20 if not seen.reply.is_list else 24
    for choice in seen.reply.choices:
        assert len(texts.plain(choice.label, seen.language, now)) <= longest, seen.screen
        assert len(texts.plain(choice.description or "", seen.language, now)) <= 72, seen.screen
    assert len(seen.text) <= 760, seen.screen
    on_telegram = telegram_rendering.render(seen.reply, texts, seen.language, now)
    assert sum(len(row) for row in on_telegram.keyboard) == len(seen.choices)
    on_whatsapp = whatsapp_rendering.render(seen.reply, texts, seen.language, now, "http://127.0.0.1")
    if seen.choices:
        assert telegram_rendering.units(on_whatsapp.body) <= whatsapp_rendering.PRESSABLE
    if seen.choices:
        assert on_whatsapp.form is not whatsapp_rendering.Form.TEXT, f"as mere numbers: {seen.screen}"
