"""Every kind of inbound form and status callback, from payload files."""

import json
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.twilio_client import Listed
from bot.channels.whatsapp_inbound import heard_of, listed_heard, status_of
from bot.conversation.heard import Heard, Kind, Location, MediaRef
from tests.channels.whatsapp_parts import NOON

PAYLOADS = Path(__file__).parents[1] / "payloads" / "whatsapp"
SENDER = "whatsapp:+6281100000000"


def expected(told: dict[str, Any]) -> Heard:
    media, place = told.get("media"), told.get("location")
    facts = told | {
        "kind": Kind(told["kind"]),
        "media": MediaRef(*media) if media else None,
        "location": Location(*place) if place else None,
    }
    return Heard(channel="whatsapp", account=SENDER, at=NOON, **facts)


@pytest.mark.parametrize("file", sorted(PAYLOADS.glob("*.json")), ids=lambda file: file.stem)
def test_payload(file: Path) -> None:
    payload = json.loads(file.read_text("utf-8"))
    heard, wanted = heard_of(payload["form"], SENDER, NOON), expected(payload["heard"])
    assert heard is not None
    assert {f.name: getattr(heard, f.name) for f in fields(heard)} == {
        f.name: getattr(wanted, f.name) for f in fields(wanted)
    }


def test_every_kind_that_can_be_told_apart_has_a_payload() -> None:
    seen = {json.loads(file.read_text("utf-8"))["heard"]["kind"] for file in PAYLOADS.glob("*.json")}
    assert seen == set(Kind) - {Kind.BLOCKED, Kind.UNBLOCKED}


def test_a_form_without_a_message_is_none() -> None:
    assert heard_of({}, SENDER, NOON) is None
    assert heard_of({"MessageSid": "SM1"}, SENDER, NOON) is None


def test_a_very_long_message_is_cut_and_has_no_zero_byte() -> None:
    heard = heard_of({"MessageSid": "SM1", "From": "whatsapp:+1", "Body": "a\x00" + "b" * 9000}, SENDER, NOON)
    assert heard is not None
    assert heard.text == "a" + "b" * 4095


def test_a_place_that_is_none_is_ignored() -> None:
    form = {"MessageSid": "SM1", "From": "whatsapp:+1", "Latitude": "utara", "Longitude": "", "Body": "sini"}
    heard = heard_of(form, SENDER, NOON)
    assert heard is not None
    assert (heard.kind, heard.text, heard.location) == (Kind.TEXT, "sini", None)


def test_the_list_tells_when_she_wrote() -> None:
    at = NOON - timedelta(hours=3)
    message = Listed("SM1", "whatsapp:ID.abc", "halo", at, True, 0)
    heard = listed_heard(message, None, SENDER)
    assert (heard.address, heard.external_id, heard.text, heard.at) == ("ID.abc", "ID.abc", "halo", at)
    assert listed_heard(Listed("SM2", "whatsapp:+1", "", at, True, 0), None, SENDER).kind is Kind.UNKNOWN
    voice = listed_heard(Listed("MM3", "whatsapp:+1", "", at, True, 1), MediaRef("u", "audio/ogg"), SENDER)
    assert (voice.kind, voice.media) == (Kind.VOICE, MediaRef("u", "audio/ogg"))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("queued", "accepted"),
        ("accepted", "accepted"),
        ("sending", "accepted"),
        ("sent", "accepted"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "failed"),
        ("failed", "failed"),
    ],
)
def test_status(said: str, status: str) -> None:
    word = status_of("t0k3n", {"MessageSid": "SM1", "MessageStatus": said})
    assert word is not None
    assert (word.channel, word.token, word.provider_id, word.status) == ("whatsapp", "t0k3n", "SM1", status)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("63016", "window_closed"),
        ("63024", "blocked"),
        ("21610", "opted_out"),
        ("63003", "bad_address"),
        ("63049", "held_back"),
        ("99999", "undelivered"),
        (None, "undelivered"),
    ],
)
def test_a_failure_names_its_reason(code: str | None, reason: str) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "failed"} | ({"ErrorCode": code} if code else {})
    word = status_of("t0k3n", form)
    assert word is not None
    assert word.error == reason


def test_an_unknown_status_says_nothing() -> None:
    assert status_of("t0k3n", {"MessageSid": "SM1", "MessageStatus": "dreaming"}) is None
