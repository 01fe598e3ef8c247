"""Women and groups on Telegram: what they do becomes updates, what the program sends stands in `messages`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.doubles.ledger import File
from tests.doubles.people import Reader
from tests.doubles.telegram_chats import BOT, Chat, Press, TelegramMessage, file_json

if TYPE_CHECKING:
    from tests.doubles.telegram import TelegramDouble

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


class TelegramPerson(Reader[TelegramMessage]):
    """One woman in her private chat with the bot. `user_id` is also the chat id."""

    def __init__(self, double: "TelegramDouble", name: str, user_id: int, language_code: str, started: bool) -> None:
        super().__init__(double)
        self.name, self.user_id, self._double = name, user_id, double
        self.user = {"id": user_id, "is_bot": False, "first_name": name, "language_code": language_code}
        self.chat = Chat({"id": user_id, "type": "private", "first_name": name}, started)
        double.chats.by_id[user_id] = self.chat

    @property
    def messages(self) -> Sequence[TelegramMessage]:
        """Everything the bot has sent her, oldest first."""
        return tuple(self.chat.messages)

    @property
    def sequence(self) -> int:
        """The newest change in any chat."""
        return self._double.chats.sequence

    @property
    def toasts(self) -> list[str]:
        """Texts of the answers to her presses, empty ones too."""
        mine = [press.query_id for press in self._double.chats.presses.values() if press.person_id == self.user_id]
        return [self._double.answers[query_id] for query_id in mine if query_id in self._double.answers]

    def starts(self, payload: str = "") -> int:
        """Opens the bot by its button or by a deep link. Returns the update id, as every act does."""
        return self.says(f"/start {payload}".strip())

    def says(self, text: str) -> int:
        """Types a message; commands are marked as such."""
        length = len(text.split()[0]) if text.startswith("/") else 0
        marks = {"entities": [{"type": "bot_command", "offset": 0, "length": length}]} if length else {}
        return self._sends({"text": text, **marks})

    def presses(self, label: str) -> int:
        """Presses the newest button of that label. Raises AssertionError if there is none."""
        for message in reversed(self.messages):
            if found := message.button(label):
                assert found.data, f"«{label}» is a link: {found.url}"
                return self.presses_data(found.data, message.message_id)
            if label in message.keyboard:
                return self.says(label)
        return self.presses_data(self.with_button(label)[1].data)

    def presses_data(self, data: str, message_id: int | None = None) -> int:
        """Presses with any data on any message (the newest if None): old, foreign and forged buttons."""
        return self._double.in_loop(lambda: self._press(data, message_id))

    def edits(self, text: str, message_id: int) -> int:
        """Changes a message of hers."""
        edit_date = self._double.chats.seconds()
        return self._posts({"edited_message": self._message({"text": text, "edit_date": edit_date}, message_id)})

    def sends_location(self, latitude: float, longitude: float) -> int:
        """Shares where she is."""
        return self._sends({"location": {"latitude": latitude, "longitude": longitude}})

    def sends_photo(self, data: bytes = JPEG, caption: str = "") -> int:
        """A picture, fetched by the program with getFile."""
        picture = file_json(self._file("photo.jpg", "image/jpeg", data)) | {"width": 90, "height": 90}
        return self._sends({"photo": [picture], **({"caption": caption} if caption else {})})

    def sends_document(self, name: str, content_type: str, data: bytes) -> int:
        """A file."""
        kept = file_json(self._file(name, content_type, data))
        return self._sends({"document": kept | {"file_name": name, "mime_type": content_type}})

    def sends_voice(self, data: bytes = b"OggS" + bytes(60)) -> int:
        """A voice note of three seconds."""
        kept = file_json(self._file("voice.ogg", "audio/ogg", data))
        return self._sends({"voice": kept | {"duration": 3, "mime_type": "audio/ogg"}})

    def sends_sticker(self, emoji: str = "👍") -> int:
        """A sticker."""
        kept = file_json(self._file("sticker.webp", "image/webp", b"RIFF" + bytes(60)))
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._sends({"sticker": kept | looks | {"emoji": emoji}})

    def sends_contact(self, phone_number: str, user_id: int | None = None) -> int:
        """An address-book card; her own number only when `user_id` is hers."""
        card: dict[str, Any] = {"phone_number": phone_number, "first_name": self.name}
        return self._sends({"contact": card | ({"user_id": user_id} if user_id else {})})

    def reacts(self, emoji: str, message_id: int) -> int:
        """Puts an emoji on a message; bots hear of it only when they ask."""
        reaction = {"chat": self.chat.json, "message_id": message_id, "user": self.user, "old_reaction": []}
        reaction |= {
            "date": self._double.chats.seconds(),
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        return self._posts({"message_reaction": reaction})

    def blocks_bot(self) -> int:
        """Blocks the bot: sends are refused with 403 until she unblocks or writes."""
        self.chat.blocked = True
        return self._posts({"my_chat_member": self._membership("member", "kicked")})

    def unblocks_bot(self) -> int:
        """Lets the bot in again."""
        self.chat.blocked = False
        return self._posts({"my_chat_member": self._membership("kicked", "member")})

    def _membership(self, before: str, after: str) -> dict[str, Any]:
        return membership(self.chat.json, self.user, self._double.chats.seconds(), before, after)

    def _file(self, name: str, content_type: str, data: bytes) -> File:
        return self._double.in_loop(lambda: self._double.chats.keep(File(name, content_type, data)))

    def _sends(self, content: dict[str, Any]) -> int:
        self.chat.started, self.chat.blocked = True, False
        return self._posts({"message": self._message(content, self._double.in_loop(self._double.chats.next_id))})

    def _message(self, content: dict[str, Any], message_id: int) -> dict[str, Any]:
        date = self._double.chats.seconds()
        return {"message_id": message_id, "date": date, "chat": self.chat.json, "from": self.user, **content}

    def _posts(self, update: dict[str, Any]) -> int:
        self.acted()
        return self._double.in_loop(lambda: self._double.updates.post(update, ("chat", self.user_id)))

    def _press(self, data: str, message_id: int | None) -> int:
        self.acted()
        chats = self._double.chats
        press = Press(f"press-{len(chats.presses) + 1}", self.user_id, chats.clock.now().timestamp())
        chats.presses[press.query_id] = press
        query = {"id": press.query_id, "from": self.user, "chat_instance": str(self.user_id), "data": data}
        query["message"] = self._shown(message_id)
        return self._double.updates.post({"callback_query": query}, ("press", self.user_id))

    def _shown(self, message_id: int | None) -> dict[str, Any]:
        """The pressed message, or the placeholder Telegram sends for one that is too old."""
        wanted = message_id or (self.messages[-1].message_id if self.messages else 1)
        for message in self.messages:
            if message.message_id == wanted:
                return message.json
        return {"chat": self.chat.json, "message_id": wanted, "date": 0}


class TelegramGroup:
    """A group the bot was added to. `messages` is what it said there; it should say nothing."""

    def __init__(self, double: "TelegramDouble", title: str, chat_id: int) -> None:
        self._double = double
        self.chat = Chat({"id": chat_id, "type": "group", "title": title})
        double.chats.by_id[chat_id] = self.chat

    @property
    def messages(self) -> Sequence[TelegramMessage]:
        """What the bot has said there."""
        return tuple(self.chat.messages)

    def adds_bot(self, by: TelegramPerson) -> int:
        """Somebody adds the bot."""
        now = self._double.chats.seconds()
        return self._posts({"my_chat_member": membership(self.chat.json, by.user, now, "left", "member")})

    def says(self, person: TelegramPerson, text: str) -> int:
        """Somebody writes there."""
        message_id, date = self._double.in_loop(self._double.chats.next_id), self._double.chats.seconds()
        message = {
            "message_id": message_id,
            "date": date,
            "chat": self.chat.json,
            "from": person.user,
            "text": text,
        }
        return self._posts({"message": message})

    def migrates(self) -> "TelegramGroup":
        """Becomes a supergroup with another id; sends to the old one are refused, naming the new one."""
        new_id = self.chat.chat_id - 1_000_000_000_000
        after = TelegramGroup(self._double, self.chat.json["title"], new_id)
        after.chat.json["type"] = "supergroup"
        self.chat.migrated_to = new_id
        return after

    def _posts(self, update: dict[str, Any]) -> int:
        return self._double.in_loop(lambda: self._double.updates.post(update, ("chat", self.chat.chat_id)))


def membership(chat: dict[str, Any], by: dict[str, Any], date: int, before: str, after: str) -> dict[str, Any]:
    """Telegram's ChatMemberUpdated for the bot itself."""

    def member(status: str) -> dict[str, Any]:
        return {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    names = {"old_chat_member": member(before), "new_chat_member": member(after)}
    return {"chat": chat, "from": by, "date": date, **names}
