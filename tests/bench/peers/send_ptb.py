"""python-telegram-bot, one message after the other: more at once makes its default client slower, not faster.

With `limited`, its `AIORateLimiter` is asked before each message; its limits are set so high that nothing ever waits.
"""

import sys
from collections.abc import Sequence
from typing import Any

import uvloop
from telegram.ext import AIORateLimiter, Application

from tests.bench.accounts import TOKEN
from tests.bench.peers.asked import serve

#: Messages a second, far beyond what it reaches.
NO_LIMIT = 100_000


async def main(api: str, how: str) -> None:
    builder = Application.builder().token(TOKEN).base_url(f"{api}/bot")
    if how == "limited":
        limiter: Any = AIORateLimiter(overall_max_rate=NO_LIMIT, overall_time_period=1)
        builder = builder.rate_limiter(limiter)
    async with builder.build() as application:

        async def send(chats: Sequence[int], text: str) -> None:
            for chat in chats:
                await application.bot.send_message(chat, text)

        await serve(send)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "plain"))
