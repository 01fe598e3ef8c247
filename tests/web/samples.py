"""What the little engine says: sentences, answers and files of every kind a page can show."""

import struct
import zlib

from bot.conversation.reply import Choice, Document, Place, Reply
from bot.conversation.texts import Texts
from bot.conversation.values import say


def _png(width: int, height: int) -> bytes:
    """A picture of our own: stripes of colour."""
    lines = b"".join(
        b"\0" + b"".join(bytes((194 - y // 3, 24 + x // 3, 91 + y // 2)) for x in range(width)) for y in range(height)
    )

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(lines)) + part(b"IEND", b"")


PICTURE = _png(320, 200)
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
TOKEN = "a-token-that-nobody-guesses-43-letters-long"
TEXTS = Texts(
    {
        "id": {
            "whatsapp.list_button": "Pilih kegiatan",
            "whatsapp.numbers": "Balas dengan angkanya, ya.",
            "consent": "Halo, selamat datang di *Program Pemberdayaan Perempuan di Tangerang*. Saya asisten otomatis."
            "\n\nSupaya bisa membantu, saya perlu menyimpan nama, kecamatan, dan minat. Data ini hanya untuk program "
            "dan bisa dihapus kapan saja.\n\nBoleh saya simpan?",
            "thanks": "Terima kasih. Enaknya saya panggil apa?",
            "events": "Ini kegiatan yang masih dibuka, Bu. Semuanya gratis.",
            "card": "*Menjahit Dasar untuk Pemula*\nBelajar menjahit dari nol, mesin disediakan.\n\n"
            "Mulai: Sabtu, 28 November 2026, pukul 09.00 WIB\nTersisa 6 tempat. 😊",
            "enrolled": "Ibu sudah terdaftar di *Menjahit Dasar*. Saya ingatkan sehari sebelumnya.",
            "place": "Tempatnya di sini, Bu.",
            "schedule": "Ini jadwal Ibu. Simpan ke kalender HP, ya.",
            "echo": "Ibu menulis: {text}",
            "picture": "Gambarnya sudah saya terima.",
            "long": "{text}",
            "reminder.ask": "{called}, {near} ada *{event}*.\n\n{when}\n{venue}\n\nBisa datang?",
            "noted": "Sampai jumpa di sana, Bu.",
            "footer": "Tulis MENU untuk kembali.",
            "button.yes": "Boleh",
            "button.read": "Baca dulu",
            "button.no": "Tidak",
            "button.menu": "Menu",
        }
    }
)
CONSENT = (
    Choice("consent:yes", say("button.yes")),
    Choice("consent:read", say("button.read")),
    Choice("consent:no", say("button.no")),
)
EVENTS = (
    Choice("event:1", "Menjahit Dasar", "Sab 28 Nov, 09.00, Cipondoh, tersisa 6 tempat"),
    Choice("event:2", "Jahit Pakaian Pesanan", "Sel 1 Des, 09.00, Karawaci, penuh, ada daftar tunggu"),
    Choice("event:3", "Kue Kering Kemasan", "Rab 2 Des, 13.00, Ciputat"),
    Choice("event:4", "Katering Rumahan", "Kam 3 Des, 09.00, Pamulang"),
    Choice("event:5", "Anyaman Bambu", "Jum 4 Des, 09.00, Balaraja"),
    Choice("event:6", "Kebun Pekarangan", "Sab 5 Des, 08.00, Serpong"),
    Choice("event:7", "Jualan di HP", "Min 6 Des, 09.00, Cipondoh"),
    Choice("event:8", "Seminar Hak Perempuan", "Sen 7 Des, 09.00, Tigaraksa"),
    Choice("event:9", "Hitung Modal Usaha", "Sel 8 Des, 13.00, Cikupa"),
    Choice("menu", say("button.menu")),
)
REMINDER = Reply(
    "reminder.ask",
    {
        "called": "Bu Siti", "near": "besok", "event": "Menjahit Dasar",
        "when": "Sabtu, 28 November 2026, pukul 09.00 WIB", "venue": "Balai Warga RW 05, Kel. Poris Plawad",
    },
    choices=(Choice("coming:1", "Bisa"), Choice("excused:1", "Tidak bisa")),
)  # fmt: skip
CARD = Reply(
    "card",
    choices=(Choice("enrol:1", "Daftar"), Choice("place:1", "Tanya tempat"), Choice("menu", say("button.menu"))),
)
PLACE = Reply("place", place=Place(-6.1885, 106.6739, "Balai Warga RW 05", "Kel. Poris Plawad, Kec. Cipondoh"))
ANSWERS = {
    "halo": [Reply("consent", choices=CONSENT)],
    "menu": [Reply("events", choices=EVENTS, footer=say("footer"), replaces=True)],
    "consent:yes": [
        Reply("thanks", choices=(Choice("call:ibu", "Ibu"), Choice("call:kak", "Kak"), Choice("call:other", "Lainnya")),
              replaces=True)
    ],
    "call:ibu": [CARD],
    "event:1": [CARD],
    "enrol:1": [Reply("enrolled")],
    "tempat": [PLACE],
    "place:1": [PLACE],
    "kalender": [Reply("schedule", document=Document(f"/calendar/{TOKEN}.ics", "jadwal.ics", "text/calendar"))],
    "gambar": [Reply("card", image=f"/media/{TOKEN}", choices=(Choice("enrol:1", "Daftar"),))],
    "coming:1": [Reply("noted", replaces=True)],
    "diam": [],
    "panjang": [Reply("long", {"text": "Kalimat yang panjang sekali, supaya layarnya penuh. " * 30})],
}  # fmt: skip
