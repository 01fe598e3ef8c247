"""The Telegram double refuses what Telegram would refuse. Calls go by plain HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.doubles.plain_http import call, keyboard
from tests.doubles.refusals import Reason
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import JPEG, TelegramPerson
from tests.doubles.telegram_rules import units

CHAT = 5_200_000_777


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    """An open double."""
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def siti(double: TelegramDouble) -> TelegramPerson:
    """A woman who has started the bot."""
    return double.person("Siti", CHAT)


GOOD: dict[str, dict[str, Any]] = {
    "sendMessage": {"chat_id": CHAT, "text": "halo"},
    "sendPhoto": {"chat_id": CHAT, "photo": JPEG},
    "sendDocument": {"chat_id": CHAT, "document": JPEG},
    "sendVenue": {
        "chat_id": CHAT,
        "latitude": -6.2,
        "longitude": 106.6,
        "title": "Balai",
        "address": "Jl. Melati",
    },
    "setMyCommands": {"commands": [{"command": "menu", "description": "Menu"}]},
    "setWebhook": {"url": "http://127.0.0.1:9/telegram/webhook", "secret_token": "a_b-1"},
    "getUpdates": {"limit": 100, "timeout": 0},
}
RULES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("sendMessage", {"text": "a" * 4096}, {"text": "a" * 4097}, "too long"),
    ("sendMessage", {"text": "😀" * 2048}, {"text": "😀" * 2049}, "too long"),
    ("sendMessage", {"text": " a "}, {"text": " \n"}, "empty"),
    ("sendMessage", {}, {"parse_mode": "HTML"}, "can't parse"),
    ("sendMessage", {}, {"chat_id": "lima"}, "chat_id"),
    (
        "sendMessage",
        {"entities": [{"type": "bold", "offset": 0, "length": 4}]},
        {"entities": [{"type": "bold", "offset": 1, "length": 4}]},
        "outside",
    ),
    (
        "sendMessage",
        {"text": "😀a", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
        {"text": "😀a", "entities": [{"type": "bold", "offset": 1, "length": 2}]},
        "cuts",
    ),
    (
        "sendMessage",
        {"entities": [{"type": "italic", "offset": 0, "length": 1}]},
        {"entities": [{"type": "loud", "offset": 0, "length": 1}]},
        "unknown entity",
    ),
    (
        "sendMessage",
        {"reply_markup": keyboard({"text": "Ya", "callback_data": "é" * 32})},
        {"reply_markup": keyboard({"text": "Ya", "callback_data": "é" * 32 + "a"})},
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"reply_markup": keyboard({"text": "Ya", "callback_data": "a"})},
        {"reply_markup": keyboard({"text": "Ya", "callback_data": ""})},
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"reply_markup": {}},
        {"reply_markup": keyboard({"text": "Ya", "callback_data": "a", "url": "https://contoh.id"})},
        "exactly one",
    ),
    (
        "sendMessage",
        {"reply_markup": keyboard({"text": "Peta", "url": "https://contoh.id"})},
        {"reply_markup": keyboard({"text": "Peta", "url": "javascript:1"})},
        "BUTTON_URL_INVALID",
    ),
    (
        "sendMessage",
        {"reply_markup": keyboard(*[{"text": "a", "callback_data": "a"}] * 8)},
        {"reply_markup": keyboard(*[{"text": "a", "callback_data": "a"}] * 9)},
        "too long",
    ),
    (
        "sendMessage",
        {"entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "https://contoh.id"}]},
        {"entities": [{"type": "text_link", "offset": 0, "length": 1}]},
        "text_link",
    ),
    ("sendMessage", {}, {"reply_markup": keyboard({"text": " ", "callback_data": "a"})}, "empty"),
    (
        "sendMessage",
        {},
        {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}},
        "too long",
    ),
    ("sendPhoto", {"caption": "a" * 1024}, {"caption": "a" * 1025}, "caption is too long"),
    ("sendPhoto", {}, {"photo": b"no picture"}, "IMAGE_PROCESS_FAILED"),
    ("sendPhoto", {}, {"photo": "file-of-nobody"}, "wrong file identifier"),
    ("sendDocument", {}, {"document": b""}, "non-empty"),
    ("sendVenue", {"latitude": 90}, {"latitude": 90.5}, "coordinates"),
    ("sendVenue", {}, {"address": " "}, "address"),
    ("setMyCommands", {}, {"commands": [{"command": "Menu", "description": "Menu"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {}, {"commands": [{"command": "menu", "description": ""}]}, "DESCRIPTION_INVALID"),
    ("setMyCommands", {}, {"commands": [{"command": "menu", "description": "a"}] * 101}, "TOO_MUCH"),
    ("setWebhook", {"max_connections": 100}, {"max_connections": 101}, "max_connections"),
    ("setWebhook", {}, {"secret_token": "spasi dan titik."}, "secret token"),
    ("setWebhook", {}, {"url": "https://contoh.id/hook"}, "bad webhook"),
    ("getUpdates", {"limit": 1}, {"limit": 101}, "limit"),
]


@pytest.mark.parametrize(("method", "good", "bad", "words"), RULES)
def test_a_written_rule_lets_the_good_pass_and_refuses_the_bad(
    double: TelegramDouble,
    siti: TelegramPerson,
    method: str,
    good: dict[str, Any],
    bad: dict[str, Any],
    words: str,
) -> None:
    assert call(double, method, **GOOD[method] | good)["ok"]
    assert not double.refusals
    call(double, "deleteWebhook")
    refused = call(double, method, **GOOD[method] | bad)
    assert (refused["ok"], refused["error_code"]) == (False, 400)
    assert words in refused["description"]
    # Without the specification at hand, an id that is no number is found where the specification would have found it.
    by_type = words == "chat_id" and not double.checks_specification
    reason = Reason.SPECIFICATION if by_type else Reason.RULE
    assert [(r.call, r.reason) for r in double.violations] == [(method, reason)]


@pytest.mark.parametrize(
    ("method", "bad"),
    [
        ("sendMessage", {"disable_web_page_preview": True}),
        ("sendMessage", {"reply_markup": {"inline_keyboard": [[{"text": "Ya", "callback": "a"}]]}}),
        ("sendMessage", {"reply_markup": {"inline_keyboard": [[{"callback_data": "a"}]]}}),
        ("sendMessage", {"entities": [{"type": "bold", "offset": "0", "length": 1}]}),
        ("sendMessage", {"protect_content": "mungkin"}),
        ("sendVenue", {"latitude": "utara"}),
        ("setMyCommands", {"commands": "menu"}),
    ],
)
def test_the_specification_refuses_unknown_names_and_wrong_types(
    double: TelegramDouble, siti: TelegramPerson, method: str, bad: dict[str, Any]
) -> None:
    if not double.checks_specification:
        pytest.skip("NO SPECIFICATION beside the repository: names and types are not checked")
    assert call(double, method, **GOOD[method])["ok"]
    refused = call(double, method, **GOOD[method] | bad)
    assert refused["error_code"] == 400
    assert [r.reason for r in double.violations] == [Reason.SPECIFICATION]


def test_a_missing_parameter_is_refused(double: TelegramDouble, siti: TelegramPerson) -> None:
    assert call(double, "sendMessage", chat_id=CHAT)["error_code"] == 400
    assert call(double, "editMessageText", chat_id=CHAT, message_id=1)["error_code"] == 400
    assert call(double, "answerCallbackQuery")["error_code"] == 400
    assert len(double.refusals) == 3


def test_states_are_told_in_telegrams_words(double: TelegramDouble, siti: TelegramPerson) -> None:
    assert "chat not found" in call(double, "sendMessage", chat_id=1, text="a")["description"]
    stranger = double.person("Ani", has_started=False)
    assert "can't initiate" in call(double, "sendMessage", chat_id=stranger.user_id, text="a")["description"]
    message = call(double, "sendMessage", chat_id=CHAT, text="a")["result"]["message_id"]
    edit = {"chat_id": CHAT, "message_id": message, "text": "a"}
    assert "is not modified" in call(double, "editMessageText", **edit)["description"]
    assert call(double, "editMessageText", **edit | {"text": "b"})["ok"]
    assert "to edit not found" in call(double, "editMessageText", **edit | {"message_id": 999})["description"]
    siti.blocks_bot()
    assert call(double, "sendMessage", chat_id=CHAT, text="a")["error_code"] == 403
    assert not double.violations
    assert call(double, "sendPoll", chat_id=CHAT)["error_code"] == 404


def test_units_are_utf_16() -> None:
    assert [units(text) for text in ("a", "é", "😀")] == [1, 1, 2]
