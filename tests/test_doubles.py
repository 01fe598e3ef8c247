"""The providers' own client libraries talk to the doubles, in this process and across processes.

The rules one by one: `doubles/test_telegram_rules.py`, `doubles/test_twilio_rules.py`.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, Update
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from tests.doubles import specification
from tests.doubles.clock import Clock
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import JPEG
from tests.doubles.twilio import SENDER, TwilioDouble

HER = "whatsapp:+6281200001234"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    """An open Telegram."""
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    """An open Twilio."""
    with TwilioDouble() as double:
        yield double


def bot_of(double: TelegramDouble, token: str = "") -> Bot:
    """python-telegram-bot's own client."""
    return Bot(token or double.token, base_url=f"{double.url}/bot", base_file_url=f"{double.url}/file/bot")


class Redirected:
    """Sends what is meant for Twilio to the double, and nothing anywhere else."""

    is_async = False

    def __init__(self, url: str) -> None:
        self._http = TwilioHttpClient(timeout=10)
        self._url = url

    def request(self, method: str, url: str, *args: Any, **kinds: Any) -> Response:
        """The request of the library, at the double's address."""
        for host in ("https://api.twilio.com", "https://content.twilio.com", self._url):
            if url.startswith(host):
                return self._http.request(method, self._url + url.removeprefix(host), *args, **kinds)
        raise AssertionError(f"a call to {url}")


def client_of(double: TwilioDouble) -> Client:
    """Twilio's own client."""
    return Client(double.account_sid, double.auth_token, http_client=Redirected(double.url))


def test_python_telegram_bot_sends_edits_and_removes_buttons(telegram: TelegramDouble) -> None:
    siti = telegram.person("Siti")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ya", callback_data="yes:1")]])

    async def converse() -> None:
        async with bot_of(telegram) as bot:
            bold = [MessageEntity(MessageEntity.BOLD, 0, 3)]
            sent = await bot.send_message(siti.user_id, "Mau ikut?", entities=bold, reply_markup=markup)
            await bot.edit_message_text("Jadi ikut?", siti.user_id, sent.message_id, reply_markup=markup)
            empty = InlineKeyboardMarkup([])
            await bot.edit_message_reply_markup(siti.user_id, sent.message_id, reply_markup=empty)
            await bot.send_photo(siti.user_id, JPEG, caption="gambar")
            await bot.send_document(siti.user_id, b"BEGIN:VCALENDAR", filename="jadwal.ics")
            await bot.send_venue(siti.user_id, -6.17, 106.63, "Balai", "Jl. Melati")
            await bot.set_my_commands([BotCommand("menu", "Menu")])

    asyncio.run(converse())
    text, photo, document, venue = siti.messages
    assert (text.text, text.rows) == ("Jadi ikut?", ())
    assert [version.text for version in text.history] == ["Mau ikut?", "Jadi ikut?"]
    assert photo.photo and photo.photo.data == JPEG
    assert document.document and document.document.name == "jadwal.ics"
    assert venue.venue and venue.venue.title == "Balai"
    assert telegram.refusals == []


def test_python_telegram_bot_hears_and_answers_and_fetches(telegram: TelegramDouble) -> None:
    siti = telegram.person("Siti", language_code="en")

    async def converse() -> list[Update]:
        async with bot_of(telegram) as bot:
            siti.starts("menjahit-dasar")
            heard = list(await bot.get_updates(timeout=5))
            markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ya", callback_data="yes:1")]])
            await bot.send_message(siti.user_id, "Mau?", reply_markup=markup)
            await siti.awaits("Mau?")
            siti.presses("Ya")
            siti.sends_photo(JPEG)
            siti.sends_sticker()
            siti.sends_voice()
            siti.sends_location(-6.17, 106.63)
            siti.sends_contact("0812-0000-1234", siti.user_id)
            siti.edits("menjahit", 1)
            siti.blocks_bot()
            heard += await bot.get_updates(offset=heard[-1].update_id + 1, timeout=5)
            query, picture = heard[1].callback_query, heard[2].message
            assert query and picture
            await bot.answer_callback_query(query.id, "baik")
            file = await bot.get_file(picture.photo[-1])
            assert bytes(await file.download_as_bytearray()) == JPEG
            return heard

    start, press, _, sticker, voice, place, contact, edit, block = asyncio.run(converse())
    assert start.message and start.message.text == "/start menjahit-dasar"
    assert start.effective_user and start.effective_user.language_code == "en"
    assert press.callback_query and press.callback_query.data == "yes:1"
    assert sticker.message and sticker.message.sticker and voice.message and voice.message.voice
    assert place.message and place.message.location
    assert contact.message and contact.message.contact and contact.message.contact.user_id == siti.user_id
    assert edit.edited_message and block.my_chat_member
    assert siti.toasts == ["baik"]
    assert (telegram.refusals, telegram.unanswered) == ([], [])


def test_python_telegram_bot_understands_the_refusals(telegram: TelegramDouble) -> None:
    siti, group = telegram.person("Siti"), telegram.group("RT 05")

    async def fail() -> None:
        async with bot_of(telegram) as bot:
            with pytest.raises(BadRequest, match="too long"):
                await bot.send_message(siti.user_id, "a" * 4097)
            telegram.fail_next("sendMessage", "429", retry_after=3)
            with pytest.raises(RetryAfter):
                await bot.send_message(siti.user_id, "a")
            siti.blocks_bot()
            with pytest.raises((Forbidden, RetryAfter)):
                await bot.send_message(siti.user_id, "a")
        with pytest.raises(InvalidToken):
            await bot_of(telegram, "1:wrong").initialize()

    asyncio.run(fail())
    group.says(siti, "halo semua")
    assert group.messages == ()


def test_twilios_client_sends_lists_and_makes_contents(twilio: TwilioDouble) -> None:
    siti, client = twilio.person(HER, heard=True), client_of(twilio)
    sent = client.messages.create(to=HER, from_=SENDER, body="halo")
    assert client.messages(sent.sid).fetch().body == "halo"
    assert [message.sid for message in client.messages.list(to=HER)] == [sent.sid]
    action = ContentList.QuickReplyAction({"type": "QUICK_REPLY", "title": "Ya", "id": "yes:1"})
    reply = ContentList.TwilioQuickReply({"body": "Halo {{1}}, mau?", "actions": [action]})
    types = ContentList.Types({"twilio/quick-reply": reply})
    made = client.content.v1.contents.create(ContentList.ContentCreateRequest({"language": "id", "types": types}))
    client.messages.create(to=HER, from_=SENDER, content_sid=made.sid, content_variables=json.dumps({"1": "Bu Siti"}))
    assert siti.last.text == "Halo Bu Siti, mau?"
    assert siti.last.buttons == [("Ya", "yes:1")]
    asked = ApprovalCreateList.ContentApprovalRequest({"name": "ajakan", "category": "UTILITY"})
    client.content.v1.contents(made.sid).approval_create.create(asked)
    assert client.content.v1.contents(made.sid).approval_fetch().fetch().whatsapp["status"] == "pending"
    assert [content.sid for content in client.content.v1.contents.list()] == [made.sid]
    assert twilio.refusals == []


def test_twilios_client_pages_and_understands_the_refusals(twilio: TwilioDouble) -> None:
    siti, client = twilio.person(HER), client_of(twilio)
    sids = [siti.says(str(number)) for number in range(5)]
    assert [m.sid for m in client.messages.list(to=SENDER, page_size=2)] == sids[::-1]
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=HER, from_=SENDER, body="a" * 1601)
    assert (caught.value.status, caught.value.code) == (400, 21617)


def test_without_specifications_the_written_rules_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(specification, "FOLDER", tmp_path)
    with pytest.warns(specification.SpecificationMissing, match="NO SPECIFICATION CHECK"):
        telegram, twilio = TelegramDouble(), TwilioDouble()
    assert (telegram.checks_specification, twilio.checks_specification) == (False, False)
    with telegram, twilio:
        test_python_telegram_bot_sends_edits_and_removes_buttons(telegram)
        test_twilios_client_sends_lists_and_makes_contents(twilio)
        with pytest.raises(TwilioRestException):
            client_of(twilio).messages.create(to=HER, from_=SENDER, body="a" * 1601)


def test_a_double_goes_away_and_comes_back_with_its_memory(twilio: TwilioDouble) -> None:
    siti, client = twilio.person(HER, heard=True), client_of(twilio)
    client.messages.create(to=HER, from_=SENDER, body="satu")
    twilio.goes_away()
    with pytest.raises(OSError):
        client.messages.create(to=HER, from_=SENDER, body="dua")
    twilio.comes_back()
    client.messages.create(to=HER, from_=SENDER, body="tiga")
    assert [message.text for message in siti.messages] == ["satu", "tiga"]


def test_a_clock_moves_and_tells_a_file(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    clock.advance(hours=20)
    assert (tmp_path / "clock").read_text() == "72000.0"
    assert (clock.now() - Clock().now()).total_seconds() == pytest.approx(72000, abs=5)


def test_a_double_runs_as_a_process_of_its_own() -> None:
    orders = [
        {"new": "person", "as": "siti", "with": {"name": "Siti"}},
        {"do": "says", "who": "siti", "with": {"text": "halo"}},
        {"get": "messages", "who": "siti"},
        {"set": {"speed": 1}},
    ]
    command = [sys.executable, "-m", "tests.doubles", "telegram", "--port", "0"]
    lines = "".join(json.dumps(order) + "\n" for order in orders)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    greeting, *answers = done.stdout.splitlines()
    assert greeting.startswith("port ")
    assert [json.loads(answer).get("ok") for answer in answers[:3]] == ["siti", 700_001, []]
    assert "error" in json.loads(answers[3])
