"""Which approved template carries a reply once the free-text window has closed, and with which values.

The operator has each template approved by Meta and names its SID in `twilio.templates.<name>` (for English
readers, if she likes, another as `<name>_en`). A `says` below is a wording Meta takes: it neither starts nor ends
with a variable. Values go in the order of `values`, as `{{1}}`, `{{2}}` …; the ids of the buttons take the numbers
after them. What a template's own text lacks is left out (`whatsapp_approved.py` looks).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.reply import Reply
from bot.conversation.texts import Texts

#: Stands where a reply has no value for a template: it may not be empty.
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Kind:
    """A template: its name in the configuration, the values it shows in order, a proposal for text and buttons."""

    name: str
    values: tuple[str, ...]
    says: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A reply as a template: its name, and its values without any newline."""

    name: str
    values: tuple[str, ...]


CANCELLED = Kind(
    "cancelled",
    ("called", "event", "when"),
    "Halo {{1}}, maaf, kegiatan {{2}} ini tidak jadi: {{3}}. Tulis MENU untuk melihat kegiatan lain.",
)
#: Beginning of a reply's key → the template that can carry it; the longest fitting one counts.
KINDS: Mapping[str, Kind] = {
    "reminder.ask": Kind(
        "reminder",
        ("called", "near", "event", "when", "venue"),
        "Halo {{1}}, saya ingatkan: {{2}} ada kegiatan {{3}}. Waktunya {{4}}, tempatnya {{5}}. Bisa datang?",
        ("Bisa", "Tidak bisa"),
    ),
    "offer.made": Kind(
        "offer",
        ("called", "event", "when", "venue", "deadline"),
        "Halo {{1}}, ada tempat kosong di kegiatan {{2}}. Waktunya {{3}}, tempatnya {{4}}. "
        "Tempat ini disimpan sampai {{5}}. Mau diambil?",
        ("Ambil", "Tidak dulu"),
    ),
    "broadcast.text": Kind(
        "announcement", ("called", "text"), "Halo {{1}}, ini kabar dari program: {{2}} Tulis STOP untuk berhenti."
    ),
    "notice.moved": Kind(
        "moved",
        ("called", "event", "before", "when", "venue"),
        "Halo {{1}}, jadwal kegiatan {{2}} pindah. Semula {{3}}, sekarang menjadi {{4}}, "
        "tempatnya di {{5}}. Sampai jumpa di sana, ya.",
    ),
    "notice.meeting_cancelled": CANCELLED,
    "notice.event_cancelled": CANCELLED,
    "attendance.summary": Kind(
        "summary",
        ("event", "when", "coming", "excused", "unanswered"),
        "Kabar untuk koordinator tentang kegiatan {{1}} pada {{2}}. Bisa datang: {{3}}. Tidak bisa: {{4}}. "
        "Belum menjawab: {{5}}. Daftarnya ada di bawah ini.",
        ("Lihat daftar",),
    ),
    "question.answer": Kind(
        "answer", ("called", "text"), "Halo {{1}}, ini jawaban petugas untuk pertanyaannya: {{2}} Semoga membantu, ya."
    ),
    "question.new": Kind(
        "new_question",
        ("name", "text"),
        "Ada pertanyaan baru untuk koordinator dari {{1}}. Isinya: {{2}} Mohon dijawab, ya.",
        ("Ambil",),
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


def flat(text: str) -> str:
    """Text on one line, as a template's value must be."""
    return re.sub(r"\s+", " ", text).strip()
