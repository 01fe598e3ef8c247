"""How a peer is told to send: a line of JSON with how many people and which words, answered by a line when it is done."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence

#: Sends the words to every chat.
Send = Callable[[Sequence[int], str], Awaitable[None]]


async def serve(send: Send) -> None:
    """Say that we are there, then do what we are told."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("{}", flush=True)
    while line := await reader.readline():
        wish = json.loads(line)
        await send(range(wish["first"], wish["first"] + wish["people"]), wish["text"])
        print("{}", flush=True)
