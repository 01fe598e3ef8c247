"""What happened in the chats, on its way to the program: the queue, long polls, and webhook deliveries.

A webhook gets each chat's messages in order, and presses in a queue of their own: the two can swap, as in
real life.
"""

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp

from tests.doubles.refusals import not_now
from tests.doubles.server import Server

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LONGEST_POLL = 50  #: seconds


@dataclass(frozen=True, slots=True)
class Update:
    """One update and the queue it travels in."""

    update_id: int
    kind: str
    lane: Hashable
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates go instead of waiting for a poll."""

    url: str
    secret: str
    max_connections: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt at a webhook: HTTP status, 0 where none came."""

    update_id: int
    status: int


class Wake(StrEnum):
    """Why a waiting poll goes on."""

    NEWS = "news"
    OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
    WEBHOOK = "terminated by setWebhook request"


class Updates:
    """All updates of one bot. `first_retry` and `longest_retry` (seconds) are far shorter than Telegram's."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._next = 700_001
        self._waiting: asyncio.Future[Wake] | None = None
        self._lanes: set[Hashable] = set()
        self._allowed: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.pending: dict[int, Update] = {}
        self.again: list[Update] = []  #: confirmed once, to be polled once more
        self.history: list[Update] = []
        self.offered: set[int] = set()  #: of a kind the program asked for
        self.deliveries: list[Delivery] = []
        self.last_error = ""
        self.copies = 1  #: how often a webhook gets each update
        self.first_retry, self.longest_retry = 0.1, 1.0

    def post(self, payload: Mapping[str, Any], lane: Hashable = None) -> int:
        """Queue an update: `payload` holds its one content, with or without `update_id`. Returns the id."""
        update_id = int(payload.get("update_id", self._next))
        self._next = max(self._next, update_id) + 1
        kind = next((name for name in payload if name != "update_id"), "unknown")
        update = Update(update_id, kind, lane or kind, {**payload, "update_id": update_id})
        self.history.append(update)
        if kind not in UNASKED if self._allowed is None else kind in self._allowed:
            self.pending[update_id] = update
            self.offered.add(update_id)
            self.resume()
        return update_id

    def redeliver(self, update_id: int) -> None:
        """Deliver an update again although it was confirmed, as happens in real life."""
        update = next(update for update in self.history if update.update_id == update_id)
        if self.webhook:
            self.pending[update_id] = update
        else:
            self.again.append(update)
        self.resume()

    def allow(self, kinds: list[str] | None) -> None:
        """Keep the setting if None; an empty list is the default set."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def resume(self) -> None:
        """Wake whoever waits for updates."""
        self._wake(Wake.NEWS)
        if self.webhook is None or not hasattr(self._server, "http"):
            return
        for lane in {update.lane for update in self.pending.values()} - self._lanes:
            self._lanes.add(lane)
            self._server.spawn(self._deliver(lane))

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Begin or end delivering; what is pending stays pending."""
        self.webhook = webhook
        self._connections = asyncio.Semaphore(webhook.max_connections if webhook else 1)
        self._wake(Wake.WEBHOOK)
        self.resume()

    async def poll(self, offset: int, limit: int, timeout: int) -> list[dict[str, Any]]:
        """One getUpdates. Raises Refused (409) beside a webhook or when a newer poll takes over."""
        if self.webhook:
            raise not_now(
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete"
                " the webhook first",
                409,
            )
        self._wake(Wake.OTHER_POLL)
        self._confirm(offset)
        if not self.pending and not self.again and timeout:
            await self._news(min(timeout, LONGEST_POLL))
        again, self.again = self.again, []
        queued = [self.pending[update_id] for update_id in sorted(self.pending)]
        return [update.payload for update in (again + queued)[:limit]]

    def _confirm(self, offset: int) -> None:
        below = sorted(self.pending)[:offset] if offset < 0 else [i for i in self.pending if i < offset]
        for update_id in below:
            del self.pending[update_id]
        self._server.tell_waiters()

    async def _news(self, seconds: float) -> None:
        mine = self._waiting = asyncio.get_running_loop().create_future()
        closing = asyncio.ensure_future(self._server.closing.wait())
        try:
            await asyncio.wait({mine, closing}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if self._waiting is mine:
                self._waiting = None
        if mine.done() and mine.result() is not Wake.NEWS:
            raise not_now(f"Conflict: {mine.result()}", 409)

    def _wake(self, why: Wake) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(why)

    async def _deliver(self, lane: Hashable) -> None:
        wait = self.first_retry
        try:
            while self.webhook and (update := self._first(lane)):
                if await self._push(update, self.webhook):
                    self.pending.pop(update.update_id, None)
                    wait = self.first_retry
                else:
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, self.longest_retry)
                self._server.tell_waiters()
        finally:
            self._lanes.discard(lane)

    def _first(self, lane: Hashable) -> Update | None:
        return next((update for update in self.pending.values() if update.lane == lane), None)

    async def _push(self, update: Update, webhook: Webhook) -> bool:
        """Deliver once (or, with `copies`, several times); whether the last answer was a 2xx."""
        status = 0
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        for _ in range(self.copies):
            try:
                async with (
                    self._connections,
                    self._server.http.post(webhook.url, json=update.payload, headers=headers) as answer,
                ):
                    await answer.read()
                    status = answer.status
            except (OSError, TimeoutError, aiohttp.ClientError) as trouble:
                status = 0
                self.last_error = str(trouble) or type(trouble).__name__
            self.deliveries.append(Delivery(update.update_id, status))
        return 200 <= status < 300
