"""From a Telegram update to a `Heard`: pure, and deaf to groups."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.conversation.heard import Heard, Kind, Location, MediaRef
from bot.conversation.reply import ACTION_BYTES

CHANNEL = "telegram"
#: The kinds of update we ask Telegram for.
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
#: What an update raises that has not the shape Telegram documents; it would only come again.
SHAPELESS = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, OSError)
#: Longest name of a place or media type kept, in characters; and of a language (BCP 47).
NAME, LANGUAGE = 256, 35
_FILES = {
    "voice": (Kind.VOICE, "audio/ogg"), "audio": (Kind.VOICE, "audio/mpeg"), "video_note": (Kind.VIDEO, "video/mp4"),
    "video": (Kind.VIDEO, "video/mp4"), "animation": (Kind.VIDEO, "video/mp4"),
    "document": (Kind.DOCUMENT, "application/octet-stream"), "sticker": (Kind.STICKER, "image/webp"),
}  # fmt: skip
_MEMBERS = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}

Json = Mapping[str, Any]


def heard_of(update: Json, account: str, now: datetime) -> Heard | None:
    """The message of an update; None for groups and for what concerns nobody.

    Raises one of SHAPELESS for what is no update at all.
    """
    about = {"channel": CHANNEL, "account": account, "message_id": str(int(update["update_id"]))}
    if query := update.get("callback_query"):
        return _pressed(query, about, now)
    if member := update.get("my_chat_member"):
        kind = _MEMBERS.get(member["new_chat_member"]["status"])
        return _happened(member, about, kind) if kind else None
    if reaction := update.get("message_reaction"):
        return _happened(reaction, about, Kind.REACTION)
    if edited := update.get("edited_message"):
        return _happened(edited, about, Kind.EDITED)
    if message := update.get("message"):
        return _said(message, about)
    return None


def chat_of(update: Json) -> str:
    """The chat an update belongs to, to keep those of one chat in order; empty where there is none."""
    for name in ALLOWED:
        content = update.get(name)
        if isinstance(content, Mapping):
            inside = content.get("message") if name == "callback_query" else content
            chat = inside.get("chat") if isinstance(inside, Mapping) else None
            return str(chat.get("id", "")) if isinstance(chat, Mapping) else ""
    return ""


def query_of(update: Json) -> str | None:
    """The id under which a press is answered; None if the update is no press."""
    query = update.get("callback_query")
    return str(query["id"]) if isinstance(query, Mapping) and query.get("id") else None


def _pressed(query: Json, about: Json, now: datetime) -> Heard | None:
    """A press. Its data may be anything at all: an old, foreign or forged button. It tells no time."""
    message = query.get("message") or {}
    if not _is_private(message):
        return None
    data = _clean(query.get("data")).encode()[:ACTION_BYTES].decode("utf-8", "ignore")
    return Heard(
        **about,
        address=_address(message),
        at=now,
        kind=Kind.ACTION,
        action=data or "?",
        language=_language(query),
        pressed=str(int(message["message_id"])),
    )


def _happened(content: Json, about: Json, kind: Kind) -> Heard | None:
    """Something without words: a changed message, a reaction, a block."""
    if not _is_private(content):
        return None
    at = _at(content.get("edit_date") or content["date"])
    return Heard(**about, address=_address(content), at=at, kind=kind, language=_language(content))


def _said(message: Json, about: Json) -> Heard | None:
    if not _is_private(message):
        return None
    kind, media, location = _content(message)
    words = _clean(message.get("text") or message.get("caption"))
    return Heard(
        **about,
        address=_address(message),
        at=_at(message["date"]),
        kind=kind,
        text=words if words or kind is Kind.TEXT else None,
        media=media,
        location=location,
        language=_language(message),
    )


def _content(message: Json) -> tuple[Kind, MediaRef | None, Location | None]:
    if message.get("text") is not None:
        return Kind.TEXT, None, None
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda size: int(size.get("width", 0)))
        return Kind.PHOTO, _media(largest, "image/jpeg"), None
    if place := message.get("venue") or message.get("location"):
        return Kind.LOCATION, None, _location(place)
    if message.get("contact"):
        return Kind.CONTACT, None, None
    for name, (kind, usual) in _FILES.items():
        if file := message.get(name):
            return kind, _media(file, usual), None
    return Kind.UNKNOWN, None, None


def _media(file: Json, usual: str) -> MediaRef:
    size = file.get("file_size")
    content_type = _clean(file.get("mime_type"))[:NAME] or usual
    return MediaRef(_clean(file["file_id"]), content_type, None if size is None else int(size))


def _location(place: Json) -> Location:
    point = place.get("location", place)
    return Location(float(point["latitude"]), float(point["longitude"]), _clean(place.get("title"))[:NAME])


def _is_private(content: Json) -> bool:
    chat = content.get("chat") or {}
    return bool(chat.get("type") == "private")


def _address(content: Json) -> str:
    return str(int(content["chat"]["id"]))


def _at(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _language(content: Json) -> str | None:
    sender = content.get("from") or content.get("user") or {}
    return _clean(sender.get("language_code"))[:LANGUAGE] or None


def _clean(text: Any) -> str:
    """Text as it can be stored: no half characters, no zero bytes."""
    return str(text or "").encode("utf-8", "ignore").decode().replace("\x00", "")
