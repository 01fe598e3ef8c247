"""Names of people, forms of address, and where somebody lives."""

import re
import unicodedata
from collections.abc import Callable

from bot.conversation.answers import Ambiguous, NotUnderstood, Option, is_question, read
from bot.conversation.places import MAYBE, OUTSIDE, SURE, Match, gazetteer, is_outside, place_words
from bot.conversation.words import WORDS, plain

LONGEST_NAME, MOST_WORDS = 60, 6
_HONORIFICS = {
    "ibu": "Ibu", "bu": "Ibu", "ibuk": "Ibu", "kak": "Kakak", "kakak": "Kakak", "ka": "Kakak", "teh": "Teteh",
    "teteh": "Teteh", "mbak": "Mbak", "mba": "Mbak", "mpok": "Mpok", "bunda": "Ibu", "mrs": "Ibu", "nama saja": "Kakak",
}  # fmt: skip
_BEFORE_NAME = re.compile(
    r"^(?:(?:halo|hai|bu|kak|ya|iya)[,.!]?\s+)?(?:(?:nama(?:nya)?|nm)\s+(?:lengkap\s+)?(?:saya|sy|aku|ku|abdi|kulo|aye)?\s*"
    r"(?:adalah|itu|:|=|-)?\s*|(?:panggil|sebut)\s+(?:aja|saja|saya|aku)?\s*(?:saya|aku)?\s*|"
    r"(?:saya|sy|aku|abdi|kulo|aye|my name is|i am|i'm)\s+(?:adalah\s+)?)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(halo|hallo|hai|hi|hello|assalam\w*|ass|asalam\w*|askum|samlekum|met|selamat|pagi|siang|sore|malam|permisi|punten|"
    r"p|tes|test|sugeng|kulo nuwun|misi|makasih|terima kasih|ok|oke|ya|iya|tidak|gak|enggak)\b",
    re.IGNORECASE,
)
_NOT_IN_NAMES = re.compile(
    r"\b(mau|ingin|pengen|pingin|daftar|ikut|kelas|pelatihan|kursus|seminar|bisa|boleh|tolong|kapan|dimana|berapa|gimana|"
    r"jadwal|info|tanya|nanya|gratis|bayar|yang|yg|untuk|buat|dengan|sama|saya|aku|ada|apa|kenapa|suami|anak|jahit|masak|"
    r"tinggal|rumah|besok|nanti|dulu)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]", re.UNICODE)
_SMALL = frozenset({"binti", "bin", "al", "el", "van", "de", "der"})


def honorific(text: str) -> str:
    """How she wants to be called: Ibu, Kakak, Teteh, Mbak, Mpok, or one short word of her own."""
    words = read(text)
    known = plain(words)
    for start in ("panggil aja ", "panggil saja ", "panggil ", "aja ", "saja "):
        known = known.removeprefix(start)
    known = known.removesuffix(" aja").removesuffix(" saja").strip()
    if known in _HONORIFICS:
        return _HONORIFICS[known]
    if is_question(words):
        raise NotUnderstood("question")
    if len(known.split()) > 2 or len(known) > 20 or not _LETTERS.search(known) or _GREETING.match(known):
        raise NotUnderstood("sentence")
    return _cased(known)


def person_name(text: str) -> str:
    """A person's name. Refuses greetings, questions, commands and sentences; mends names written all small or large."""
    words = read(text)
    if is_question(words):
        raise NotUnderstood("question")
    if plain(words) in WORDS:
        raise NotUnderstood("sentence")
    name = _BEFORE_NAME.sub("", words, count=1).strip(" .,!;:-\"'()*_~")
    name = "".join(c for c in name if unicodedata.category(c) not in {"So", "Cf", "Sk", "Cc"}).strip()
    _check_name(name)
    return _cased(name) if name.islower() or name.isupper() else name


def _check_name(name: str) -> None:
    if len(_LETTERS.findall(name)) < 2:
        raise NotUnderstood("not_a_name")
    if _GREETING.match(name):
        raise NotUnderstood("greeting")
    if len(name) > LONGEST_NAME:
        raise NotUnderstood("too_long", longest=LONGEST_NAME)
    if (
        len(name.split()) > MOST_WORDS
        or _NOT_IN_NAMES.search(name)
        or re.search(r"\d{2,}|https?:|www\.|@", name)
    ):
        raise NotUnderstood("sentence")


def _cased(name: str) -> str:
    return " ".join(word if word in _SMALL else _capital(word) for word in name.lower().split())


def _capital(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def place_name(text: str) -> str:
    """The kecamatan she lives in, as its code, or «luar». Raises Ambiguous with the parents' names."""
    words = read(text)
    if words in gazetteer():
        return gazetteer().kecamatan_of(words)
    if is_outside(words):
        return OUTSIDE
    if place_words(words) == "tangerang" and not re.search(r"\bkec", plain(words)):
        raise NotUnderstood("too_wide")  # the city, the regency or the kecamatan of this name
    return _chosen(gazetteer().find_kecamatan(words))


def place_within(kecamatan: str) -> Callable[[str], str]:
    """A parser of a kelurahan or desa inside a kecamatan, as its code."""

    def parse(text: str) -> str:
        words = read(text)
        if words in gazetteer() and gazetteer().kecamatan_of(words) == kecamatan and words != kecamatan:
            return words
        return _chosen(gazetteer().find_kelurahan(words, kecamatan))

    return parse


def _chosen(matches: list[Match]) -> str:
    if not matches:
        raise NotUnderstood("unknown")
    best = matches[0].likeness
    if best >= SURE and (len(matches) == 1 or matches[1].likeness < best - 4):
        return matches[0].region.code
    options = [_option(match.region.code) for match in matches if match.likeness >= max(MAYBE, best - 8)]
    raise Ambiguous(*options[:9])


def _option(code: str) -> Option:
    region = gazetteer().get(code)
    parent = gazetteer().get(region.parent_code).label if region.parent_code else ""
    return Option(code, region.label[:24], parent[:72])
