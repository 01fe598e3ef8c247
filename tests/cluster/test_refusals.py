"""What several processes cannot share is refused at the start, in plain words."""

from bot.cluster import refusals
from tests.settings import TELEGRAM, WEBHOOK, with_settings

SERVER = {"database.url": "postgresql://berdaya@127.0.0.1/berdaya"}
COMPLETE = {**SERVER, **WEBHOOK, "telegram.secret_token": "a-secret", "web.public_url": "https://berdaya.example"}


def test_a_server_database_and_a_webhook_are_fine() -> None:
    assert list(refusals(with_settings(COMPLETE))) == []


def test_a_file_polling_and_simulated_phones_are_each_named() -> None:
    assert ["PostgreSQL" in sentence for sentence in refusals(with_settings({}))] == [True, False]
    (polling,) = refusals(with_settings(SERVER, TELEGRAM))
    assert 'telegram.mode = "webhook"' in polling
    (phones,) = refusals(with_settings(SERVER))
    assert "berdaya run" in phones
