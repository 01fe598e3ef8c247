"""What the WhatsApp tests share: a few sentences in both languages, a memory, and a channel at the double."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Parcel
from bot.channels.whatsapp import WhatsAppChannel
from bot.conversation.reply import Choice, Reply
from bot.conversation.texts import Texts
from bot.conversation.values import say
from tests.doubles.twilio import TwilioDouble

#: A Tuesday noon in WIB: 24 November 2026.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
HER = "+6281200001234"

TEXTS = Texts(
    {
        "id": {
            "whatsapp.list_button": "Pilih",
            "whatsapp.numbers": "Balas dengan angkanya, ya.",
            "consent.ask": "Halo, selamat datang.\n\nBoleh saya simpan data Ibu?",
            "consent.again": "Maaf, saya tanya lagi.\n\nBoleh saya simpan?",
            "events.list": "Ini kegiatan {topic} yang masih dibuka, {vocative}.",
            "event.card": "*{title}*\n{summary}\n\nTersisa {seats} tempat.",
            "schedule.file": "Ini jadwal {you}.",
            "event.place": "Tempatnya di sini, {vocative}.",
            "long": "{text}",
            "button.yes": "Boleh",
            "button.read": "Baca dulu",
            "button.no": "Tidak",
            "button.menu": "Menu",
            "footer.back": "Ketik BATAL untuk berhenti.",
            "reminder.ask": "{called}, {near} ada *{event}*.\n\n{when}\n{venue}\n\nBisa datang?",
            "broadcast.text": "{text}",
        },
        "en": {
            "whatsapp.list_button": "Choose",
            "whatsapp.numbers": "Answer with the number.",
            "consent.ask": "Hello, welcome.\n\nMay I keep your data?",
            "consent.again": "Sorry, I ask again.\n\nMay I keep it?",
            "events.list": "These {topic} events are still open.",
            "event.card": "*{title}*\n{summary}\n\n{seats} seats left.",
            "schedule.file": "This is your schedule.",
            "event.place": "This is the place.",
            "long": "{text}",
            "button.yes": "You may",
            "button.read": "Read first",
            "button.no": "No",
            "button.menu": "Menu",
            "footer.back": "Type CANCEL to stop.",
            "reminder.ask": "{called}, {near} is *{event}*.\n\n{when}\n{venue}\n\nCan you come?",
            "broadcast.text": "{text}",
        },
    }
)

YES_READ_NO = (
    Choice("consent:yes", say("button.yes")),
    Choice("consent:read", say("button.read")),
    Choice("consent:no", say("button.no")),
)
CONSENT = Reply("consent.ask", choices=YES_READ_NO)
EVENTS = Reply(
    "events.list",
    {"topic": "menjahit", "vocative": "Bu"},
    choices=(
        Choice("event:1", "Menjahit Dasar", "Sab 28 Nov, 09.00, Cipondoh"),
        Choice("event:2", "Jahit Pakaian Pesanan Pelanggan", "Sel 1 Des, 09.00, Karawaci (penuh)"),
        Choice("menu", say("button.menu")),
    ),
    footer=say("footer.back"),
)
REMINDER = Reply(
    "reminder.ask",
    {
        "called": "Bu Siti",
        "near": "besok",
        "event": "Menjahit Dasar",
        "when": "Sabtu,\npukul 09.00",
        "venue": "Balai Warga",
    },
    choices=(Choice("attend:7:yes", "Bisa"), Choice("attend:7:no", "Tidak bisa")),
)


@dataclass
class Notebook:
    """A memory that can be looked into."""

    kept: dict[str, str] = field(default_factory=dict)

    async def get(self, key: str) -> str | None:
        """What was kept."""
        return self.kept.get(key)

    async def set(self, key: str, value: str) -> None:
        """Keep."""
        self.kept[key] = value


def channel_at(
    double: TwilioDouble, known: set[str] | None = None, memory: Notebook | None = None, **more: Any
) -> WhatsAppChannel:
    """A channel whose every Twilio host is the double. `known`: message SIDs that other rows have."""

    async def is_known(sid: str) -> bool:
        return sid in (known or set())

    settings: dict[str, Any] = {
        "account_sid": double.account_sid,
        "auth_token": double.auth_token,
        "sender": double.sender,
        "public_url": "http://127.0.0.1:9/berdaya",
        "api_base_url": double.url,
        "texts": TEXTS,
        "memory": memory or Notebook(),
        "known": is_known,
        "now": double.clock.now,
    }
    return WhatsAppChannel(**settings | more)


def parcel(reply: Reply, double: TwilioDouble, **more: Any) -> Parcel:
    """A message to her, in Indonesian, now."""
    now = double.clock.now()
    settings: dict[str, Any] = {
        "address": HER,
        "reply": reply,
        "language": "id",
        "token": "t0k3n",
        "now": now,
        "created_at": now,
    }
    return Parcel(**settings | more)
