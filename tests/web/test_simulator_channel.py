"""The simulator as a channel: the contract of every messenger, and each phone's own look."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.base import Parcel, Rejected, WindowClosed
from bot.channels.simulator import SimulatorChannel
from bot.channels.simulator_drawing import Look, Run, drawn_by_her, look_of
from bot.channels.simulator_phones import MESSAGES, PHONES, PICTURES
from bot.conversation.heard import Heard, Kind, MediaRef
from bot.conversation.reply import Choice, Reply
from tests.web.samples import ANSWERS, CARD, CONSENT, PLACE, REMINDER, TEXTS

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
HALO = Reply("consent", choices=CONSENT)


def channel(base_url: str = "") -> SimulatorChannel:
    """A simulator at noon."""
    return SimulatorChannel(texts=TEXTS, now=lambda: NOON, base_url=base_url)


def parcel(address: str, reply: Reply = HALO, **more: Any) -> Parcel:
    """A message to a phone."""
    return replace(Parcel(address, reply, "id", "t0k3n", NOON), **more)


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("wa-7f3a", Look.WHATSAPP), ("ibu-wa", Look.WHATSAPP), ("wa", Look.WHATSAPP), ("tg-7f3a", Look.TELEGRAM),
        ("koordinator", Look.TELEGRAM), ("wati", Look.TELEGRAM), ("siti", Look.TELEGRAM),
    ],
)  # fmt: skip
def test_a_phones_look_is_in_its_name(address: str, look: Look) -> None:
    assert look_of(address) is look


def test_what_she_writes_is_drawn_with_its_marks_and_links() -> None:
    drawing = drawn_by_her("*penting* https://contoh.id/a. 2*3*4 /calendar/abc_-1.ics")
    assert drawing.runs == (
        Run("penting", "bold"),
        Run(" "),
        Run("https://contoh.id/a", link="https://contoh.id/a"),
        Run(". 2*3*4 "),
        Run("/calendar/abc_-1.ics", link="/calendar/abc_-1.ics"),
    )


async def test_bold_and_quiet_words_stand_where_telegram_puts_them() -> None:
    simulator = channel()
    smiling = Reply("long", {"text": "😊 dan"}, footer="sudah")
    await simulator.send(parcel("tg-siti", smiling))
    content = simulator.screens.changes(["tg-siti"], 0)[0][2]
    assert [(run["text"], run["style"]) for run in content["runs"]] == [("😊 dan\n\n", ""), ("sudah", "italic")]


async def test_our_own_files_are_reached_without_the_public_address() -> None:
    simulator = channel("https://berdaya.example")
    await simulator.send(parcel("wa-siti", replace(CARD, image="/media/abc", choices=())))
    await simulator.send(parcel("wa-siti", ANSWERS["kalender"][0]))
    picture, file = (content for _, _, content in simulator.screens.changes(["wa-siti"], 0))
    assert picture["photo"] == "/media/abc"
    link = file["runs"][-1]
    assert link["text"].startswith("https://berdaya.example/calendar/") and link["link"].startswith("/calendar/")


async def test_a_place_on_telegram_is_a_card_and_then_the_words() -> None:
    simulator = channel()
    sent = await simulator.send(parcel("tg-siti", PLACE))
    card, words = (content for _, _, content in simulator.screens.changes(["tg-siti"], 0))
    assert (card["pin"]["title"], card["runs"]) == ("Balai Warga RW 05", ())
    assert words["id"] == sent.provider_id


async def test_outside_the_window_whatsapp_takes_templates_only() -> None:
    simulator = channel()
    sent = await simulator.send(parcel("wa-siti", REMINDER, window_open=False))
    assert sent.shown and [label for _, label in sent.shown.choices] == ["Bisa", "Tidak bisa"]
    with pytest.raises(WindowClosed, match="window_closed"):
        await simulator.send(parcel("wa-siti", HALO, window_open=False))
    await simulator.send(parcel("tg-siti", HALO, window_open=False))


async def test_telegram_edits_words_in_place_and_whatsapp_never() -> None:
    simulator = channel()
    for address, kept in (("tg-siti", 1), ("wa-siti", 2)):
        first = await simulator.send(parcel(address))
        second = await simulator.send(parcel(address, replace(CARD, replaces=True), edits=first.provider_id))
        assert (second.provider_id == first.provider_id) is (kept == 1)
        assert len(simulator.screens.changes([address], 0)) == kept
    pictured = replace(CARD, replaces=True, image="/media/abc")
    assert (await simulator.send(parcel("tg-siti", pictured, edits="unknown"))).provider_id != "unknown"


async def test_an_uncertain_send_can_be_asked_after() -> None:
    simulator = channel()
    sent = await simulator.send(parcel("tg-siti"))
    assert await simulator.reconcile(parcel("tg-siti")) == sent.provider_id
    assert await simulator.reconcile(parcel("tg-siti", token="another")) is None


async def test_pictures_that_are_gone_or_too_large_are_rejected() -> None:
    simulator = channel()
    refs = [simulator.screens.keep_picture(b"x" * 10, "image/png") for _ in range(PICTURES + 1)]
    assert await simulator.fetch(MediaRef(refs[-1], "image/png"), 10) == b"x" * 10
    for ref, limit, reason in ((refs[-1], 9, "media_too_large"), (refs[0], 10, "media_gone")):
        with pytest.raises(Rejected, match=reason):
            await simulator.fetch(MediaRef(ref, "image/png"), limit)


async def test_a_screen_is_refilled_after_a_restart_with_the_same_ids() -> None:
    sent = [(parcel("tg-siti"), "old-1"), (parcel("tg-siti", CARD), "old-2"), (parcel("tg-siti", HALO), "old-1")]

    async def history(address: str) -> Sequence[tuple[Parcel, str]]:
        return sent

    simulator = SimulatorChannel(texts=TEXTS, now=lambda: NOON + timedelta(hours=1), history=history)
    await simulator.refill("tg-siti")
    await simulator.refill("tg-siti")
    shown = sorted((content["order"], content["id"]) for _, _, content in simulator.screens.changes(["tg-siti"], 0))
    assert [name for _, name in shown] == ["old-1", "old-2"]


async def test_memory_stays_bounded() -> None:
    simulator = channel()
    for number in range(MESSAGES + 5):
        simulator.notes(Heard("simulator", "simulator", "tg-siti", f"message-{number}", NOON, text="halo"))
    assert len([kind for _, kind, _ in simulator.screens.changes(["tg-siti"], 0) if kind == "message"]) == MESSAGES
    for number in range(PHONES):
        await simulator.send(parcel(f"tg-{number}"))
    assert not simulator.screens.knows("tg-siti")


async def test_the_bot_is_seen_typing_until_it_has_written() -> None:
    simulator = channel()
    heard = Heard("simulator", "simulator", "tg-siti", "message-1", NOON, kind=Kind.ACTION, action="menu")
    simulator.notes(heard)
    assert [content for _, kind, content in simulator.screens.changes(["tg-siti"], 0)] == [
        {"phone": "tg-siti", "typing": True}
    ]
    await simulator.send(parcel("tg-siti", Reply("consent", choices=(Choice("menu", "Menu"),))))
    assert simulator.screens.changes(["tg-siti"], 0)[-1][2] == {"phone": "tg-siti", "typing": False}
