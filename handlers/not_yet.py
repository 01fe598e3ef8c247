"""What women ask for and no conversation can do yet: an honest short answer, and the way to a person.

This file goes when the conversations come; nothing else knows of it but `wishes.py`, in one line.
"""

from bot.conversation.pages import MENU
from bot.conversation.reply import Reply
from bot.understanding.intents import Intent
from handlers.buttons import BROWSE, PERSON

ANSWERED = frozenset({
    Intent.CERTIFICATE, Intent.BROWSE_COMMUNITIES, Intent.JOIN_COMMUNITY, Intent.READ_STORIES, Intent.SHARE_STORY,
    Intent.CAPITAL_HELP, Intent.FAMILY_SUPPORT, Intent.CHECK_IN, Intent.FEEDBACK,
})  # fmt: skip


def answer(intent: Intent) -> list[Reply]:
    """What can be said of it today."""
    return [Reply(f"not_yet.{intent.value}", choices=(PERSON, BROWSE, MENU))]
