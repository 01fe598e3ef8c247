"""Plain HTTP to the doubles, for their own tests: no client library that could repair or hide anything."""

import asyncio
import json
from typing import Any

import aiohttp

from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble


async def asks(double: TelegramDouble, method: str, **params: Any) -> dict[str, Any]:
    """One Bot API call as a form: text as it is, bytes as a file, the rest as JSON. Returns the answer."""
    form = aiohttp.FormData()
    for name, value in params.items():
        is_file, is_text = isinstance(value, bytes), isinstance(value, str)
        form.add_field(name, value if is_file or is_text else json.dumps(value), filename="a" if is_file else None)
    url = f"{double.url}/bot{double.token}/{method}"
    async with aiohttp.ClientSession() as http, http.post(url, data=form) as answer:
        body: dict[str, Any] = await answer.json()
        return body


def call(double: TelegramDouble, method: str, **params: Any) -> dict[str, Any]:
    """`asks`, for a test that is no coroutine."""
    return asyncio.run(asks(double, method, **params))


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    """An inline keyboard of one row."""
    return {"inline_keyboard": [list(buttons)]}


async def requests(double: TwilioDouble, method: str, path: str, **kinds: Any) -> tuple[int, dict[str, Any]]:
    """One authenticated call to Twilio (`data`, `json` or `params`). Returns status and body."""
    login = {"Authorization": aiohttp.encode_basic_auth(double.account_sid, double.auth_token)}
    async with (
        aiohttp.ClientSession(headers=login) as http,
        http.request(method, f"{double.url}{path}", **kinds) as answer,
    ):
        return answer.status, await answer.json() if answer.status != 204 else {}


def request(double: TwilioDouble, method: str, path: str, **kinds: Any) -> tuple[int, dict[str, Any]]:
    """`requests`, for a test that is no coroutine."""
    return asyncio.run(requests(double, method, path, **kinds))
