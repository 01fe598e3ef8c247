"""The buttons that many conversations share, and reading what a button carries."""

from bot.conversation.engine import Stale
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice
from bot.conversation.values import say

BROWSE = Choice("browse", say("button.browse"))
SCHEDULE = Choice("schedule", say("button.schedule"))
PERSON = Choice("ask", say("button.person"))
HELP = Choice("help", say("button.help"))
NEVER_MIND = Choice("menu", say("button.never_mind"))
#: Three ways on from anything (`domain/glossary.md`, message 10).
WAYS_ON = (BROWSE, SCHEDULE, PERSON)
__all__ = ["BROWSE", "HELP", "MENU", "NEVER_MIND", "PERSON", "SCHEDULE", "WAYS_ON", "number", "pair"]


def number(argument: str) -> int:
    """The number an action carries, such as 42 of `event:42`. Raises Stale for a forged one."""
    if not (argument.isascii() and argument.isdecimal() and len(argument) <= 18):
        raise Stale(argument)
    return int(argument)


def pair(argument: str) -> tuple[int, int]:
    """The two numbers an action carries, such as 7 and 12 of `coming:7.12`. Raises Stale for a forged one."""
    first, _, second = argument.partition(".")
    return number(first), number(second)
