"""What the Telegram tests share: a few sentences in both languages, files of ours, and a channel at the double."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.channels.base import Parcel
from bot.channels.telegram import TelegramChannel
from bot.conversation.reply import Choice, Reply
from bot.conversation.texts import Texts
from bot.conversation.values import say
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson

#: A Tuesday noon in WIB: 24 November 2026.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
#: The smallest picture there is.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TEXTS = Texts(
    {
        "id": {
            "hello": "Halo *{name}*, apa kabar?",
            "events.list": "Ini kegiatan yang masih dibuka, {vocative}.",
            "event.card": "*{title}*\n{summary}\n\nTersisa *{seats}* tempat.",
            "event.place": "Tempatnya di sini, {vocative}.",
            "schedule.file": "Ini jadwal {you}.",
            "long": "{text}",
            "button.yes": "Boleh",
            "button.read": "Baca dulu",
            "button.no": "Tidak",
            "button.menu": "Menu",
            "footer.back": "Ketik BATAL untuk berhenti.",
            "telegram.command.menu": "Lihat menu",
            "telegram.command.stop": "Berhenti menerima pesan",
        },
        "en": {
            "hello": "Hello *{name}*, how are you?",
            "events.list": "These events are still open.",
            "event.card": "*{title}*\n{summary}\n\n*{seats}* seats left.",
            "event.place": "This is the place.",
            "schedule.file": "This is your schedule.",
            "long": "{text}",
            "button.yes": "You may",
            "button.read": "Read first",
            "button.no": "No",
            "button.menu": "Menu",
            "footer.back": "Type CANCEL to stop.",
            "telegram.command.menu": "See the menu",
            "telegram.command.stop": "Stop messages",
        },
    }
)
YES_READ_NO = (
    Choice("consent:yes", say("button.yes")),
    Choice("consent:read", say("button.read")),
    Choice("consent:no", say("button.no")),
)
HELLO = Reply("hello", {"name": "Siti"}, YES_READ_NO)
PICTURE, CALENDAR, BROKEN = "/media/token", "/calendar/token.ics", "/media/broken"


class Files:
    """Files at our own addresses; counts how often one was read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    async def load(self, path: str, now: datetime) -> tuple[bytes, str, str]:
        """As `bot/storage.py` does. Raises LookupError for what is not there, OSError where reading fails."""
        self.read.append(path)
        if path == BROKEN:
            raise OSError("the database is locked")
        return {
            PICTURE: (PNG, "gambar.png", "image/png"),
            CALENDAR: (b"BEGIN:VCALENDAR", "kalender.ics", "text/calendar"),
        }[path]


@asynccontextmanager
async def channel_at(
    double: TelegramDouble, files: Files | None = None, mode: str = "polling", secret: str = ""
) -> AsyncIterator[TelegramChannel]:
    """A channel whose Telegram is the double."""
    channel = TelegramChannel(
        token=double.token,
        texts=TEXTS,
        load=(files or Files()).load,
        now=lambda: NOON,
        api_base_url=double.url,
        mode=mode,
        secret=secret,
        public_url="http://127.0.0.1:1/",
    )
    try:
        yield channel
    finally:
        await channel.close()


def parcel(
    person: TelegramPerson, reply: Reply = HELLO, language: str = "id", edits: str | None = None, token: str = "token"
) -> Parcel:
    """A message to her."""
    return Parcel(str(person.user_id), reply, language, token, NOON, edits=edits)
