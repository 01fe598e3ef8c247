"""The Telegram double plays its part: presses, polls, webhooks, faults, rates. Calls go by plain HTTP."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.doubles.faults import FaultKind
from tests.doubles.plain_http import asks, call, keyboard
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson

CHAT = 5_200_000_777
TEXT: dict[str, Any] = {"chat_id": CHAT, "text": "halo"}


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    """An open double."""
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def siti(double: TelegramDouble) -> TelegramPerson:
    """A woman who has started the bot."""
    return double.person("Siti", CHAT)


def test_a_press_expires_and_its_answer_has_200_characters(double: TelegramDouble, siti: TelegramPerson) -> None:
    call(
        double,
        "sendMessage",
        chat_id=CHAT,
        text="Mau?",
        reply_markup=keyboard({"text": "Ya", "callback_data": "y"}),
    )
    siti.presses("Ya")
    (query_id,) = double.unanswered
    assert call(double, "answerCallbackQuery", callback_query_id=query_id, text="a" * 201)["error_code"] == 400
    assert call(double, "answerCallbackQuery", callback_query_id=query_id, text="a" * 200)["ok"]
    assert siti.toasts == ["a" * 200]
    double.clock.advance(seconds=151)
    assert "too old" in call(double, "answerCallbackQuery", callback_query_id=query_id)["description"]


def test_json_and_queries_are_read_like_forms(double: TelegramDouble, siti: TelegramPerson) -> None:
    async def both() -> list[bool]:
        url, text = f"{double.url}/bot{double.token}/sendMessage", TEXT | {"reply_markup": keyboard()}
        async with aiohttp.ClientSession() as http:
            posted, got = await http.post(url, json=text), await http.get(url, params=TEXT)
            return [(await answer.json())["ok"] for answer in (posted, got)]

    assert asyncio.run(both()) == [True, True]
    assert len(siti.messages) == 2


def test_polling_confirms_below_the_offset_and_a_newer_poll_wins(double: TelegramDouble, siti: TelegramPerson) -> None:
    first, second = siti.says("halo"), siti.says("menu")
    assert [u["update_id"] for u in call(double, "getUpdates")["result"]] == [first, second]
    assert [u["update_id"] for u in call(double, "getUpdates", offset=second)["result"]] == [second]
    assert call(double, "getUpdates", offset=second + 1)["result"] == []
    double.redeliver(first)
    assert [u["update_id"] for u in call(double, "getUpdates", offset=second + 1)["result"]] == [first]

    async def two_polls() -> list[dict[str, Any]]:
        older = asyncio.create_task(asks(double, "getUpdates", timeout=20))
        while double.calls[-1].values.get("timeout") != 20:
            await asyncio.sleep(0.01)
        newer = asyncio.create_task(asks(double, "getUpdates", timeout=20, offset=second + 1))
        conflict = await older
        siti.says("lagi")
        return [conflict, await newer]

    conflict, news = asyncio.run(two_polls())
    assert conflict["error_code"] == 409
    assert [u["message"]["text"] for u in news["result"]] == ["lagi"]
    call(double, "setWebhook", url="http://127.0.0.1:9/x")
    assert call(double, "getUpdates")["error_code"] == 409


def test_a_webhook_is_retried_in_order_with_its_secret(double: TelegramDouble, siti: TelegramPerson) -> None:
    async def listen() -> list[tuple[str | None, int]]:
        heard: list[tuple[str | None, int]] = []

        async def hook(request: web.Request) -> web.Response:
            update = await request.json()
            heard.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update["update_id"]))
            return web.Response(status=503 if len(heard) == 1 else 200)

        app = web.Application()
        app.router.add_post("/hook", hook)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await asks(double, "setWebhook", url=url, secret_token="rahasia")
        async with asyncio.timeout(10):
            while len(heard) < 3:
                await asyncio.sleep(0.01)
        await runner.cleanup()
        return heard

    first, second = siti.says("satu"), siti.says("dua")
    assert asyncio.run(listen()) == [("rahasia", first), ("rahasia", first), ("rahasia", second)]


def test_faults_strike_as_planned(double: TelegramDouble, siti: TelegramPerson) -> None:
    good = TEXT
    for kind, code in {"500": 500, "403": 403, "400": 400, "401": 401}.items():
        double.fail_next("sendMessage", kind)
        assert call(double, "sendMessage", **good)["error_code"] == code
    for kind, received in {FaultKind.RESET_BEFORE: 0, FaultKind.RESET_AFTER_ACCEPT: 1}.items():
        double.fail_next("sendMessage", kind, to=CHAT)
        with pytest.raises(aiohttp.ClientError):
            call(double, "sendMessage", **good)
        assert len(siti.messages) == received
    double.fail_next("sendMessage", FaultKind.TIMEOUT_AFTER_ACCEPT)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(asks(double, "sendMessage", **good), 0.3))
    assert len(siti.messages) == 2
    double.fail_next("sendMessage", FaultKind.RATE, retry_after=1)
    assert call(double, "sendMessage", **good)["parameters"] == {"retry_after": 1}
    assert call(double, "sendMessage", **good)["error_code"] == 429, "the whole token pauses"
    assert not double.violations


def test_too_many_sends_a_second_are_refused(double: TelegramDouble, siti: TelegramPerson) -> None:
    double.rate_limit = 3
    started = time.monotonic()
    codes = [call(double, "sendMessage", **TEXT).get("error_code", 200) for _ in range(4)]
    assert codes == [200, 200, 200, 429] or time.monotonic() - started > 0.9
    assert all(message.started >= started for message in double.sent)
