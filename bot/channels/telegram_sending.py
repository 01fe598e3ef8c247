"""How one rendered message goes out on Telegram: in one call where that is possible, in two where it is not.

What a refusal means is in `telegram_errors.py`. Calls go by their raw names, and without files straight to the
library's requests, which know Telegram's answers: its typed way costs six times as much, its `do_api_request` a third more.
"""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot, InputFile
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels import telegram_errors as errors
from bot.channels.base import Parcel, Rejected, TryLater
from bot.channels.telegram_rendering import TelegramMessage, as_entities, as_markup
from bot.channels.telegram_request import AiohttpRequest

log = structlog.get_logger()

#: Gives bytes, name and type of a file at one of our own addresses. Raises LookupError when it is not there.
Load = Callable[[str, datetime], Awaitable[tuple[bytes, str, str]]]
#: How many pictures Telegram already has are remembered by its own id, so that a broadcast uploads its picture once.
PICTURES = 50
#: Pause before a file of ours that could not be read is tried again, in seconds.
REREAD = 5.0


class Sending:
    """Sends for one bot."""

    def __init__(self, bot: Bot, requests: AiohttpRequest, load: Load, paid_broadcast: bool = False) -> None:
        # The library advises against raw names at each call.
        warnings.filterwarnings("ignore", message=r"Please use 'Bot\.")
        self._bot, self._requests, self._load, self._paid = bot, requests, load, paid_broadcast
        self._pictures: dict[str, str] = {}  #: our path → Telegram's file id
        self._one_upload = asyncio.Lock()
        self._begun: set[str] = set()  #: tokens of parcels whose first part has gone and whose second has not

    async def call(self, method: str, **fields: Any) -> Any:
        """One call by its raw name, without the fields that are None. Raises TelegramError."""
        given = {name: value for name, value in fields.items() if value is not None}
        if any(isinstance(value, InputFile) for value in given.values()):
            return await self._bot.do_api_request(method, api_kwargs=given)
        return await self._requests.call(f"{self._bot.base_url}/{method}", given)

    async def edit(self, parcel: Parcel, message: TelegramMessage) -> bool:
        """Put a message in the place of another; False if that one cannot be edited any more. Raises TelegramError."""
        try:
            await self.call(
                "editMessageText", chat_id=_chat(parcel), message_id=int(parcel.edits or 0), text=message.text,
                entities=as_entities(message), reply_markup=as_markup(message),
            )  # fmt: skip
        except TelegramError as problem:
            if errors.is_unchanged(problem):
                return True
            if not errors.cannot_edit(problem):
                raise
            log.info("sent anew: the old message cannot be edited", error=type(problem).__name__)
            return False
        return True

    async def send(self, parcel: Parcel, message: TelegramMessage) -> str:
        """Send a message; the id of the part that carries the buttons. Raises TelegramError, Rejected or TryLater.

        When the second part fails and the parcel comes again, the first is not repeated.
        """
        first = self._first_part(parcel, message)
        if first and parcel.token not in self._begun:
            await first()
            self._begun.add(parcel.token)
        sent = await self._main_part(parcel, message)
        self._begun.discard(parcel.token)
        return str(sent.get("message_id", ""))

    def forget(self, parcel: Parcel) -> None:
        """The parcel will not come again."""
        self._begun.discard(parcel.token)

    def _first_part(self, parcel: Parcel, message: TelegramMessage) -> Callable[[], Awaitable[Any]] | None:
        """What goes before the part with the buttons: a pin, or words too long for a caption."""
        if message.venue:
            return lambda: self._pin(parcel, message)
        if message.words_apart:
            return lambda: self._words(parcel, message, None)
        return None

    async def _main_part(self, parcel: Parcel, message: TelegramMessage) -> Any:
        if message.photo:
            return await self._photo(parcel, message, message.photo)
        if message.document:
            file = await self._ours(parcel, message.document.path, message.document.filename)
            return await self._captioned("sendDocument", parcel, message, document=file)
        return await self._words(parcel, message, as_markup(message))

    async def _words(self, parcel: Parcel, message: TelegramMessage, markup: Mapping[str, Any] | None) -> Any:
        return await self.call(
            "sendMessage", chat_id=_chat(parcel), text=message.text, entities=as_entities(message), reply_markup=markup,
            allow_paid_broadcast=self._pays(parcel),
        )  # fmt: skip

    async def _pin(self, parcel: Parcel, message: TelegramMessage) -> None:
        """A pin on the map. Where Telegram takes none, the words that follow say where it is."""
        place = message.venue
        assert place is not None
        try:
            await self.call(
                "sendVenue", chat_id=_chat(parcel), latitude=place.latitude, longitude=place.longitude,
                title=place.title, address=place.address or place.title, allow_paid_broadcast=self._pays(parcel),
            )  # fmt: skip
        except (BadRequest, InvalidToken) as problem:
            log.warning("no pin, only words", error=type(problem).__name__)

    async def _photo(self, parcel: Parcel, message: TelegramMessage, path: str) -> Any:
        """A picture: uploaded once, while whoever else sends it waits, and then named by Telegram's own id."""
        if path not in self._pictures:
            async with self._one_upload:
                if path not in self._pictures:
                    return await self._uploaded(parcel, message, path)
        try:
            return await self._captioned("sendPhoto", parcel, message, photo=self._pictures[path])
        except BadRequest as problem:
            if "file" not in problem.message.lower():
                raise
        return await self._uploaded(parcel, message, path)

    async def _uploaded(self, parcel: Parcel, message: TelegramMessage, path: str) -> Any:
        sent = await self._captioned("sendPhoto", parcel, message, photo=await self._ours(parcel, path))
        if sizes := sent.get("photo"):
            self._pictures[path] = str(sizes[-1]["file_id"])
        if len(self._pictures) > PICTURES:
            del self._pictures[next(iter(self._pictures))]
        return sent

    async def _captioned(self, method: str, parcel: Parcel, message: TelegramMessage, **file: Any) -> Any:
        apart = message.words_apart or not message.text
        caption = {} if apart else {"caption": message.text, "caption_entities": as_entities(message)}
        return await self.call(
            method, chat_id=_chat(parcel), reply_markup=as_markup(message), allow_paid_broadcast=self._pays(parcel),
            **file, **caption,
        )  # fmt: skip

    def _pays(self, parcel: Parcel) -> bool | None:
        """Telegram sends up to 1,000 messages a second for a fee; asked for in broadcasts only, if switched on."""
        return True if self._paid and parcel.broadcast_id is not None else None

    async def _ours(self, parcel: Parcel, path: str, filename: str | None = None) -> InputFile:
        """A file of ours, read. Raises Rejected when it is not there any more, TryLater when it cannot be read now."""
        try:
            data, its_name, _ = await self._load(path, parcel.now)
        except LookupError:
            raise Rejected("media_gone") from None
        except Exception as problem:  # the database's trouble is no reason to give the message up
            log.warning("a file of ours could not be read", error=type(problem).__name__)
            raise TryLater("file_unread", REREAD) from problem
        return InputFile(data, filename=filename or its_name)


def _chat(parcel: Parcel) -> int | str:
    """The chat as Telegram writes it."""
    return int(parcel.address) if parcel.address.lstrip("-").isdecimal() else parcel.address
