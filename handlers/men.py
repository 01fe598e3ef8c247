"""A man writes: he is told that the programme is for women, and shown what is open to all."""

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
    """What is not for women only."""
    cards = [card for card in browse.coming(visit) if not card.event.women_only]
    return [browse.listed(cards, "browse.list_open", 0, "browse:open")]
