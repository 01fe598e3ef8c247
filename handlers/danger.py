"""Signs of violence or despair in her own words: the numbers of help, before everything else and in every state.

Nothing of it is stored: the words change no state, the answer's row is deleted when it ends, and no coordinator sees
either. These few phrases are a beginning, on the side of too often; a detector of its own belongs in `bot/understanding/`.
"""

import re

from bot.conversation.heard import Kind
from bot.conversation.reply import Reply
from bot.conversation.values import Value, joined, say
from bot.conversation.words import plain
from handlers.visit import Visit
from models import helplines
from models.helplines import Helpline

_VIOLENCE = re.compile(
    r"\b(di ?pukul\w*|me?mukul\w*|mukul\w*|pukul[ai]n?|gebuk\w*|digebuk\w*|di ?tampar\w*|nampar\w*|menampar\w*|di ?tendang\w*|"
    r"nendang\w*|di ?siksa\w*|menyiksa\w*|di ?aniaya\w*|menganiaya|di ?perkosa|memperkosa|di ?cekik|nyekik|mencekik|"
    r"di ?ancam\w*|ngancam\w*|ngancem\w*|mengancam\w*|mau bunuh|mau dibunuh|kdrt|hits? me|beats? me|hurts? me|threatens? me|rapes?d? me)\b"
)
#: Who it happens to, or who does it: without one of them a word of violence may be about prices or a seminar.
_PEOPLE = re.compile(
    r"\b(suami\w*|laki (saya|gue|aye)|saya|sy|aku|abdi|aye|gue|kulo|bapak|ayah|mertua|pacar|mantan|anak|husband|boyfriend|father|me)\b"
)
_DESPAIR = re.compile(
    r"\b(bunuh diri|(pengen|pengin|ingin|mau|pgn) mati|akhiri hidup|mengakhiri hidup|ga(k)? kuat hidup|kill myself|want to die)\b"
)
_ABOUT_AN_EVENT = re.compile(r"\b(seminar|penyuluhan|kegiatan|acara|kelas|pelatihan|harga|motor)\b")


def in_danger(words: str) -> bool:
    """Whether her words tell of violence, a threat, or the wish to die."""
    said = plain(words)
    if _DESPAIR.search(said):
        return True
    return bool(_VIOLENCE.search(said) and _PEOPLE.search(said) and not _ABOUT_AN_EVENT.search(said))


def helped(visit: Visit) -> list[Reply] | None:
    """A gate: the numbers of help for whoever needs them, whatever question is open."""
    if visit.heard.kind is not Kind.TEXT or not in_danger(visit.heard.text or ""):
        return None
    despairs = _DESPAIR.search(plain(visit.heard.text or "")) is not None
    line = helplines.helpline(visit.session, "jiwa-119" if despairs else "sapa-129")
    return [Reply("private", {"numbers": joined([_number(line)] if line else [])})]


def _number(line: Helpline) -> Value:
    if line.extension:
        return say("private_crisis", phone=line.phone, extension=line.extension)
    return say("private_story", phone=line.phone, whatsapp=line.whatsapp or line.phone)
