"""python-telegram-bot over aiohttp: what it makes of answers, and of none."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels import telegram_errors as errors
from bot.channels.base import Uncertain
from bot.channels.telegram_request import AiohttpRequest, NotConnected

ANSWERS = {
    "/good": (200, '{"ok": true, "result": {"message_id": 5}}'),
    "/page": (200, "<html>a page, where an answer should be</html>"),
    "/gateway": (502, "<html>Bad Gateway</html>"),
    "/large": (413, "<html>Request Entity Too Large</html>"),
    "/often": (429, "<html>Too Many Requests</html>"),
    "/zero": (429, '{"ok": false, "parameters": {"retry_after": 0}}'),
    "/pause": (429, '{"ok": false, "parameters": {"retry_after": 9}}'),
    "/token": (401, '{"ok": false, "description": "Unauthorized"}'),
}


async def _answer(request: web.Request) -> web.Response:
    if request.path == "/never":
        await asyncio.Event().wait()
    status, text = ANSWERS[request.path]
    return web.Response(status=status, text=text)


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """Where it answers."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest(answer_within=0.2)
    yield request
    await request.shutdown()


async def asked(request: AiohttpRequest, server: str, path: str) -> object:
    return await request.post(server + path)


async def test_a_good_answer(request_: AiohttpRequest, server: str) -> None:
    assert await asked(request_, server, "/good") == {"message_id": 5}


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/page", TelegramError),
        ("/gateway", NetworkError),
        ("/large", BadRequest),
        ("/often", RetryAfter),
        ("/zero", RetryAfter),
        ("/pause", RetryAfter),
        ("/token", InvalidToken),
        ("/never", TimedOut),
    ],
)
async def test_every_other_answer_has_its_name(
    request_: AiohttpRequest, server: str, path: str, problem: type[TelegramError]
) -> None:
    with pytest.raises(TelegramError) as raised:
        await asked(request_, server, path)
    assert type(raised.value) is problem
    assert "html" not in str(raised.value) or path == "/gateway"


@pytest.mark.parametrize("path", ["/page", "/gateway", "/never"])
async def test_what_may_have_arrived_is_uncertain(request_: AiohttpRequest, server: str, path: str) -> None:
    with pytest.raises(TelegramError) as raised:
        await asked(request_, server, path)
    assert type(errors.of_send(raised.value)) is Uncertain


@pytest.mark.parametrize(("path", "pause"), [("/often", 5), ("/zero", 5), ("/pause", 9)])
async def test_a_pause_is_as_long_as_telegram_says_or_a_little(
    request_: AiohttpRequest, server: str, path: str, pause: int
) -> None:
    with pytest.raises(RetryAfter) as raised:
        await asked(request_, server, path)
    assert errors.seconds(raised.value) == pause


async def test_where_nobody_listens_nothing_was_sent(request_: AiohttpRequest) -> None:
    with pytest.raises(NotConnected):
        await request_.post("http://127.0.0.1:1/bot/sendMessage")


async def test_after_closing_it_opens_again(request_: AiohttpRequest, server: str) -> None:
    await request_.shutdown()
    assert await asked(request_, server, "/good")
