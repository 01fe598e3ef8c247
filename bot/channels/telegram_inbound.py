"""From a Telegram update to a `Heard`: pure, and deaf to groups."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.conversation.heard import Heard, Kind, Location, MediaRef

CHANNEL = "telegram"
#: The kinds of update we ask Telegram for.
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
#: Longest action a button of ours can carry, in bytes.
ACTION_BYTES = 64
_FILES = {
    "voice": (Kind.VOICE, "audio/ogg"), "audio": (Kind.VOICE, "audio/mpeg"), "video_note": (Kind.VIDEO, "video/mp4"),
    "video": (Kind.VIDEO, "video/mp4"), "document": (Kind.DOCUMENT, "application/octet-stream"),
    "sticker": (Kind.STICKER, "image/webp"),
}  # fmt: skip
_MEMBERS = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}


def heard_of(update: Mapping[str, Any], account: str, now: datetime) -> Heard | None:
    """The message of an update, or None for groups and for what concerns nobody."""
    about = {"account": account, "channel": CHANNEL, "message_id": str(update.get("update_id"))}
    if query := update.get("callback_query"):
        return _pressed(query, about, now)
    if member := update.get("my_chat_member"):
        return _membership(member, about)
    if reaction := update.get("message_reaction"):
        return _from_chat(reaction, about, Kind.REACTION)
    if edited := update.get("edited_message"):
        return _from_chat(edited, about, Kind.EDITED)
    if message := update.get("message"):
        return _message(message, about)
    return None


def _is_private(chat: Mapping[str, Any] | None) -> bool:
    return bool(chat) and (chat or {}).get("type") == "private"


def _at(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _pressed(query: Mapping[str, Any], about: Mapping[str, Any], now: datetime) -> Heard | None:
    message = query.get("message") or {}
    if not _is_private(message.get("chat")):
        return None
    data = str(query.get("data") or "")
    action = data.encode("utf-8", "ignore")[:ACTION_BYTES].decode("utf-8", "ignore").replace("\x00", "")
    return Heard(
        **about,
        address=str(message["chat"]["id"]),
        at=now,
        kind=Kind.ACTION,
        action=action or "?",
        language=(query.get("from") or {}).get("language_code"),
        pressed=str(message.get("message_id")),
    )


def _membership(member: Mapping[str, Any], about: Mapping[str, Any]) -> Heard | None:
    kind = _MEMBERS.get((member.get("new_chat_member") or {}).get("status", ""))
    return _from_chat(member, about, kind) if kind else None


def _from_chat(content: Mapping[str, Any], about: Mapping[str, Any], kind: Kind) -> Heard | None:
    chat = content.get("chat") or {}
    if not _is_private(chat):
        return None
    return Heard(**about, address=str(chat["id"]), at=_at(content.get("edit_date") or content["date"]), kind=kind)


def _message(message: Mapping[str, Any], about: Mapping[str, Any]) -> Heard | None:
    if not _is_private(message.get("chat")):
        return None
    text, (kind, media, location) = message.get("text"), _content(message)
    return Heard(
        **about,
        address=str(message["chat"]["id"]),
        at=_at(message["date"]),
        kind=kind,
        text=_clean(text) if kind is Kind.TEXT else None,
        media=media,
        location=location,
        language=(message.get("from") or {}).get("language_code"),
    )


def _content(message: Mapping[str, Any]) -> tuple[Kind, MediaRef | None, Location | None]:
    if message.get("text") is not None:
        return Kind.TEXT, None, None
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda size: size.get("width", 0))
        return Kind.PHOTO, MediaRef(largest["file_id"], "image/jpeg", largest.get("file_size")), None
    if place := message.get("venue") or message.get("location"):
        point = place.get("location", place)
        return Kind.LOCATION, None, Location(point["latitude"], point["longitude"], place.get("title", ""))
    if message.get("contact"):
        return Kind.CONTACT, None, None
    for name, (kind, usual) in _FILES.items():
        if file := message.get(name):
            return kind, MediaRef(file["file_id"], file.get("mime_type") or usual, file.get("file_size")), None
    return Kind.UNKNOWN, None, None


def _clean(text: Any) -> str:
    return str(text).encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")
