"""aiogram: so many tasks share the list, each sending one message after the other."""

import asyncio
import sys
from collections.abc import Iterator, Sequence

import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.bench.accounts import TOKEN
from tests.bench.peers.asked import serve

#: Sends on their way at once.
AT_ONCE = 50


async def main(api: str) -> None:
    async with Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api))) as bot:

        async def work(chats: Iterator[int], text: str) -> None:
            for chat in chats:
                await bot.send_message(chat, text)

        async def send(chats: Sequence[int], text: str) -> None:
            left = iter(chats)
            await asyncio.gather(*(work(left, text) for _ in range(AT_ONCE)))

        await serve(send)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
