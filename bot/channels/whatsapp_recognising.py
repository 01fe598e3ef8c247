"""Recognising a message of ours in Twilio's own list, after a send of which nobody knows what became."""

from bot.channels.twilio_client import Listed
from bot.channels.whatsapp_rendering import WhatsAppMessage
from bot.channels.whatsapp_templates import flat


def is_same(listed: Listed, look: WhatsAppMessage) -> bool:
    """Whether a listed message says exactly this, rich or in numbers."""
    body = flat(listed.body)
    return body in (flat(look.text), flat(look.numbered)) and bool(listed.media) == bool(look.media)


def carries(listed: Listed, values: tuple[str, ...]) -> bool:
    """Whether a listed message can be a template with these values."""
    body = flat(listed.body)
    return bool(values) and all(value in body for value in values)
