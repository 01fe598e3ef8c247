"""The chats of one Telegram bot: who is there, what was sent to them, which files exist. No HTTP here."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.clock import Clock
from tests.doubles.ledger import File, Message, Place
from tests.doubles.refusals import breaks_rule, not_now

BOT = {"id": 7_000_000_001, "is_bot": True, "first_name": "Berdaya", "username": "berdaya_uji_bot"}


@dataclass
class TelegramMessage(Message):
    """A message of the bot, with what Telegram adds."""

    message_id: int = 0
    chat_id: int = 0
    entities: list[dict[str, Any]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    keyboard: tuple[str, ...] = ()  #: labels of a reply keyboard
    json: dict[str, Any] = field(default_factory=dict)  #: as the Bot API hands it out


@dataclass
class Chat:
    """A private chat or a group. `json` is Telegram's Chat object."""

    json: dict[str, Any]
    started: bool = True  #: a bot cannot begin a private chat
    blocked: bool = False
    migrated_to: int = 0
    messages: list[TelegramMessage] = field(default_factory=list)

    @property
    def chat_id(self) -> int:
        """Its 64-bit id."""
        return int(self.json["id"])

    def check_open(self) -> None:
        """Raises Refused if the bot cannot write here."""
        if self.migrated_to:
            raise not_now(
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrated_to,
            )
        if self.blocked:
            raise not_now("Forbidden: bot was blocked by the user", 403)
        if not self.started:
            raise not_now("Forbidden: bot can't initiate conversation with a user", 403)


@dataclass(frozen=True, slots=True)
class Press:
    """A button press that waits for its answer. `at` in seconds since 1970 of the double's clock."""

    query_id: str
    person_id: int
    at: float


class Chats:
    """All chats, messages, presses and files of the bot."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.by_id: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.presses: dict[str, Press] = {}
        self.sequence = 0
        self._ids: Iterator[int] = itertools.count(1)

    def next_id(self) -> int:
        """A fresh message id, the same row for both directions."""
        return next(self._ids)

    def chat(self, chat_id: Any) -> Chat:
        """The chat of that id. Raises Refused as Telegram does if there is none."""
        if isinstance(chat_id, str) and not chat_id.startswith("@"):
            raise breaks_rule("Bad Request: chat_id is a number or an @username")
        found = self.by_id.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise not_now("Bad Request: chat not found")
        return found

    def message(self, values: Mapping[str, Any]) -> TelegramMessage:
        """The bot's message that an edit means. Raises Refused."""
        for message in self.chat(values.get("chat_id")).messages:
            if message.message_id == values.get("message_id"):
                return message
        raise not_now("Bad Request: message to edit not found")

    def keep(self, file: File) -> File:
        """Store a file under a new id."""
        kept = File(file.name, file.content_type, file.data, f"file-{len(self.files) + 1:06}")
        self.files[kept.file_id] = kept
        return kept

    def seconds(self) -> int:
        """Now, as Telegram writes times."""
        return int(self.clock.now().timestamp())

    def put(self, chat: Chat, message: TelegramMessage) -> TelegramMessage:
        """Show a message on her screen."""
        message.message_id, message.chat_id = self.next_id(), chat.chat_id
        chat.messages.append(message)
        self.mark(message, chat)
        return message

    def mark(self, message: TelegramMessage, chat: Chat) -> None:
        """Note that a message is new or has changed."""
        self.sequence += 1
        message.sequence = self.sequence
        date = message.json.get("date", self.seconds())
        message.json = {"message_id": message.message_id, "date": date, "chat": chat.json, "from": BOT}
        message.json |= _content(message) | ({"edit_date": self.seconds()} if message.history else {})
        if message.rows:
            message.json["reply_markup"] = message.markup


def _content(message: TelegramMessage) -> dict[str, Any]:
    text, entities = ("text", "entities")
    content: dict[str, Any] = {}
    if message.photo:
        content["photo"] = [file_json(message.photo) | {"width": 320, "height": 240}]
    if message.document:
        names = {"file_name": message.document.name, "mime_type": message.document.content_type}
        content["document"] = file_json(message.document) | names
    if message.venue:
        content["venue"] = venue_json(message.venue)
        content["location"] = content["venue"]["location"]
    if message.photo or message.document:
        text, entities = ("caption", "caption_entities")
    content |= {text: message.text} if message.text else {}
    return content | ({entities: message.entities} if message.entities else {})


def file_json(file: File) -> dict[str, Any]:
    """The fields that every kind of file has."""
    return {"file_id": file.file_id, "file_unique_id": f"u-{file.file_id}", "file_size": len(file.data)}


def venue_json(place: Place) -> dict[str, Any]:
    """Telegram's Venue object."""
    where = {"latitude": place.latitude, "longitude": place.longitude}
    return {"location": where, "title": place.title, "address": place.address}
