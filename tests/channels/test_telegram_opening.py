"""Getting ready on Telegram: the token, the webhook, the menu of commands; and updates by webhook."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.base import ChannelDown, TryLater
from bot.channels.telegram_inbound import ALLOWED
from bot.conversation.heard import Heard
from tests.channels.telegram_parts import channel_at
from tests.doubles import telegram_calls
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_chats import BOT

TOKEN_OF_NOBODY = "7000000002:AAF-a-token-nobody-gave-out-00000000000"


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        assert double.violations == []


async def test_the_account_is_the_bots_id(double: TelegramDouble) -> None:
    async with channel_at(double) as channel:
        assert channel.account == str(BOT["id"])
        assert await channel.check() == "@berdaya_uji_bot"


async def test_by_webhook_telegram_is_told_where_and_what(double: TelegramDouble) -> None:
    async with channel_at(double, mode="webhook", secret="a-secret") as channel:
        await channel.open()
    told = next(call.values for call in double.calls if call.method == "setWebhook")
    assert (told["url"], told["secret_token"]) == ("http://127.0.0.1:1/telegram/webhook", "a-secret")
    assert sorted(told["allowed_updates"]) == sorted(ALLOWED)


async def test_before_polling_a_webhook_is_deleted_and_what_waits_is_kept(double: TelegramDouble) -> None:
    siti = double.person("Siti")
    update_id = siti.says("halo")
    async with channel_at(double) as channel:
        await channel.open()
    assert any(call.method == "deleteWebhook" for call in double.calls)
    assert update_id in double.updates.pending


async def test_commands_are_in_the_menu_in_each_language(double: TelegramDouble) -> None:
    async with channel_at(double) as channel:
        await channel.open()
    by_language = {language: commands for (_, language), commands in double.commands.items()}
    assert by_language[""][0] == {"command": "menu", "description": "Lihat menu"}
    assert by_language["en"][0] == {"command": "menu", "description": "See the menu"}
    assert [command["command"] for command in by_language[""]] == ["menu", "stop"]


@pytest.mark.parametrize("missing", ["setMyCommands", "deleteWebhook"])
async def test_what_is_not_offered_does_not_stop_the_start(
    double: TelegramDouble, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delitem(telegram_calls.OFFERED, missing)
    async with channel_at(double) as channel:
        await channel.open()
    double.refusals.clear()


async def test_a_token_nobody_gave_out_pauses_the_channel(double: TelegramDouble) -> None:
    double.token, real = TOKEN_OF_NOBODY, double.token
    async with channel_at(double) as channel:
        double.token = real
        for question in (channel.open, channel.check):
            with pytest.raises(ChannelDown, match="account_refused"):
                await question()


async def test_a_webhook_address_telegram_refuses_pauses_the_channel(double: TelegramDouble) -> None:
    async with channel_at(double, mode="webhook", secret="not allowed!") as channel:
        with pytest.raises(ChannelDown):
            await channel.open()
    double.refusals.clear()


@pytest.mark.parametrize("fault", ["429", "500", "reset_before"])
@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
async def test_trouble_while_opening_is_waited_out(double: TelegramDouble, method: str, fault: str) -> None:
    double.fail_next(method, fault)
    async with channel_at(double) as channel:
        with pytest.raises(TryLater):
            await channel.open()


async def test_nobody_there_is_waited_out(double: TelegramDouble) -> None:
    async with channel_at(double) as channel:
        double.goes_away()
        with pytest.raises(TryLater):
            await channel.open()
    double.comes_back()


async def test_an_update_by_webhook_is_taken_in_and_its_press_answered(double: TelegramDouble) -> None:
    siti = double.person("Siti")
    siti.presses_data("menu", 1)
    update = double.updates.history[-1].payload
    heard: list[Heard] = []

    async def receive(message: Heard) -> None:
        heard.append(message)

    async with channel_at(double) as channel:
        await channel.handle(update, receive)
        await asyncio.to_thread(all_answered, double)
    assert heard[0].action == "menu"


def all_answered(double: TelegramDouble) -> None:
    with double.changed:
        assert double.changed.wait_for(lambda: not double.unanswered, 10)


async def test_an_update_by_webhook_that_is_not_stored_is_not_acknowledged(double: TelegramDouble) -> None:
    siti = double.person("Siti")
    siti.says("halo")

    async def receive(message: Heard) -> None:
        raise OSError("the database is locked")

    async with channel_at(double) as channel:
        with pytest.raises(OSError, match="locked"):
            await channel.handle(double.updates.history[-1].payload, receive)


async def test_an_update_by_webhook_of_unknown_shape_is_acknowledged(double: TelegramDouble) -> None:
    async def receive(message: Heard) -> None:
        raise AssertionError(message)

    async with channel_at(double) as channel:
        await channel.handle({"update_id": 1, "message": 5}, receive)
