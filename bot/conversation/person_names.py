"""What is a person's name: taking it out of «nama saya siti aminah», telling it from other words, writing it properly."""

import re
import unicodedata

MOST_WORDS = 6
_ME = r"(?:saya|sy|aku|abdi|kulo|aye)"
_HELLO = r"(?:halo|hallo|hai|hi|hello|ass?alam[\w']*(?: ?wr\.? ?wb\.?| warahmatullahi wabarakatuh)?|askum|permisi|punten|selamat \w+|iya|ya|baik|oke)"
_GREETING = re.compile(
    rf"(?:{_HELLO}|ass|samlekum|met|pagi|siang|sore|malam|p|tes|test|sugeng \w+|kulo nuwun|misi|makasih|terima kasih|thanks|ok|tidak|gak|"
    r"ga|nggak|enggak|boleh|siap|sip|setuju)(?:[ ,.!]+(?:bu|ibu|kak|kakak|teh|teteh|mbak|mba|mpok|min|admin|pak|mas|semua|semuanya|ya|"
    r"banget|banyak|pagi|siang|sore|malam|halo|hai|wr|wb))*[ ,.!]*",
    re.IGNORECASE,
)
_GREETS = re.compile(r"(?:halo|hallo|hai|hi|hello|ass?alam[\w']*|askum|permisi|punten)\b", re.IGNORECASE)
#: What leads to a name. Titles of politeness go too, since the bot puts its own before the name.
_LEADING = re.compile(
    rf"^(?:{_HELLO}[\s,.!]+(?=(?:{_ME}|nama|ini|perkenalkan|kenalin|my|i)\b)|(?:iya|ya|ok|oke|baik)[\s,.!]+(?=\w)|(?:perkenalkan|kenalkan|kenalin|ini|biasa|bisa|cukup|boleh)\s+"
    rf"(?=\w)|(?:nama(?:ku|nya)?|nm)\s*(?:lengkap|panggilan|asli)?\s*{_ME}?\s*(?:adalah|itu|:|=|-)?\s+|(?:atas nama|a/n|a\.n\.?|an\.)\s*|"
    rf"(?:di)?(?:panggil|sebut)(?:an)?(?:nya)?\s+(?:aja|saja)?\s*{_ME}?\s*|{_ME}\s+(?:adalah\s+)?(?=\S)|(?:my name is|i am|i'm|call me|this is)\s+|"
    r"(?:bu|ibu|kak|kakak|teh|teteh|mbak|mba|mpok|ny|nyonya|mrs)\.?\s+(?=\w))",
    re.IGNORECASE,
)
#: What may follow a name: where she is from, how old, a second thought, a word to the bot.
_TRAILING = re.compile(
    r"\s+\d{1,2} ?(?:th|thn|tahun)\b.*$|\s+(?:dari|asal|tinggal|umur|usia|rt|di|from)\s.*$|"
    r"\s*[(\[].*$|\s*,(?!\s*\S{1,6}\.?(?:\s*,|$)|\s*\S{1,3}\.\S).*$|"
    r"(?<=\w)(?:\s+(?:aja|saja|ya|yah|bu|kak|min|mbak|deh|nih|terima kasih|makasih))+$",
    re.IGNORECASE,
)
#: Words that make a sentence, and those that do unless she writes them like a name («Anak Agung», «Yang Mei Ling»).
_SENTENCE = re.compile(
    r"\b(?:mau|ingin|pengen|pingin|hoyong|daftar|ikut|kelas|pelatihan|kursus|seminar|kegiatan|bisa|boleh|tolong|kapan|dimana|berapa|gimana|"
    r"jadwal|info|tanya|nanya|gratis|bayar|dengan|saya|aku|apa|kenapa|jahit|menjahit|masak|memasak|besok|tidak|gak|nggak|ngga|bukan|"
    r"rahasia|anonim|kasih|tau|tahu|sudah|udah|belum|siapa|kamu|anda|lanjut|next|want|dont|don't|please)\b|https?:|www\.|@",
    re.IGNORECASE,
)
_SMALL_WORDS = re.compile(
    r"\b(?:yang|yg|untuk|buat|sama|ada|suami|anak|tinggal|rumah|nanti|dulu|ini|itu|lagi|di|ke|dari)\b"
)
#: A degree keeps its last dot: «S.Pd.».
_DEGREE = re.compile(r"\b[A-Z]\.\w{1,3}\.$")
_NO_NAMES = frozenset({"nama", "ibu", "bu", "kak", "kakak", "teh", "teteh", "mbak", "mba", "mpok", "xxx", "rt", "rw"})
_SMALL = frozenset({"binti", "bin", "al", "el", "van", "von", "de", "der", "la"})


def is_greeting(words: str) -> bool:
    """Whether she only says hello, thanks, yes or no, or greets us by a name."""
    told = _letters(words)
    return bool(_GREETING.fullmatch(told) or (_GREETS.match(told) and _LEADING.sub("", told, count=1) == told))


def is_sentence(words: str) -> bool:
    """Whether she says something that is not a name."""
    return bool(_SENTENCE.search(words) or _SMALL_WORDS.search(words) or _SMALL_WORDS.fullmatch(words.lower()))


def is_name(words: str) -> bool:
    """Whether this can be somebody's name: two letters at least, and nothing that names are not made of."""
    letters = [c for c in words if c.isalpha()]
    digits = sum(c.isdecimal() for c in words)
    return len(letters) >= 2 > digits and words.casefold() not in _NO_NAMES and all(_in_names(c) for c in words)


def bare_name(words: str) -> str:
    """The name in her words: without «nama saya», «Bu», greeting, emoji, and what comes after it."""
    name = _letters(words)
    for _ in range(4):
        shorter = _LEADING.sub("", name, count=1).strip()
        if shorter == name:
            break
        name = shorter
    name = _TRAILING.sub("", name).strip(" ,;:-\"'!")
    return name if _DEGREE.search(name) else name.strip(" .'\"")


def cased(name: str) -> str:
    """Each word of a name as names are written, where she wrote it all small or all large. Her own mixture stays."""
    shouted = name.isupper()
    return " ".join(_word(word, shouted) for word in name.split())


def _word(word: str, shouted: bool) -> str:
    if word.lower() in _SMALL and (shouted or word.islower()):
        return word.lower()
    if word.islower() or (word.isupper() and (shouted or (len(word) > 3 and "." not in word))):
        return re.sub(r"^\w|(?<=[-.])\w|(?<=^\w')\w", lambda first: first[0].upper(), word.lower())
    return word


def _in_names(c: str) -> bool:
    return c in " '.,-" or unicodedata.category(c)[0] in "LM" or c.isdecimal()


def _letters(words: str) -> str:
    """Without emoji and ornaments; every apostrophe the same."""
    kept = "".join(c for c in words if unicodedata.category(c) not in {"So", "Sk", "Cf", "Cc", "Me"} and c != "\ufe0f")
    return " ".join(re.sub(r"[*_~]", " ", re.sub("[’ʼ`´‘]", "'", kept)).split())
