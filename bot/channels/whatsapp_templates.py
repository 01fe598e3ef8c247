"""Which approved template carries a reply once the free-text window has closed, and with which values.

The operator has each template approved by Meta and names its SID in `twilio.templates.<name>` (for English
readers, if she likes, another as `<name>_en`). A `says` below is a wording Meta takes: it neither starts nor ends
with a variable. Values go in the order of `values`, as `{{1}}`, `{{2}}` …; the ids of the buttons take the numbers
after them. What a template's own text lacks is left out (`whatsapp_approved.py` looks).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.whatsapp_words import units
from bot.conversation.reply import Reply
from bot.conversation.texts import Texts

#: Stands where a reply has no value for a template: it may not be empty.
NOTHING = "–"


#: What Meta calls a message about something she joined, and one that announces something.
UTILITY, MARKETING = "UTILITY", "MARKETING"
#: Longest text of a template with its values in place, in UTF-16 units.
LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """A template: its name in the configuration, the values it shows in order, proposals for text and buttons.

    `titles` are the buttons' words, Indonesian and English.
    """

    name: str
    values: tuple[str, ...]
    says: str
    says_en: str
    titles: tuple[tuple[str, str], ...] = ()
    category: str = UTILITY

    @property
    def buttons(self) -> tuple[str, ...]:
        """The buttons' words in Indonesian."""
        return tuple(indonesian for indonesian, _ in self.titles)


@dataclass(frozen=True, slots=True)
class Template:
    """A reply as a template: its name, and its values without any newline."""

    name: str
    values: tuple[str, ...]


CANCELLED = Kind(
    "cancelled",
    ("called", "event", "when"),
    "Halo {{1}}, maaf, kegiatan {{2}} ini tidak jadi: {{3}}. Tulis MENU untuk melihat kegiatan lain.",
    "Hello {{1}}, we are sorry, the activity {{2}} is cancelled: {{3}}. Write MENU to see other activities.",
)
#: Beginning of a reply's key → the template that can carry it; the longest fitting one counts.
KINDS: Mapping[str, Kind] = {
    "reminder.ask": Kind(
        "reminder",
        ("called", "near", "event", "when", "venue"),
        "Halo {{1}}, saya ingatkan: {{2}} ada kegiatan {{3}}. Waktunya {{4}}, tempatnya {{5}}. Bisa datang?",
        "Hello {{1}}, a reminder: {{2}} is the activity {{3}}. The time is {{4}}, the place is {{5}}. Can you come?",
        (("Bisa", "I can"), ("Tidak bisa", "I cannot")),
    ),
    "offer.made": Kind(
        "offer",
        ("called", "event", "when", "venue", "deadline"),
        "Halo {{1}}, ada tempat kosong di kegiatan {{2}}. Waktunya {{3}}, tempatnya {{4}}. "
        "Tempat ini disimpan sampai {{5}}. Mau diambil?",
        "Hello {{1}}, there is a free seat in the activity {{2}}. The time is {{3}}, the place is {{4}}. "
        "The seat is kept for you until {{5}}. Do you want it?",
        (("Ambil", "Take it"), ("Tidak dulu", "Not now")),
    ),
    "broadcast.text": Kind(
        "announcement",
        ("called", "text"),
        "Halo {{1}}, ini kabar dari program: {{2}} Tulis STOP untuk berhenti.",
        "Hello {{1}}, this is news from the programme: {{2}} Write STOP to stop such messages.",
        category=MARKETING,
    ),
    "notice.moved": Kind(
        "moved",
        ("called", "event", "before", "when", "venue"),
        "Halo {{1}}, jadwal kegiatan {{2}} pindah. Semula {{3}}, sekarang menjadi {{4}}, "
        "tempatnya di {{5}}. Sampai jumpa di sana, ya.",
        "Hello {{1}}, the activity {{2}} has moved. It was {{3}} before, it is now {{4}}, "
        "and the place is {{5}}. See you there.",
    ),
    "notice.meeting_added": Kind(
        "added",
        ("called", "event", "when", "venue"),
        "Halo {{1}}, ada pertemuan tambahan untuk kegiatan {{2}}. Waktunya {{3}}, tempatnya {{4}}. Sampai jumpa di sana, ya.",
        "Hello {{1}}, there is one more meeting of the activity {{2}}. The time is {{3}}, the place is {{4}}. See you there.",
    ),
    "notice.meeting_cancelled": CANCELLED,
    "notice.event_cancelled": CANCELLED,
    "attendance.summary": Kind(
        "summary",
        ("event", "when", "coming", "excused", "unanswered"),
        "Kabar untuk koordinator tentang kegiatan {{1}} pada {{2}}. Bisa datang: {{3}}. Tidak bisa: {{4}}. "
        "Belum menjawab: {{5}}. Daftarnya ada di bawah ini.",
        "News for coordinators about the activity {{1}} on {{2}}. They come: {{3}}. They cannot: {{4}}. "
        "No answer yet: {{5}}. The list is below.",
        (("Lihat daftar", "See the list"),),
    ),
    "question.answer": Kind(
        "answer",
        ("called", "text"),
        "Halo {{1}}, ini jawaban petugas untuk pertanyaannya: {{2}} Semoga membantu, ya.",
        "Hello {{1}}, this is the answer of our staff to your question: {{2}} We hope it helps.",
    ),
    "question.new": Kind(
        "new_question",
        ("name", "text"),
        "Ada pertanyaan baru untuk koordinator dari {{1}}. Isinya: {{2}} Mohon dijawab, ya.",
        "There is a new question for the coordinators from {{1}}. It says: {{2}} Please answer it.",
        (("Ambil", "Take it"),),
    ),
}
#: The names an operator may configure.
NAMES = tuple(dict.fromkeys(kind.name for kind in KINDS.values()))


def kind_of(key: str) -> Kind | None:
    """The template for a reply's key, or None if such replies have none."""
    fitting = [beginning for beginning in KINDS if key.startswith(beginning)]
    return KINDS[max(fitting, key=len)] if fitting else None


def as_template(reply: Reply, texts: Texts, language: str, now: datetime) -> Template | None:
    """A reply worded for its template, or None if there is none for it."""
    kind = kind_of(reply.key)
    if kind is None:
        return None
    words = {name: texts.plain(value, language, now) for name, value in reply.values.items() if name in kind.values}
    return Template(kind.name, tuple(flat(words.get(name, "")) or NOTHING for name in kind.values))


def too_long(kind: Kind, values: Sequence[str]) -> bool:
    """Whether a template with these values in place is longer than WhatsApp takes."""
    words = max((kind.says, kind.says_en), key=len)
    return units(re.sub(r"{{\d+}}", "", words)) + sum(units(value) for value in values) > LONGEST


def flat(text: str) -> str:
    """Text on one line, as a template's value must be."""
    return re.sub(r"\s+", " ", text).strip()
