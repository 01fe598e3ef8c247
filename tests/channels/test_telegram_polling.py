"""Taking updates in on Telegram: by our own polling loop, and what each kind of update says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_inbound import heard_of
from bot.conversation.heard import Heard, Kind
from bot.conversation.texts import Texts
from tests.doubles.telegram import TelegramDouble

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        assert double.violations == []


class Listener:
    """Takes messages in; refuses as often as it is told, as a database does that is locked."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.refuse = 0

    async def receive(self, heard: Heard) -> None:
        await asyncio.sleep(0)
        if self.refuse:
            self.refuse -= 1
            raise OSError("the database is locked")
        self.heard.append(heard)

    async def until(self, count: int) -> list[Heard]:
        async with asyncio.timeout(15):
            while len(self.heard) < count:
                await asyncio.sleep(0.01)
        return self.heard


@asynccontextmanager
async def _polling(double: TelegramDouble, listener: Listener) -> AsyncIterator[None]:
    async def load(path: str, now: datetime) -> tuple[bytes, str, str]:
        raise LookupError(path)

    texts = Texts({"id": {}})
    channel = TelegramChannel(token=double.token, texts=texts, load=load, now=lambda: NOW, api_base_url=double.url)
    await channel.open()
    task = asyncio.create_task(channel.poll(listener.receive))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await channel.close()


async def test_messages_come_in_order_and_are_confirmed_after_they_were_taken(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    for word in ("satu", "dua", "tiga"):
        siti.says(word)
    async with _polling(double, listener):
        heard = await listener.until(3)
    assert [message.text for message in heard] == ["satu", "dua", "tiga"]
    assert len({message.message_id for message in heard}) == 3


async def test_what_could_not_be_stored_comes_again(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    listener.refuse = 2
    siti.says("halo")
    async with _polling(double, listener):
        heard = await listener.until(1)
    assert heard[0].text == "halo"


async def test_after_a_kill_between_commit_and_confirmation_the_same_update_comes_again(double: TelegramDouble) -> None:
    siti, first, second = double.person("Siti"), Listener(), Listener()
    siti.says("halo")
    async with _polling(double, first):
        await first.until(1)  # taken in, and the loop ends before it asks again
    async with _polling(double, second):
        siti.says("lagi")
        heard = await second.until(1)
    assert {message.text for message in heard} <= {"halo", "lagi"}
    assert first.heard[0].text == "halo"


async def test_a_webhook_left_behind_does_not_keep_us_from_polling(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    siti.says("halo")
    async with _polling(double, listener):
        assert (await listener.until(1))[0].text == "halo"


def _message(**content: object) -> dict[str, object]:
    chat = {"id": 52, "type": "private", "first_name": "Siti"}
    sender = {"id": 52, "is_bot": False, "first_name": "Siti", "language_code": "id"}
    return {"update_id": 7, "message": {"message_id": 3, "date": 1795410000, "chat": chat, "from": sender, **content}}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"text": "halo"}, Kind.TEXT),
        ({"photo": [{"file_id": "a", "width": 90}, {"file_id": "b", "width": 800, "file_size": 1000}]}, Kind.PHOTO),
        ({"voice": {"file_id": "v", "mime_type": "audio/ogg"}}, Kind.VOICE),
        ({"video": {"file_id": "v"}}, Kind.VIDEO),
        ({"document": {"file_id": "d", "mime_type": "application/pdf"}}, Kind.DOCUMENT),
        ({"sticker": {"file_id": "s"}}, Kind.STICKER),
        ({"location": {"latitude": -6.1, "longitude": 106.6}}, Kind.LOCATION),
        ({"venue": {"location": {"latitude": -6.1, "longitude": 106.6}, "title": "Balai"}}, Kind.LOCATION),
        ({"contact": {"phone_number": "+6281200001234", "first_name": "Siti", "user_id": 52}}, Kind.CONTACT),
        ({"poll": {"id": "1"}}, Kind.UNKNOWN),
    ],
)
def test_each_kind_of_message(content: dict[str, object], kind: Kind) -> None:
    heard = heard_of(_message(**content), "7000", NOW)
    assert heard
    assert (heard.kind, heard.address, heard.message_id, heard.language) == (kind, "52", "7", "id")
    assert (heard.text is not None) == (kind is Kind.TEXT)


def test_the_largest_picture_is_taken() -> None:
    sizes = [{"file_id": "a", "width": 90}, {"file_id": "b", "width": 800}]
    heard = heard_of(_message(photo=sizes), "7000", NOW)
    assert heard
    assert heard.media
    assert heard.media.ref == "b"


def test_a_press_is_never_text_and_absurd_data_is_cut() -> None:
    message = {"message_id": 9, "chat": {"id": 52, "type": "private"}}
    sender = {"id": 52, "language_code": "en"}
    for data, action in (("enrol:42", "enrol:42"), ("x" * 500, "x" * 64), ("\ud800", "?"), ("", "?")):
        query = {"id": "1", "data": data, "message": message, "from": sender}
        heard = heard_of({"update_id": 8, "callback_query": query}, "7000", NOW)
        assert heard
        assert (heard.action, heard.text, heard.pressed) == (action, None, "9")


def test_groups_are_met_with_silence() -> None:
    group = {"id": -100, "type": "supergroup", "title": "RW 05"}
    message = {"message_id": 1, "date": 1795410000, "chat": group, "text": "halo"}
    assert heard_of({"update_id": 1, "message": message}, "7000", NOW) is None
    query = {"id": "1", "data": "menu", "message": {"message_id": 1, "chat": group}}
    assert heard_of({"update_id": 2, "callback_query": query}, "7000", NOW) is None


@pytest.mark.parametrize(("status", "kind"), [("kicked", Kind.BLOCKED), ("member", Kind.UNBLOCKED)])
def test_she_blocks_us_and_lets_us_in_again(status: str, kind: Kind) -> None:
    member = {"chat": {"id": 52, "type": "private"}, "date": 1795410000, "new_chat_member": {"status": status}}
    heard = heard_of({"update_id": 3, "my_chat_member": member}, "7000", NOW)
    assert heard
    assert heard.kind is kind


def test_what_concerns_nobody_is_passed_over() -> None:
    assert heard_of({"update_id": 4, "inline_query": {}}, "7000", NOW) is None
    assert heard_of({"update_id": 5}, "7000", NOW) is None
