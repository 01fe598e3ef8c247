"""What free text most simply names: an event, a topic, a kind, a greeting. Small on purpose."""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.conversation.pages import MENU
from bot.conversation.reply import Reply
from bot.conversation.words import plain
from handlers import browse, topics
from handlers.visit import Visit
from models import programme_events
from models.programme_events import Offered

#: How alike a message and a title must be, in percent.
ALIKE = 85
_MAN = re.compile(
    r"\b(saya|aku|sy|gue|gw) (ini )?(laki|laki[- ]laki|laki2|cowok|pria|bapak)\b|\bi am a man\b|\bi'm a man\b"
)
#: A whole word in her message → the action it asks for. The first that is found counts.
_ASKED_FOR = {
    "pelatihan": "browse:training:0", "kelas": "browse:training:0", "training": "browse:training:0",
    "kursus": "browse:course:0", "course": "browse:course:0", "seminar": "browse:seminar:0",
    "jadwal": "schedule", "schedule": "schedule",
    "kegiatan": "browse", "acara": "browse", "daftar": "browse", "ikut": "browse", "activities": "browse",
}  # fmt: skip
_GREETING = re.compile(
    r"(halo|hallo|hai|hi|hello|p|ping|permisi|punten|assalam\w*|asalam\w*|askum|"
    r"(selamat |met )?(pagi|siang|sore|malam))\b"
)


#: «Jangan wa saya lagi», «berhenti kirim pesan»: she wants no more messages, in her own words.
_NO_MORE = re.compile(
    r"\b(jangan|jgn|stop|berhenti|brenti|ga usah|gak usah|tidak usah|don't|do not)\b.{0,20}"
    r"\b(wa|chat|ngechat|kirim|kirimin|ngirim|sms|pesan|notif|message|messages|messaging|text|send|sending)\b"
)
_THANKS = re.compile(
    r"(makasih|mksh|makasi|trims|tks|terima ?kasih|trimakasih|nuhun|hatur nuhun|matur ?nuwun|thanks|thank you)\b"
)


def is_man(words: str) -> bool:
    """Whether somebody says that he is a man."""
    return _MAN.search(plain(words)) is not None


def named_event(visit: Visit) -> Offered | None:
    """The published event whose title or slug the message is, nearly or exactly."""
    words = plain(visit.heard.text or "")
    offered = programme_events.offered(visit.session, visit.now)
    names = {name: event for event in offered for name in _names(event)}
    found = process.extractOne(words.replace("-", " "), list(names), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return names[found[0]] if found else None


@lru_cache(maxsize=500)
def _names(event: Offered) -> tuple[str, ...]:
    return plain(event.title), plain(event.short_title), plain(event.slug.replace("-", " "))


def found(visit: Visit) -> list[Reply] | None:
    """The answer to what her message names, or None."""
    words = plain(visit.heard.text or "")
    if is_man(words):
        return [_open_to_all(visit)]
    if _NO_MORE.search(words):
        return visit.engine.act(visit, "stop")
    if _THANKS.match(words) or (not words and "🙏" in (visit.heard.text or "")):
        return [Reply("other.thanks", choices=(MENU,))]
    if event := named_event(visit):
        return visit.engine.act(visit, f"event:{event.id}")
    if topic := topics.named(words):
        return visit.engine.act(visit, f"browse:{topic}:0")
    if action := next((act for word, act in _ASKED_FOR.items() if re.search(rf"\b{word}\b", words)), None):
        return visit.engine.act(visit, action)
    return visit.engine.act(visit, "menu") if _GREETING.match(words) else None


def _open_to_all(visit: Visit) -> Reply:
    cards = [card for card in browse.coming(visit) if not card.event.women_only]
    return browse.listed(cards, "browse.list_open", 0, "browse:open")
