"""Settings for the tests of the configuration: by their dotted keys, and what is wrong with them."""

from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load

TELEGRAM = {"telegram.token": "123456:AAE-sample_token"}
TWILIO = {
    "twilio.account_sid": "AC00000000000000000000000000000000",
    "twilio.auth_token": "a-sample-token",
    "twilio.whatsapp_from": "+6281200001234",
    "web.public_url": "https://berdaya.example",
}
WEBHOOK = {**TELEGRAM, "telegram.mode": "webhook"}


def variables(settings: dict[str, str]) -> dict[str, str]:
    """Settings by their keys, as environment variables."""
    return {f"BERDAYA_{key.upper().replace('.', '__')}": value for key, value in settings.items()}


def loaded(**environ: str) -> Config:
    """The defaults under these variables."""
    return load(None, environ)


def with_settings(*settings: dict[str, str]) -> Config:
    """The defaults under these settings."""
    return load(None, variables({key: value for some in settings for key, value in some.items()}))


def problems(*settings: dict[str, str], **environ: str) -> tuple[str, ...]:
    """What is wrong with these settings."""
    merged = {key: value for some in settings for key, value in some.items()}
    with pytest.raises(ConfigError) as caught:
        load(None, {**variables(merged), **environ})
    return caught.value.problems


def problems_of_file(file: Path, text: str) -> tuple[str, ...]:
    """What is wrong with a settings file of this content."""
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    return caught.value.problems
