"""Every kind of update, from payload files."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram_inbound import ALLOWED, SHAPELESS, chat_of, heard_of, query_of
from bot.conversation.heard import Heard, Kind, Location, MediaRef

PAYLOADS = sorted((Path(__file__).parents[1] / "payloads" / "telegram").glob("*.json"))
BOT = "7000000001"
#: When the payloads arrive: ten minutes after they were sent.
ARRIVAL = datetime(2026, 11, 24, 5, 10, tzinfo=UTC)


def payload(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def expected(told: dict[str, Any] | None) -> Heard | None:
    if told is None:
        return None
    media, place = told.get("media"), told.get("location")
    facts = told | {
        "at": datetime.fromisoformat(told["at"]),
        "kind": Kind(told["kind"]),
        "media": MediaRef(*media) if media else None,
        "location": Location(*place) if place else None,
    }
    return Heard(channel="telegram", account=BOT, **facts)


@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.stem)
def test_payload(file: Path) -> None:
    told = payload(file)
    assert heard_of(told["update"], BOT, ARRIVAL) == expected(told["heard"])


def test_every_kind_there_is_has_a_payload() -> None:
    seen = {told["heard"]["kind"] for told in map(payload, PAYLOADS) if told["heard"]}
    assert seen == set(Kind)


def test_every_payload_but_those_nobody_asked_for_is_of_a_kind_we_ask_for() -> None:
    unasked = {file.stem for file in PAYLOADS if not set(payload(file)["update"]) & set(ALLOWED)}
    assert unasked == {"channel_post", "inline_query"}


def test_whatever_is_heard_can_be_stored() -> None:
    for told in map(payload, PAYLOADS):
        if heard := heard_of(told["update"], BOT, ARRIVAL):
            words = f"{heard.text}{heard.action}{heard.language}{heard.media}{heard.location}"
            assert "\x00" not in words
            words.encode()


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": "x", "message": {}},
        {"update_id": 1, "message": "halo"},
        {"update_id": 1, "message": {"chat": {"type": "private"}}},
        {"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "date": 10**30}},
        {"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "date": 0, "location": {"latitude": 1}}},
        {"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "date": 0, "photo": [1]}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 5, "type": "private"}}},
        {"update_id": 1, "callback_query": {"message": {"chat": {"id": 5, "type": "private"}}}},
    ],
)
def test_what_is_no_update_is_recognised(update: dict[str, Any]) -> None:
    with pytest.raises(SHAPELESS):
        heard_of(update, BOT, ARRIVAL)
    chat_of(update)
    query_of(update)


def test_updates_of_one_chat_are_known_to_belong_together() -> None:
    chats = {file.stem: chat_of(payload(file)["update"]) for file in PAYLOADS}
    assert {chats[name] for name in ("text", "edited", "button", "reaction", "blocked")} == {"5200000001"}
    assert {chats[name] for name in ("group_text", "group_button")} == {"-1002000000001"}
    assert chats["inline_query"] == ""


def test_only_a_press_is_answered() -> None:
    assert {file.stem for file in PAYLOADS if query_of(payload(file)["update"])} == {
        file.stem for file in PAYLOADS if "callback_query" in payload(file)["update"]
    }
