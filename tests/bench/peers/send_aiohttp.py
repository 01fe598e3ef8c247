"""The practical ceiling of a broadcast in Python: aiohttp, as many at once as pays, nothing kept, nothing checked."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence

import aiohttp
import uvloop

from tests.bench.accounts import TOKEN
from tests.bench.peers.asked import serve

#: Sends on their way at once.
AT_ONCE = 100


async def main(api: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE), headers=headers) as session:

        async def work(chats: Iterator[int], text: str) -> None:
            for chat in chats:
                body = json.dumps({"chat_id": chat, "text": text}).encode()
                async with session.post(f"{api}/bot{TOKEN}/sendMessage", data=body) as answer:
                    await answer.read()

        async def send(chats: Sequence[int], text: str) -> None:
            left = iter(chats)
            await asyncio.gather(*(work(left, text) for _ in range(AT_ONCE)))

        await serve(send)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
