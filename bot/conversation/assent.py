"""Yes and no, as people in Tangerang write them. Knows no question: what a yes means is decided where it was asked."""

import re
from enum import Enum, auto

from bot.conversation.words import plain

#: A clear yes, and words that are one only when hardly anything else is said.
_YES = frozenset(
    "y ya iya iyah iyh iyaa iy iye iyo iyak iyap yak yes yap yup yep yoi yo boleh bole boleeh blh ok oke okay okey oky okei sip siap setuju sepakat "
    "baik baiklah sok mangga kenging monggo nggih ngge enggih enggeh inggih muhun sumuhun leres betul benar bener tentu pasti silakan "
    "silahkan heeh he'eh hooh agree sure acc cocok hayu ayo yuk gas".split()
)
_MAYBE_YES = frozenset("mau bisa jadi lanjut tiasa saged purun hoyong kersa".split())
_NO = frozenset(
    "tidak tdk tak gak gk ga g nggak ngga ngak enggak engga enda ndak nda mboten ora teu henteu moal alim jangan jgn no nope n "
    "kagak kaga ogah emoh belum blm nanti ntar bukan salah nehi not don't dont pikir mikir".split()
)
#: Said around an answer; they change nothing.
_AROUND = frozenset(
    "bu ibu kak kakak teh teteh mbak mba mpok min admin mas pak ya yah dong deh aja saja sih kok nih lah ah atuh mah euy "
    "banget bgt sekali tolong makasih mksh terima kasih saya sy aku abdi aye kulo dulu insyaallah insya allah please thanks i "
    "ikut hadir datang dateng daftar simpan disimpan hapus data datanya udah sudah "
    "oh gitu begitu ooh oo udh yaudah yowis lho loh "
    "umur usia tahun thn th taun lebih atas ke keatas".split()
)
#: She wants something else first, or makes a condition: no answer either way.
_NEITHER = frozenset(
    "baca bacain lihat liat tunggu bentar sebentar tapi tp kalau kalo klo asal asalkan kecuali mungkin "
    "bingung ragu atau maybe but if read wait perhaps or".split()
)
_WANTS_TO_ASK = frozenset({"tanya", "nanya", "tny", "bertanya", "naros", "ask"})
#: «Gak papa» agrees, «gausah» refuses: one word, or a no that is none.
_FINE = re.compile(
    r"\b(?:(?:tidak|tdk|gak|ga|g|nggak|ngga|enggak|engga|ndak|teu|ora) ?(?:apa[ -]?apa|papa|popo|nanaon|masalah|keberatan)|"
    r"gpp|gapapa|gakpapa|ngapapa|no problem|of course)\b"
)
_JOINED_NO = re.compile(r"\b(?:ga|gak|nggak|ngga|tak)(?:bisa|mau|boleh|usah|perlu|jadi|setuju|ikut)\b")
_HAS_READ = re.compile(
    r"\b(?:sudah|udah|udh|sdh|dah|habis|abis|selesai|already|have|gak|ga|tidak|tdk|nggak|ngga)(?: (?:saya|sy|aku|usah|perlu))*"
    r" (?:baca|membaca|dibaca|lihat|liat|pelajari|read)\b"
)
_THUMBS = {"👍": " ya ", "👌": " ya ", "✅": " ya ", "🙆": " ya ", "👎": " tidak ", "❌": " tidak ", "🙅": " tidak "}
#: «Boleh ga ya», «bisakah»: she asks whether she may.
_ASKS = re.compile(
    r"\b(?:boleh|bisa|mau|jadi|setuju|benar|bener|betul|perlu|aman|harus) ?(?:ga|gak|gk|g|nggak|ngga|enggak|engga|tidak|tdk|"
    r"kagak|kaga|ndak|teu|belum|blm)(?: (?:ya|yah|sih|bu|kak|teh|mbak|min|nih))*$|"
    r"\b(?:boleh|bisa|mau|apa|ada|perlu|harus|benar|betul|jadi|aman|sudah)kah\b|"
    r"^(?:boleh|bisa|mau|harus|perlu)\b.{3,60} (?:ga|gak|gk|nggak|ngga|enggak|engga|tidak|tdk)(?: (?:ya|yah|sih|bu|kak|teh|mbak))*$"
)
#: Words of unknown meaning that a clear yes or no may carry («iya besok pagi»).
_MOST_UNKNOWN = 2


class Assent(Enum):
    """What she said to a question that wants yes or no."""

    YES = auto()
    NO = auto()
    ASKS = auto()  #: she asks back
    UNCLEAR = auto()


def with_thumbs(text: str) -> str:
    """Her text with 👍 and the like as words, which `words.plain` would drop."""
    for thumb, word in _THUMBS.items():
        text = text.replace(thumb, word)
    return text


def without_having_read(words: str) -> str:
    """Her words without «sudah baca» or «ga usah baca», which say nothing against a yes."""
    return _HAS_READ.sub(" ", words)


def assent(text: str) -> Assent:
    """Yes, no, or neither. A «tidak» anywhere makes a no; what is not clear is never a yes."""
    words = without_having_read(_FINE.sub("boleh", plain(text)))
    if "?" in text or _ASKS.search(words):
        return Assent.ASKS
    tokens = [_base(token) for token in re.split(r"[\s,.!;]+", _JOINED_NO.sub("tidak", words)) if token]
    if _WANTS_TO_ASK.intersection(tokens):
        return Assent.ASKS
    if any(token in _NEITHER or "/" in token for token in tokens):
        return Assent.UNCLEAR
    unknown = sum(token not in _KNOWN and not token.isdecimal() for token in tokens)
    if any(token in _NO for token in tokens):
        return Assent.NO if unknown <= _MOST_UNKNOWN else Assent.UNCLEAR
    if any(token in _YES for token in tokens):
        return Assent.YES if unknown <= _MOST_UNKNOWN else Assent.UNCLEAR
    return Assent.YES if unknown == 0 and any(token in _MAYBE_YES for token in tokens) else Assent.UNCLEAR


def _base(token: str) -> str:
    """«iyaaaa» is «iya», «bolehh» is «boleh»."""
    if token in _KNOWN:
        return token
    return _KNOWN_ONCE.get(_once(token), token)


def _once(token: str) -> str:
    return re.sub(r"(.)\1+", r"\1", token)


_KNOWN = _YES | _MAYBE_YES | _NO | _AROUND | _NEITHER | _WANTS_TO_ASK
_KNOWN_ONCE = {_once(word): word for word in sorted(_KNOWN)}
