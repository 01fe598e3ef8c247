"""Telegram: sends parcels and takes updates in, by our own polling loop or by webhook.

The transport only: looks are in `telegram_rendering.py`, updates in `telegram_inbound.py`, refusals in
`telegram_errors.py`. python-telegram-bot is used for its `Bot` and its errors; its updater would confirm updates from a
memory queue and lose a batch at a crash.
"""

import asyncio
import os
import warnings
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, TelegramError

from bot.channels import telegram_errors as errors
from bot.channels.base import ChannelDown, Parcel, Receive, Rejected, Sent
from bot.channels.telegram_inbound import ALLOWED, CHANNEL, heard_of
from bot.channels.telegram_rendering import CAPTION, TelegramMessage, as_entities, as_markup, render, units
from bot.channels.telegram_request import AiohttpRequest
from bot.conversation.heard import MediaRef
from bot.conversation.texts import Texts

log = structlog.get_logger()

#: How long Telegram may hold a question for updates open, and how many updates one answer may hold.
LONG_POLL, BATCH = 25, 100
#: Pause after a failed poll, in seconds: doubled each time, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0

Load = Callable[[str, datetime], Awaitable[tuple[bytes, str, str]]]


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
    ) -> None:
        """`load` gives bytes, name and type of a file at one of our own addresses.

        `api_base_url` is scheme and host before /bot<token>/METHOD; empty is Telegram itself. `mode` is "polling" or
        "webhook"; the latter needs `secret` and `public_url`.
        """
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library warns about its old way otherwise
        warnings.filterwarnings("ignore", message=r"Please use 'Bot\.")  # raw calls are meant, see `_call`
        self.account = token.partition(":")[0]
        self._texts, self._load, self._now = texts, load, now
        self._mode, self._secret, self._public_url = mode, secret, public_url.rstrip("/")
        base = api_base_url.rstrip("/") or "https://api.telegram.org"
        self._asking = AiohttpRequest(answer_within=LONG_POLL + 10)
        self._bot = Bot(
            token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=AiohttpRequest(),
            get_updates_request=self._asking,
        )  # fmt: skip
        self._answers: set[asyncio.Task[None]] = set()

    async def check(self) -> str:
        """Ask Telegram who we are. Raises ChannelDown or TryLater."""
        try:
            me = await self._bot.get_me()
        except TelegramError as problem:
            raise errors.of_question(problem) from problem
        return f"@{me.username}"

    async def open(self) -> None:
        """Check the token; set the webhook, or delete one that would keep us from polling."""
        log.info("telegram ready", bot=await self.check(), mode=self._mode)
        try:
            if self._mode == "webhook":
                await self._bot.set_webhook(
                    f"{self._public_url}/telegram/webhook", secret_token=self._secret, allowed_updates=list(ALLOWED)
                )
            else:
                await self._bot.delete_webhook()
        except TelegramError as problem:
            raise errors.of_question(problem) from problem

    async def close(self) -> None:
        """Release connections."""
        for task in self._answers:
            task.cancel()
        await self._bot.request.shutdown()
        await self._asking.shutdown()

    async def send(self, parcel: Parcel) -> Sent:
        """Send one message, or put it in the place of the one whose button she pressed. Raises NotSent."""
        message = render(parcel.reply, self._texts, parcel.language, parcel.now)
        try:
            if parcel.edits and parcel.reply.replaces and not (message.photo or message.document or message.venue):
                edited = await self._edit(parcel, message)
                if edited:
                    return Sent(parcel.edits, message.shown)
            return Sent(await self._send(parcel, message), message.shown)
        except TelegramError as problem:
            raise errors.of_send(problem) from problem

    async def reconcile(self, parcel: Parcel) -> str | None:
        """Telegram cannot be asked what it has sent."""
        raise NotImplementedError

    async def fetch(self, media: MediaRef, limit: int) -> bytes:
        """The bytes of a file she sent. Raises Rejected when it is larger than `limit` bytes or gone, TryLater."""
        if media.size is not None and media.size > limit:
            raise Rejected("media_too_large")
        try:
            file = await self._bot.get_file(media.ref)
            if file.file_size and file.file_size > limit:
                raise Rejected("media_too_large")
            return bytes(await file.download_as_bytearray())
        except TelegramError as problem:
            raise errors.of_question(problem) from problem

    async def handle(self, update: Mapping[str, Any], receive: Receive) -> None:
        """Take one update in; returns after the commit. A press is answered at once, whatever becomes of it."""
        if query := update.get("callback_query"):
            self._answer(str(query.get("id")))
        heard = heard_of(update, self.account, self._now())
        if heard is not None:
            await receive(heard)

    async def poll(self, receive: Receive) -> None:
        """Ask for updates until cancelled. The offset moves only past what was committed."""
        offset, pause = 0, FIRST_PAUSE
        while True:
            try:
                updates = await self._updates(offset)
                offset = await self._take_in(updates, offset, receive)
                pause = FIRST_PAUSE
                continue
            except Conflict:
                log.error("another program polls with this token, or a webhook is set")
            except (TelegramError, ChannelDown) as problem:
                log.warning("no updates", error=type(problem).__name__)
            except Exception as problem:  # nothing was stored: the same updates come again
                log.error("updates not stored", error=type(problem).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _updates(self, offset: int) -> list[dict[str, Any]]:
        fields = {"offset": offset, "timeout": LONG_POLL, "limit": BATCH, "allowed_updates": list(ALLOWED)}
        answer: Any = await self._bot.do_api_request("getUpdates", api_kwargs=fields, read_timeout=LONG_POLL + 10)
        return sorted(answer, key=lambda update: int(update["update_id"]))

    async def _take_in(self, updates: list[dict[str, Any]], offset: int, receive: Receive) -> int:
        """Hand a batch in, in order, all waiting at once; the offset after the last that is committed in a row."""
        results = await asyncio.gather(*(self.handle(update, receive) for update in updates), return_exceptions=True)
        for update, result in zip(updates, results, strict=True):
            if isinstance(result, BaseException):
                log.error("update not stored", update=update["update_id"], error=type(result).__name__)
                raise result
            offset = int(update["update_id"]) + 1
        return offset

    async def _send(self, parcel: Parcel, message: TelegramMessage) -> str:
        chat, markup = parcel.address, as_markup(message)
        caption = {"caption": message.text, "caption_entities": as_entities(message)}
        fits = units(message.text) <= CAPTION
        if (message.photo or message.document) and not fits:
            await self._call("sendMessage", chat_id=chat, text=message.text, entities=as_entities(message))
            caption = {}
        if message.photo:
            return await self._upload("photo", message.photo, parcel, chat_id=chat, reply_markup=markup, **caption)
        if message.document:
            path = message.document.path
            return await self._upload("document", path, parcel, chat_id=chat, reply_markup=markup, **caption)
        if message.venue:
            await self._send_venue(chat, message)
        return await self._call(
            "sendMessage", chat_id=chat, text=message.text, entities=as_entities(message), reply_markup=markup
        )

    async def _send_venue(self, chat: str, message: TelegramMessage) -> None:
        venue = message.venue
        assert venue is not None
        await self._call(
            "sendVenue", chat_id=chat, latitude=venue.latitude, longitude=venue.longitude, title=venue.title,
            address=venue.address,
        )  # fmt: skip

    async def _edit(self, parcel: Parcel, message: TelegramMessage) -> bool:
        """Put the message in the place of another; False if that one cannot be edited any more."""
        try:
            await self._call(
                "editMessageText", chat_id=parcel.address, message_id=int(parcel.edits or 0), text=message.text,
                entities=as_entities(message), reply_markup=as_markup(message),
            )  # fmt: skip
            return True
        except TelegramError as problem:
            if errors.is_unchanged(problem):
                return True
            if errors.cannot_edit(problem):
                log.info("sent anew: the old message cannot be edited")
                return False
            raise

    async def _upload(self, kind: str, path: str, parcel: Parcel, **fields: Any) -> str:
        data, filename, _ = await self._load(path, parcel.now)
        send = self._bot.send_photo if kind == "photo" else self._bot.send_document
        markup = fields.pop("reply_markup")
        sent = await send(
            **{kind: data}, filename=filename, api_kwargs={"reply_markup": markup} if markup else None, **fields
        )
        return str(sent.message_id)

    async def _call(self, method: str, **fields: Any) -> str:
        """One call by its raw name: the library's typed way costs six times as much (`docs/decisions.md`)."""
        given = {name: value for name, value in fields.items() if value is not None}
        result: Any = await self._bot.do_api_request(method, api_kwargs=given)
        return str(result["message_id"]) if isinstance(result, Mapping) else ""

    def _answer(self, query: str) -> None:
        """Answer a press at once and in the background: it only stops the little clock on her button."""
        task = asyncio.ensure_future(self._answered(query))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answered(self, query: str) -> None:
        try:
            await self._call("answerCallbackQuery", callback_query_id=query)
        except TelegramError as problem:
            log.info("press not answered", error=type(problem).__name__)
