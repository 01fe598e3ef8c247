"""Sending on Telegram, against a double that refuses what Telegram refuses."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.channels.base import Blocked, ChannelDown, NotSent, Parcel, Rejected, TryLater, Uncertain
from bot.channels.telegram import TelegramChannel
from bot.conversation.heard import MediaRef
from bot.conversation.reply import Choice, Document, Place, Reply
from bot.conversation.texts import Texts
from bot.conversation.values import say
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TEXTS = Texts(
    {
        "id": {"hello": "Halo *{name}*, apa kabar?", "list": "Ini kegiatan.", "b.yes": "Boleh", "b.no": "Tidak", "foot": "Ketik MENU."},
        "en": {"hello": "Hello *{name}*, how are you?", "list": "Activities.", "b.yes": "Yes", "b.no": "No", "foot": "Type MENU."},
    }
)  # fmt: skip
BUTTONS = (Choice("yes", say("b.yes")), Choice("no", say("b.no")))
HELLO = Reply("hello", {"name": "Siti 😊"}, BUTTONS)


async def _load(path: str, now: datetime) -> tuple[bytes, str, str]:
    return (PNG, "gambar.png", "image/png") if path.startswith("/media/") else (b"BEGIN:VCALENDAR", "jadwal.ics", "text/calendar")


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        assert double.violations == []


@pytest.fixture
async def channel(double: TelegramDouble) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(token=double.token, texts=TEXTS, load=_load, now=lambda: NOW, api_base_url=double.url)
    await channel.open()
    yield channel
    await channel.close()


@pytest.fixture
def siti(double: TelegramDouble) -> TelegramPerson:
    return double.person("Siti")


def _parcel(siti: TelegramPerson, reply: Reply = HELLO, language: str = "id", edits: str | None = None) -> Parcel:
    return Parcel(str(siti.user_id), reply, language, "token", NOW, edits=edits)


async def test_words_bold_and_buttons(channel: TelegramChannel, siti: TelegramPerson) -> None:
    sent = await channel.send(_parcel(siti))
    message = siti.messages[-1]
    assert (message.text, message.labels) == ("Halo Siti 😊, apa kabar?", ["Boleh", "Tidak"])
    assert [(e["type"], e["offset"], e["length"]) for e in message.entities] == [("bold", 5, 7)]
    assert sent.provider_id == str(message.message_id)
    assert sent.shown
    assert sent.shown.choices == (("yes", "Boleh"), ("no", "Tidak"))


async def test_the_other_language(channel: TelegramChannel, siti: TelegramPerson) -> None:
    await channel.send(_parcel(siti, language="en"))
    assert siti.messages[-1].labels == ["Yes", "No"]


async def test_a_list_with_second_lines_can_be_answered_by_number(channel: TelegramChannel, siti: TelegramPerson) -> None:
    rows = tuple(Choice(f"event:{n}", f"Kelas {n}", f"Sab 28 Nov · {n} tempat") for n in range(1, 11))
    await channel.send(_parcel(siti, Reply("list", choices=rows, footer=say("foot"))))
    message = siti.messages[-1]
    assert len(message.labels) == 10
    assert "1. Kelas 1\n    Sab 28 Nov · 1 tempat\n2. Kelas 2" in message.text
    assert message.text.endswith("\n\nKetik MENU.")


async def test_a_picture_a_file_and_a_place(channel: TelegramChannel, siti: TelegramPerson) -> None:
    await channel.send(_parcel(siti, Reply("hello", {"name": "Siti"}, BUTTONS, image="/media/abc")))
    assert siti.messages[-1].photo
    assert siti.messages[-1].labels == ["Boleh", "Tidak"]
    await channel.send(_parcel(siti, Reply("list", document=Document("/calendar/x.ics", "jadwal.ics", "text/calendar"))))
    assert siti.messages[-1].document
    await channel.send(_parcel(siti, Reply("list", place=Place(-6.17, 106.63, "Balai Warga", "Kec. Cipondoh"))))
    assert siti.messages[-2].venue


async def test_a_pressed_message_is_replaced(channel: TelegramChannel, siti: TelegramPerson) -> None:
    first = await channel.send(_parcel(siti))
    other = Reply("list", choices=BUTTONS, replaces=True)
    again = await channel.send(_parcel(siti, other, edits=first.provider_id))
    assert again.provider_id == first.provider_id
    assert siti.messages[-1].text == "Ini kegiatan."
    assert (await channel.send(_parcel(siti, other, edits=first.provider_id))).provider_id == first.provider_id
    anew = await channel.send(_parcel(siti, other, edits="999999"))
    assert anew.provider_id != first.provider_id


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("429", TryLater), ("500", Uncertain), ("reset_before", Uncertain), ("reset_after_accept", Uncertain),
        ("403", Blocked), ("400", Blocked), ("401", ChannelDown),
    ],
)  # fmt: skip
async def test_every_failure_has_its_name(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson, fault: str, outcome: type[NotSent]
) -> None:
    double.fail_next("sendMessage", fault)
    with pytest.raises(outcome) as problem:
        await channel.send(_parcel(siti))
    if isinstance(problem.value, TryLater):
        assert problem.value.pause_all
        assert not problem.value.counts


async def test_a_refused_connection_is_a_free_retry(double: TelegramDouble, siti: TelegramPerson) -> None:
    channel = TelegramChannel(token=double.token, texts=TEXTS, load=_load, now=lambda: NOW, api_base_url=double.url)
    double.goes_away()
    with pytest.raises(TryLater) as problem:
        await channel.send(_parcel(siti))
    assert not problem.value.counts
    double.comes_back()
    await channel.send(_parcel(siti))
    await channel.close()


async def test_a_file_that_is_too_large_is_refused(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected):
        await channel.fetch(MediaRef("x", "image/jpeg", 10_000_000), 5_000_000)
