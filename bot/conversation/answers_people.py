"""Names of people, forms of address, and where somebody lives."""

import re
from collections.abc import Callable
from functools import lru_cache

from bot.conversation.answers import Ambiguous, NotUnderstood, Option, is_question, read
from bot.conversation.person_names import MOST_WORDS, bare_name, cased, is_greeting, is_name, is_sentence
from bot.conversation.place_names import SURE
from bot.conversation.place_search import OUTSIDE
from bot.conversation.places import Level, Match, gazetteer
from bot.conversation.values import say
from bot.conversation.words import WORDS, plain

LONGEST_NAME, LONGEST_HONORIFIC = 60, 20
#: Most places she is asked to choose from; a name that fits more says too little.
_MOST_PLACES = 9
#: Who leaves the form of address to us is called as `domain/glossary.md` (section 2) advises.
_LEFT_TO_US = frozenset({"apa aja", "apa saja", "terserah", "bebas", "mana aja", "sama aja", "anything", "whatever"})
_HONORIFICS = {
    "ibu": "Ibu", "bu": "Ibu", "ibuk": "Ibu", "bunda": "Ibu", "mrs": "Ibu", "kak": "Kakak", "kakak": "Kakak", "ka": "Kakak",
    "nama": "Kakak", "teh": "Teteh", "teteh": "Teteh", "mbak": "Mbak", "mba": "Mbak", "mpok": "Mpok",
}  # fmt: skip
_BEFORE_HONORIFIC = re.compile(
    r"^(?:(?:saya|sy|aku|mau|minta|maunya|enaknya|boleh|cukup|biasa|biasanya|di|panggil|dipanggil|manggil|sebut|dengan|pake|pakai|"
    r"call me|just)\s+)+"
)
_AFTER_HONORIFIC = re.compile(r"(?:\s+(?:aja|saja|ajah|aj|ya|deh|dong|lah|please|is fine))+$")


def honorific(text: str) -> str:
    """How she wants to be called: Ibu, Kakak, Teteh, Mbak, Mpok, or one short word of her own."""
    words = read(text)
    told = plain(words)
    if told in _LEFT_TO_US:
        return "Ibu"
    if is_question(words):
        raise NotUnderstood("question")
    told = _AFTER_HONORIFIC.sub("", _BEFORE_HONORIFIC.sub("", told)).strip(" .,")
    first, *more = told.split() or [""]
    if first in _HONORIFICS and not any(word in _HONORIFICS for word in more) and not is_sentence(told):
        return _HONORIFICS[first]
    if is_greeting(told):
        raise NotUnderstood("greeting")
    if more or told in WORDS or is_sentence(told) or not re.fullmatch(rf"[^\W\d_]{{2,{LONGEST_HONORIFIC}}}", told):
        raise NotUnderstood("sentence")
    return cased(told)


def person_name(text: str) -> str:
    """A person's name. Refuses greetings, questions, commands and sentences; mends names written all small or large."""
    words = read(text)
    if is_question(words):
        raise NotUnderstood("question")
    if plain(words) in WORDS:
        raise NotUnderstood("sentence")
    if is_greeting(words):
        raise NotUnderstood("greeting")
    name = bare_name(words)
    if is_greeting(name):
        raise NotUnderstood("greeting")
    if is_sentence(name) or len(name.split()) > MOST_WORDS:
        raise NotUnderstood("sentence")
    if len(name) > LONGEST_NAME:
        raise NotUnderstood("too_long", longest=LONGEST_NAME)
    if not is_name(name):
        raise NotUnderstood("not_a_name")
    return cased(name)


@lru_cache(maxsize=2000)  # only what is a place stays in it; a form reads its answers again with every message
def place_name(text: str) -> str:
    """The kecamatan she lives in, as its code, or «luar». Raises Ambiguous with the parents' names."""
    words, areas = read(text), gazetteer()
    if words in areas and areas.get(words).level is not Level.KABUPATEN_KOTA:
        return areas.kecamatan_of(words)
    if plain(words) == OUTSIDE:
        return OUTSIDE
    found = areas.search(words)
    if found.too_wide:
        raise NotUnderstood("too_wide")  # the city, the regency or the kecamatan of this name
    if found.outside and not found.guesses:
        return OUTSIDE
    beyond = (Option(OUTSIDE, say("place.outside")),) if found.outside else ()
    return _chosen(words, areas.matches(found), beyond)


def place_within(kecamatan: str) -> Callable[[str], str]:
    """A parser of a kelurahan or desa inside a kecamatan, as its code."""

    def parse(text: str) -> str:
        words, areas = read(text), gazetteer()
        if words in areas and areas.get(words).parent_code == kecamatan:
            return words
        return _chosen(words, areas.find_kelurahan(words, kecamatan))

    return parse


def _chosen(words: str, matches: list[Match], beyond: tuple[Option, ...] = ()) -> str:
    if not matches or len(matches) + len(beyond) > _MOST_PLACES:
        raise NotUnderstood("question" if is_question(words) else "unknown")
    if len(matches) == 1 and not beyond and matches[0].likeness >= SURE:
        return matches[0].region.code
    raise Ambiguous(*(_option(match) for match in matches), *beyond)


def _option(match: Match) -> Option:
    """A row: the area, and below it the kelurahan that led to it and what it lies in."""
    areas, region = gazetteer(), match.region
    around = [areas.title(code) for code in (match.by.code if match.by else "", region.parent_code) if code in areas]
    return Option(region.code, region.label[:24], ", ".join(around)[:72])
