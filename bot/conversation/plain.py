"""The plainest form of a reply: text with numbered choices, for terminals and as every channel's fall-back."""

from datetime import datetime

from bot.conversation.reply import Reply
from bot.conversation.texts import Texts


def plain(reply: Reply, texts: Texts, language: str, now: datetime, link: str = "") -> str:
    """The whole reply as text: sentence, numbered choices, quiet last line. `link` goes before our own addresses."""
    parts = ["".join(span.text for span in texts.render(reply.key, reply.values, language, now))]
    if reply.image:
        parts.append(link + reply.image)
    if reply.document:
        parts.append(link + reply.document.path)
    if reply.place:
        place = reply.place
        parts.append(f"{place.title}, {place.address}\nhttps://maps.google.com/?q={place.latitude},{place.longitude}")
    lines = []
    for number, choice in enumerate(reply.choices, 1):
        label = texts.plain(choice.label, language, now)
        more = f" — {texts.plain(choice.description, language, now)}" if choice.description is not None else ""
        lines.append(f"{number}. {label}{more}")
    if lines:
        parts.append("\n".join(lines))
    if reply.footer is not None:
        parts.append(texts.plain(reply.footer, language, now))
    return "\n\n".join(part for part in parts if part)
