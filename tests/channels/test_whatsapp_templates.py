"""The templates proposed to Meta: it takes their wording, every one can be sent, and replies have their values."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.whatsapp_templates import KINDS, NAMES, NOTHING, Kind, kind_of
from bot.conversation.reply import Choice, Reply
from bot.conversation.texts import ADDRESS, Texts
from tests.channels.whatsapp_parts import HER, channel_at, parcel
from tests.doubles.twilio import TwilioDouble

TEXTS = Texts.load(Path(__file__).parents[2] / "texts")
#: The whole event is cancelled, not one meeting: then there is no time to tell.
TIMELESS = {("notice.event_cancelled", "when")}


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double
        assert double.violations == []


def approved(double: TwilioDouble, kind: Kind) -> str:
    ids = {f"{{{{{len(kind.values) + place}}}}}": title for place, title in enumerate(kind.buttons, 1)}
    return double.template(kind.says, ids, kind.name)


@pytest.mark.parametrize("key", KINDS)
async def test_a_proposal_is_approved_and_carries_its_reply(double: TwilioDouble, key: str) -> None:
    siti, kind = double.person(f"whatsapp:{HER}"), KINDS[key]
    channel = channel_at(double, templates={kind.name: approved(double, kind)}, texts=Texts({"id": {key: "x"}}))
    choices = tuple(Choice(f"do:{place}", title) for place, title in enumerate(kind.buttons))
    values = {name: f"nilai {name}" for name in kind.values}
    await channel.send(parcel(Reply(key, values, choices), double, window_open=False))
    await channel.close()
    (message,) = siti.messages
    assert all(f"nilai {name}" in message.text for name in kind.values)
    assert message.buttons == [(title, f"do:{place}") for place, title in enumerate(kind.buttons)]


@pytest.mark.parametrize("key", KINDS)
def test_replies_have_the_values_of_their_template(key: str) -> None:
    lacking = set(KINDS[key].values) - ADDRESS - TEXTS.fields(key)
    assert {(key, name) for name in lacking} <= TIMELESS


def test_proposals_name_their_variables_in_order() -> None:
    for kind in KINDS.values():
        assert re.findall(r"{{(\d+)}}", kind.says) == [str(n + 1) for n in range(len(kind.values))], kind.name


def test_the_names_are_those_of_the_configuration() -> None:
    example = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
    section = example.partition("[twilio.templates]")[2].partition("\n[")[0]
    assert set(re.findall(r"^(\w+) =", section, re.MULTILINE)) == {*NAMES, *(f"{name}_en" for name in NAMES)}


async def test_a_value_that_is_missing_is_a_dash(double: TwilioDouble) -> None:
    siti, kind = double.person(f"whatsapp:{HER}"), KINDS["notice.event_cancelled"]
    texts = Texts({"id": {"notice.event_cancelled": "x"}})
    channel = channel_at(double, templates={kind.name: approved(double, kind)}, texts=texts)
    reply = Reply("notice.event_cancelled", {"called": "Bu Siti", "event": "Memasak"})
    await channel.send(parcel(reply, double, window_open=False))
    await channel.close()
    assert f"tidak jadi: {NOTHING}." in siti.last.text


def test_other_replies_have_none() -> None:
    assert kind_of("menu.ask") is None
