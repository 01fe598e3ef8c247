"""Our own polling loop: an update is confirmed only once it is committed.

Telegram forgets what lies below the offset of the next question. So the offset moves past an update when `take` has
returned, and not before; what failed comes again, and so does everything after it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter

from bot.channels import telegram_errors as errors
from bot.channels.telegram_inbound import chat_of

log = structlog.get_logger()

#: Pause after trouble, in seconds: doubled each time, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0

Update = Mapping[str, Any]


class NotTaken(Exception):
    """Some updates of a batch were not committed."""


@dataclass
class Polling:
    """Asks for updates, and hands them on."""

    ask: Callable[[int], Awaitable[list[Update]]]  #: updates from an offset on, waiting for news
    take: Callable[[Update], Awaitable[None]]  #: one update in; returns after the commit, raises if there was none
    offset: int = 0
    pause: float = FIRST_PAUSE
    trouble: str = ""  #: what kept us from the last round, so that it is told once

    async def run(self) -> None:
        """Poll until cancelled. What of a batch was not taken by then comes again at the next start."""
        while True:
            try:
                updates = await self.ask(self.offset)
                await self._take_in(updates)
            except Exception as problem:  # whatever Telegram answers, the loop goes on
                await self._rest(problem)
            else:
                self._well()

    async def _take_in(self, updates: list[Update]) -> None:
        """Hand a batch in: chats side by side, the updates of one chat one after the other. Raises NotTaken."""
        ordered = sorted(updates, key=lambda update: int(update["update_id"]))
        chats: dict[str, list[Update]] = {}
        for update in ordered:
            chats.setdefault(chat_of(update), []).append(update)
        results = await asyncio.gather(*(self._one_by_one(mine) for mine in chats.values()))
        failed = [update_id for update_id in results if update_id is not None]
        self.offset = min(failed) if failed else _after(ordered)
        if failed:
            raise NotTaken

    async def _one_by_one(self, updates: list[Update]) -> int | None:
        """Take one chat's updates in, in order; the id of the first that failed, after which none is tried."""
        for update in updates:
            try:
                await self.take(update)
            except Exception as problem:
                log.error("update not stored", update=update["update_id"], error=type(problem).__name__)
                return int(update["update_id"])
        return None

    def _well(self) -> None:
        if self.trouble:
            log.info("updates come again")
        self.pause, self.trouble = FIRST_PAUSE, ""

    async def _rest(self, problem: Exception) -> None:
        if type(problem).__name__ != self.trouble:
            self.trouble = type(problem).__name__
            log.error(_WHY.get(type(problem), "no updates"), error=self.trouble)
        await asyncio.sleep(errors.seconds(problem) if isinstance(problem, RetryAfter) else self.pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


_WHY: Mapping[type[Exception], str] = {
    Conflict: "another program polls with this token, or a webhook is set",
    InvalidToken: "Telegram does not accept the token",
    NotTaken: "updates could not be stored: they come again",
}


def _after(ordered: list[Update]) -> int:
    """The next offset. None after an empty answer: all is confirmed, and after a quiet week Telegram counts anew."""
    return int(ordered[-1]["update_id"]) + 1 if ordered else 0
