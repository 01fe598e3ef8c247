"""Telegram: sends parcels and takes updates in, by our own polling loop or by webhook.

Here the parts are put together: looks are in `telegram_rendering.py`, the way out in `telegram_sending.py`, updates in
`telegram_inbound.py`, the loop in `telegram_polling.py`, refusals in `telegram_errors.py`. Of python-telegram-bot only
`Bot` and its errors are used; its updater would confirm updates from a memory queue and lose a batch at a crash.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.channels import telegram_errors as errors
from bot.channels.base import Blocked, Moved, NotSent, Parcel, Receive, Rejected, Sent
from bot.channels.telegram_inbound import ALLOWED, CHANNEL, SHAPELESS, heard_of, query_of
from bot.channels.telegram_polling import Polling, Update
from bot.channels.telegram_rendering import render
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_sending import Load, Sending
from bot.channels.worded_once import WordedOnce
from bot.conversation.heard import MediaRef
from bot.conversation.texts import Texts

log = structlog.get_logger()

TELEGRAM = "https://api.telegram.org"
#: How long Telegram may hold a question for updates open, in seconds, and how many updates one answer may hold.
LONG_POLL, BATCH = 25, 100
#: Calls Telegram may have open at our webhook at once, the most it allows: each waits for its commit.
CONNECTIONS = 100
#: Commands in the bot's menu, each a word that always works; described under `telegram.command.*` in `texts/`.
COMMANDS = ("menu", "help", "batal", "stop")


class TelegramChannel:
    """One bot."""

    name = CHANNEL
    window_hours: float | None = None

    def __init__(
        self,
        *,
        token: str,
        texts: Texts,
        load: Load,
        now: Callable[[], datetime],
        api_base_url: str = "",
        mode: str = "polling",
        secret: str = "",
        public_url: str = "",
        paid_broadcast: bool = False,
    ) -> None:
        """`load` gives bytes, name and type of a file at one of our own addresses.

        `api_base_url` is scheme and host before /bot<token>/METHOD; empty is Telegram itself. `mode` is "polling" or
        "webhook"; the latter needs `secret` and `public_url`. `paid_broadcast`: broadcasts go the fast way that costs a fee.
        """
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library warns about its old way otherwise
        self.account = token.partition(":")[0]
        self._texts, self._now = texts, now
        self._mode, self._secret, self._public_url = mode, secret, public_url.rstrip("/")
        self._requests = AiohttpRequest(), AiohttpRequest(answer_within=LONG_POLL + 10)
        base = api_base_url.rstrip("/") or TELEGRAM
        self._bot = Bot(
            token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=self._requests[0],
            get_updates_request=self._requests[1],
        )  # fmt: skip
        self._worded = WordedOnce(render, texts)
        self._sending = Sending(self._bot, self._requests[0], load, paid_broadcast)
        self._answers: set[asyncio.Task[None]] = set()

    async def check(self) -> str:
        """Ask Telegram who we are. Raises ChannelDown or TryLater."""
        try:
            me = await self._bot.get_me()
        except TelegramError as problem:
            raise errors.of_opening(problem) from problem
        return f"@{me.username}"

    async def open(self) -> None:
        """Check the token; set the webhook, or delete one that would keep us from polling. Raises as `check`."""
        log.info("telegram ready", bot=await self.check(), mode=self._mode)
        try:
            await (self._set_webhook() if self._mode == "webhook" else self._delete_webhook())
        except TelegramError as problem:
            raise errors.of_opening(problem) from problem
        await self._set_commands()

    async def close(self) -> None:
        """Release connections."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()

    async def send(self, parcel: Parcel) -> Sent:
        """Send one message, or put it in the place of the one whose button she pressed. Raises NotSent."""
        try:
            return await self._sent(parcel)
        except TelegramError as problem:
            outcome = errors.of_send(problem)
            self._let_go(parcel, outcome)
            raise outcome from problem
        except NotSent as outcome:
            self._let_go(parcel, outcome)
            raise

    async def reconcile(self, parcel: Parcel) -> str | None:
        """Telegram cannot be asked what it has sent."""
        raise NotImplementedError

    async def fetch(self, media: MediaRef, limit: int) -> bytes:
        """The bytes of a file she sent. Raises Rejected when it is larger than `limit` bytes or gone, TryLater."""
        if (media.size or 0) > limit:
            raise Rejected("media_too_large")
        try:
            file = await self._bot.get_file(media.ref)
            if (file.file_size or 0) > limit:
                raise Rejected("media_too_large")
            data = bytes(await file.download_as_bytearray())
        except TelegramError as problem:
            raise errors.of_file(problem) from problem
        if len(data) > limit:
            raise Rejected("media_too_large")
        return data

    async def handle(self, update: Update, receive: Receive) -> None:
        """Take one update in; returns after the commit. A press is answered at once, whatever becomes of it."""
        self._answer(update)
        await self._take(update, receive)

    async def poll(self, receive: Receive) -> None:
        """Ask for updates until cancelled. The offset moves only past what was committed."""
        await Polling(self._updates, lambda update: self._take(update, receive)).run()

    async def _sent(self, parcel: Parcel) -> Sent:
        message = self._worded(parcel)
        replaces = parcel.edits and parcel.edits.isdecimal() and parcel.reply.replaces and message.is_text
        if parcel.edits and replaces and await self._sending.edit(parcel, message):
            return Sent(parcel.edits, message.shown)
        return Sent(await self._sending.send(parcel, message), message.shown)

    def _let_go(self, parcel: Parcel, outcome: NotSent) -> None:
        if isinstance(outcome, Rejected | Blocked | Moved):
            self._sending.forget(parcel)

    async def _set_webhook(self) -> None:
        url = f"{self._public_url}/telegram/webhook"
        await self._bot.set_webhook(
            url, secret_token=self._secret, allowed_updates=list(ALLOWED), max_connections=CONNECTIONS
        )

    async def _delete_webhook(self) -> None:
        try:
            await self._bot.delete_webhook()
        except InvalidToken:  # the token is good, so the call is not there: some emulators know no webhooks
            log.warning("no webhook could be deleted")

    async def _set_commands(self) -> None:
        """The bot's menu in each language. It is a convenience: without it all goes on."""
        default, *others = self._texts.languages
        try:
            for language in (default, *others):
                commands = [(name, self._described(name, language)) for name in COMMANDS if self._texts.has(_key(name))]
                if commands:
                    code = None if language == default else language
                    await self._bot.set_my_commands(commands, language_code=code)
        except TelegramError as problem:
            log.warning("no menu of commands", error=type(problem).__name__)

    def _described(self, name: str, language: str) -> str:
        spans = self._texts.render(_key(name), {}, language, self._now())
        return "".join(span.text for span in spans)

    async def _updates(self, offset: int) -> list[Update]:
        """Updates from an offset on. Presses among them are answered before anything else happens."""
        fields = {"offset": offset, "timeout": LONG_POLL, "limit": BATCH, "allowed_updates": list(ALLOWED)}
        updates: Any = await self._requests[1].call(f"{self._bot.base_url}/getUpdates", fields)
        for update in updates:
            self._answer(update)
        return list(updates)

    async def _take(self, update: Update, receive: Receive) -> None:
        try:
            heard = heard_of(update, self.account, self._now())
        except SHAPELESS as problem:  # it would only come again
            log.error("an update of unknown shape", error=type(problem).__name__)
            return
        if heard is not None:
            await receive(heard)

    def _answer(self, update: Mapping[str, Any]) -> None:
        """Answer a press in the background: it only stops the little clock on her button."""
        if query := query_of(update):
            task = asyncio.ensure_future(self._answered(query))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answered(self, query: str) -> None:
        try:
            await self._sending.call("answerCallbackQuery", callback_query_id=query)
        except TelegramError as problem:
            log.info("press not answered", error=type(problem).__name__)


def _key(command: str) -> str:
    return f"telegram.command.{command}"
