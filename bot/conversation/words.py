"""The words that always work, whatever question is open (`rules.md`, Conversation). Whole messages only, any case."""

import re
import unicodedata
from enum import StrEnum

_LINK = re.compile(r"(?:/start|daftar)\s+([a-z0-9_-]{1,64})", re.IGNORECASE)
_NUMBER = re.compile(r"(?:no|nomor|nmr|pilih|yg|yang)?\.?\s*(?:ke)?[\s-]*(\d{1,2})[.)]?")
_ORDINALS = {
    name: number
    for number, names in enumerate(
        ("pertama kesatu kahiji satu first", "kedua dua kadua second", "ketiga tiga katilu third", "keempat empat kaopat fourth",
         "kelima lima kalima fifth", "keenam enam sixth", "ketujuh tujuh seventh", "kedelapan delapan eighth",
         "kesembilan sembilan ninth", "kesepuluh sepuluh tenth"), 1)
    for name in names.split()
}  # fmt: skip
#: «yang kedua aja ya bu»; a bare «dua» only after «nomor».
_ORDINAL = re.compile(
    rf"(?:(?:yg|yang|nu|sing|ingkang|the|pilih|pilihan|mau) )*(?:(?:no|nomor|nomer|nmr|urutan) ({'|'.join(_ORDINALS)})|"
    rf"((?:ke|ka)\w+|pertama|first|second|third|fourth|fifth))(?: (?:aja|saja|dong|ya|bu|kak|deh|wae|one))*"
)
_EDGES = " \t\r\n.,!?;:'\"()*_~…"


class Word(StrEnum):
    """What a word does. The value names the action it stands for (`handlers/__init__.py`)."""

    MENU = "menu"
    HELP = "help"
    PERSON = "ask"  #: a person should answer
    STOP = "stop"
    START = "start"
    CANCEL = "cancel"
    BACK = "back"
    SKIP = "skip"
    SCHEDULE = "schedule"
    PROFILE = "profile"
    DATA = "data"
    ERASE = "erase"
    INDONESIAN = "language:id"
    ENGLISH = "language:en"
    COORDINATOR = "coordinator"
    LINK = "link"  #: a poster's deep link, with its slug


WORDS = {
    "menu": Word.MENU, "/menu": Word.MENU,
    "bantuan": Word.HELP, "help": Word.HELP, "/help": Word.HELP,
    "petugas": Word.PERSON, "bicara petugas": Word.PERSON,
    "berhenti": Word.STOP, "brenti": Word.STOP, "brhenti": Word.STOP, "stop": Word.STOP, "/stop": Word.STOP, "unsubscribe": Word.STOP,
    "mulai": Word.START, "start": Word.START, "/start": Word.START, "unstop": Word.START,
    "batal": Word.CANCEL, "cancel": Word.CANCEL, "/batal": Word.CANCEL,
    "kembali": Word.BACK, "balik": Word.BACK, "mundur": Word.BACK, "kembali dulu": Word.BACK, "back": Word.BACK,
    "lewati": Word.SKIP, "skip": Word.SKIP,
    "jadwal saya": Word.SCHEDULE, "my schedule": Word.SCHEDULE,
    "profil saya": Word.PROFILE, "my profile": Word.PROFILE,
    "data saya": Word.DATA, "my data": Word.DATA,
    "hapus data saya": Word.ERASE, "delete my data": Word.ERASE,
    "bahasa": Word.INDONESIAN, "bahasa indonesia": Word.INDONESIAN, "indonesia": Word.INDONESIAN,
    "english": Word.ENGLISH, "english please": Word.ENGLISH, "in english": Word.ENGLISH,
    "koordinator": Word.COORDINATOR,
}  # fmt: skip
STOP_NEWS = frozenset({"stop siaran", "berhenti siaran", "stop news"})


#: Characters that say nothing when messages are compared: emoji, marks without width, control characters.
_UNSEEN = frozenset({"So", "Cf", "Cs", "Cc", "Sk"})


def plain(text: str) -> str:
    """A message as it is compared: NFKC, lower case, one space, no punctuation or emoji at the edges."""
    folded = unicodedata.normalize("NFKC", text[:200]).casefold()
    kept = folded
    if not (folded.isascii() and folded.isprintable()):
        kept = "".join(c for c in folded if c in "\t\n " or unicodedata.category(c) not in _UNSEEN)
    return " ".join(kept.split()).strip(_EDGES)


def word_of(text: str) -> tuple[Word, str] | None:
    """The word that always works and its slug, or None if the message is something else."""
    words = re.sub(r"\b(sy|sya|aku)\b", "saya", plain(text))
    if found := WORDS.get(words):
        return found, ""
    if words in STOP_NEWS:
        return Word.STOP, "news"
    if match := _LINK.fullmatch(text.strip()[:120]):
        return Word.LINK, match[1].lower().replace("_", "-")
    return None


def number_of(text: str) -> int | None:
    """The number she typed to choose from a list («2», «no 2», «yang ke-2», «yg kedua aja»), or None."""
    said = plain(text)
    if match := _NUMBER.fullmatch(said):
        return int(match[1])
    match = _ORDINAL.fullmatch(said)
    return _ORDINALS.get(match[1] or match[2]) if match else None
