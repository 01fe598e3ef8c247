"""A message is understood before its step; words of violence, and words nobody has read, leave nothing when it fails."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.conversation.heard import Heard, Kind
from bot.conversation.texts import Texts
from bot.delivery import receiving
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.receiving import Receiver
from bot.understanding.danger import Danger
from bot.understanding.intents import Intent
from bot.understanding.reading import Guess, Meaning
from models.database import reading
from models.messages import QuarantinedMessage
from tests.delivery.conftest import NOON, Office
from tests.dialogue import ROOT

HEARD = Heard("telegram", "test", "siti", "7", NOON, text="tolong saya dipukul suami")
GREETING = Meaning((Guess(Intent.GREETING, 0.9),))
VIOLENCE = Meaning((Guess(Intent.VIOLENCE_HELP, 0.9),), danger=Danger.VIOLENCE)


class Noting(Inbox):
    """An inbox that notes what it is handed, and answers nothing."""

    handled: list[Heard]

    def handle(self, session: Session, heard: Heard, now: object) -> list[Outgoing]:
        self.handled.append(heard)
        return []


class Breaking(Inbox):
    """An inbox whose step fails on every message."""

    def handle(self, session: Session, heard: Heard, now: object) -> list[Outgoing]:
        raise RuntimeError("poison")


def _noting(office: Office) -> tuple[Receiver, list[Heard]]:
    handled: list[Heard] = []
    inbox = type("Here", (Noting,), {"handled": handled})(lambda *_: None, Texts.load(ROOT / "texts"), "here")
    return Receiver(inbox, office.writer, office.sender, lambda: office.now), handled


async def _quarantined(office: Office, meaning: Meaning | None, heard: Heard = HEARD) -> Any:
    """What is kept of a message with this meaning whose step always fails."""

    async def understand(heard: Heard) -> Heard:
        return replace(heard, meaning=meaning)

    inbox = Breaking(lambda *_: None, Texts.load(ROOT / "texts"), "here")  # type: ignore[arg-type]
    await Receiver(inbox, office.writer, office.sender, lambda: office.now, understand=understand).receive(heard)
    with reading(office.database) as session:
        return session.scalars(sa.select(QuarantinedMessage.body)).one()


async def test_its_step_is_handed_the_meaning(office: Office) -> None:
    receiver, handled = _noting(office)

    async def understand(heard: Heard) -> Heard:
        return replace(heard, meaning=GREETING)

    receiver.understand = understand
    await receiver.receive(HEARD)
    assert handled == [replace(HEARD, meaning=GREETING)]


async def test_what_cannot_be_read_is_answered_without_a_meaning(office: Office) -> None:
    receiver, handled = _noting(office)

    async def fails(heard: Heard) -> Heard:
        raise ValueError("no sense")

    receiver.understand = fails
    await receiver.receive(HEARD)
    assert handled == [HEARD]


async def test_what_is_over_the_limit_is_not_read(office: Office) -> None:
    receiver, handled = _noting(office)
    read: list[str] = []

    async def understand(heard: Heard) -> Heard:
        read.append(heard.message_id)
        return heard

    receiver.understand, receiver.per_minute = understand, 1
    for number in "12":
        await receiver.receive(replace(HEARD, message_id=number))
    assert read == ["1"] == [heard.message_id for heard in handled]


async def test_nothing_is_kept_of_words_of_violence(office: Office) -> None:
    assert await _quarantined(office, VIOLENCE) is None


async def test_control_words_read_as_harmless_are_kept(office: Office) -> None:
    assert await _quarantined(office, GREETING) == {"kind": "text", "text": HEARD.text, "action": None}


async def test_control_without_the_rule_they_would_be_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "_body", lambda heard: {"text": heard.text})
    assert await _quarantined(office, VIOLENCE) == {"text": HEARD.text}


async def test_nothing_is_kept_of_words_nobody_has_read(office: Office) -> None:
    assert await _quarantined(office, None) is None


async def test_a_button_is_kept(office: Office) -> None:
    pressed = replace(HEARD, kind=Kind.ACTION, text=None, action="menu")
    assert await _quarantined(office, None, pressed) == {"kind": "action", "text": None, "action": "menu"}
