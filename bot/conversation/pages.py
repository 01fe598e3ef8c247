"""Lists longer than a channel shows: 8 rows, «Lainnya», «Menu» (`rules.md`, Conversation)."""

from collections.abc import Sequence

from bot.conversation.reply import ROWS, Choice
from bot.conversation.values import say

#: Rows of a page that goes on; «Lainnya» and «Menu» make it 10.
PAGE = ROWS - 2
MENU = Choice("menu", say("button.menu"))


def page(choices: Sequence[Choice], number: int, more: str) -> tuple[Choice, ...]:
    """Page `number` (from 0) of a question's choices. `more` is the action that opens another page, without its number.

    A number past the end shows the first page: the list may have become shorter since she saw it.
    """
    return tuple(choices) if len(choices) <= ROWS else _part(choices, number, more)


def listing(choices: Sequence[Choice], number: int, more: str) -> tuple[Choice, ...]:
    """A list that stands for itself: up to 9 rows and «Menu», else page `number` of it."""
    return (*choices, MENU) if len(choices) < ROWS else _part(choices, number, more)


def _part(choices: Sequence[Choice], number: int, more: str) -> tuple[Choice, ...]:
    start = number * PAGE if 0 <= number * PAGE < len(choices) else 0
    rest = len(choices) - start - PAGE
    following = number + 1 if rest > 0 and start else (1 if not start else 0)
    return (*choices[start : start + PAGE], Choice(f"{more}:{following}", say("button.more")), MENU)
