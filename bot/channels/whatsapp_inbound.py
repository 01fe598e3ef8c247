"""Twilio's forms, read: what she sent becomes `Heard`, a status callback `DeliveryStatus`. Pure functions.

Signatures are checked before (`whatsapp.py`); fields we do not know are ignored, since Twilio adds some
unannounced.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.channels.base import DeliveryStatus
from bot.channels.twilio_client import Listed
from bot.channels.whatsapp_errors import reason_of
from bot.conversation.heard import Heard, Kind, Location, MediaRef

CHANNEL, PREFIX = "whatsapp", "whatsapp:"
#: What a webhook is answered: nothing is said this way, all goes out by the sender.
EMPTY_RESPONSE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
#: Longest text read, address and action kept, in characters.
TEXT, ADDRESS, ACTION = 4096, 160, 200
#: Twilio's status → ours. Words missing here say nothing of use.
STATUSES = {
    "queued": "accepted", "accepted": "accepted", "sending": "accepted", "sent": "accepted",
    "delivered": "delivered", "read": "read",
    "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
#: `MessageType` of things without words, file or place.
TYPES = {"reaction": Kind.REACTION, "edited": Kind.EDITED, "contacts": Kind.CONTACT, "sticker": Kind.STICKER}
CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})


def heard_of(form: Mapping[str, str], account: str, now: datetime) -> Heard | None:
    """The message of an inbound form; None if it holds none. Twilio tells no time: `now` stands for it."""
    sid, address = form.get("MessageSid") or form.get("SmsSid"), address_of(form.get("From", ""))
    if not sid or not address:
        return None
    text, action, media, location = _text(form.get("Body")), _action(form), _media(form), _location(form)
    kind = _kind(form, text, action, media, location)
    return Heard(
        channel=CHANNEL,
        account=account,
        address=address,
        message_id=sid,
        at=now,
        kind=kind,
        text=None if action else text,
        action=action,
        media=media,
        location=location,
        external_id=_external_id(form.get("ExternalUserId"), address),
        pressed=(form.get("OriginalRepliedMessageSid") or None) if action else None,
    )


def listed_heard(message: Listed, file: MediaRef | None, account: str) -> Heard:
    """The same from the account's list, which tells less: of a button only its words, of a place nothing."""
    address, text = address_of(message.address), _text(message.body)
    kind = _media_kind(file.content_type, "") if file else Kind.TEXT if text else Kind.UNKNOWN
    return Heard(
        channel=CHANNEL, account=account, address=address, message_id=message.sid, at=message.at, kind=kind,
        text=text, media=file, external_id=_external_id(None, address),
    )  # fmt: skip


def status_of(token: str, form: Mapping[str, str]) -> DeliveryStatus | None:
    """What a status callback says; None where it says nothing we keep. Order is the receiver's business."""
    status = STATUSES.get((form.get("MessageStatus") or form.get("SmsStatus") or "").lower())
    if status is None:
        return None
    error = reason_of(form.get("ErrorCode")) if status == "failed" else None
    return DeliveryStatus(CHANNEL, token or None, form.get("MessageSid") or form.get("SmsSid"), status, error)


def address_of(value: str) -> str:
    """Her address as we keep it: whatever it is, without Twilio's prefix."""
    return value.removeprefix(PREFIX).strip()[:ADDRESS]


def _external_id(given: str | None, address: str) -> str | None:
    """The id that outlives a number. Who hides her number writes from that very id."""
    return (given or "")[:ADDRESS] or (None if address.startswith("+") else address)


def _text(body: str | None) -> str | None:
    return (body or "").replace("\x00", "")[:TEXT] or None


def _action(form: Mapping[str, str]) -> str | None:
    """What a button or row carries. A button without an id repeats its label: then it is as good as typed."""
    payload = form.get("ButtonPayload") or form.get("ListId")
    return payload[:ACTION] if payload and payload != form.get("ButtonText") else None


def _media(form: Mapping[str, str]) -> MediaRef | None:
    url = form.get("MediaUrl0")
    return MediaRef(url, form.get("MediaContentType0") or "application/octet-stream") if url else None


def _location(form: Mapping[str, str]) -> Location | None:
    try:
        label = form.get("Label") or form.get("Address") or ""
        return Location(float(form["Latitude"]), float(form["Longitude"]), label[:TEXT])
    except (KeyError, ValueError):
        return None


def _kind(
    form: Mapping[str, str],
    text: str | None,
    action: str | None,
    media: MediaRef | None,
    location: Location | None,
) -> Kind:
    if action:
        return Kind.ACTION
    if location:
        return Kind.LOCATION
    kind = form.get("MessageType", "")
    if media:
        return _media_kind(media.content_type, kind)
    return TYPES.get(kind) or (Kind.TEXT if text else Kind.UNKNOWN)


def _media_kind(content_type: str, message_type: str) -> Kind:
    plain = content_type.partition(";")[0].strip().lower()
    if plain in CARDS:
        return Kind.CONTACT
    if message_type == "sticker" or (plain == "image/webp" and message_type != "image"):
        return Kind.STICKER
    families = {"image": Kind.PHOTO, "audio": Kind.VOICE, "video": Kind.VIDEO}
    return families.get(plain.partition("/")[0], Kind.DOCUMENT)
