"""What the preview of a broadcast says of those whom only an approved template reaches: how they read it, what they miss."""

from bot.conversation.reply import Reply
from bot.conversation.texts import DEFAULT
from bot.conversation.values import Value
from handlers.visit import Visit
from models import template_fit
from models.audience import Preview, Reach


def told(visit: Visit, flat: Value, looks_different: bool, has_picture: bool, expected: Preview) -> list[Reply]:
    """They read the text `flat`, without line breaks (`rules.md`, Delivery), or they get nothing and she hears why."""
    count = sum(states.get(Reach.WINDOW_CLOSED, 0) for states in expected.by_channel.values())
    if not count:
        return []
    words = visit.engine.texts.plain(flat, DEFAULT, visit.now)
    troubles = template_fit.troubles(visit.session, words, has_picture)
    values: dict[str, Value] = {"count": count, "longest": template_fit.LONGEST}
    replies = [Reply(f"broadcast.template_{trouble}", values) for trouble in troubles]
    if looks_different and not template_fit.SILENT & set(troubles):
        return [Reply("broadcast.flat", {"count": count, "text": flat}), *replies]
    return replies
