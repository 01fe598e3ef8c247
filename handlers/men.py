"""What is said of oneself or of an event so plainly that no model is asked: «saya laki-laki», a title."""

import re

from bot.conversation.reply import Reply
from bot.conversation.words import plain
from handlers import browse
from handlers.visit import Visit

_MAN = re.compile(
    r"\b(saya|aku|sy|gue|gw) (ini )?(laki|laki[- ]laki|laki2|cowok|pria|bapak)\b|\bi am a man\b|\bi'm a man\b"
)


def is_man(words: str) -> bool:
    """Whether somebody says that he is a man."""
    return _MAN.search(plain(words)) is not None


def for_a_man(visit: Visit) -> list[Reply]:
    """He is shown what is not for women only, or a person."""
    cards = [card for card in browse.coming(visit) if not card.event.women_only]
    return [browse.listed(cards, "browse.list_open", 0, "browse:open")]
