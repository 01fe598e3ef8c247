"""What a simulated phone posts, as a `Heard`. Pure; nothing the page says is believed without a look."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.conversation.heard import Heard, Kind, Location, MediaRef
from bot.conversation.reply import ACTION_BYTES

CHANNEL = "simulator"
#: Longest text, as on both messengers, in characters; largest picture, in bytes (a little more than the program takes).
TEXT, LARGEST_PICTURE = 4096, 6 * 1024 * 1024
_ID = re.compile(r"[A-Za-z0-9-]{8,60}")
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


class Nonsense(Exception):
    """The page posted what a page does not post; says which part."""


def heard_in(content: Mapping[str, Any], account: str, now: datetime, media: MediaRef | None = None) -> Heard:
    """The message of a posted object: `phone`, `id`, and one of `text`, `action` (with `pressed`) and `place`.

    The same `id` posted again is the same message. Raises Nonsense.
    """
    about: dict[str, Any] = {
        "channel": CHANNEL,
        "account": account,
        "address": _string(content, "phone", 160),
        "message_id": _id(content),
        "at": now,
        "language": content.get("language") if content.get("language") in ("id", "en") else None,
    }
    if media is not None:
        return Heard(**about, kind=Kind.PHOTO, media=media)
    if "place" in content:
        return Heard(**about, kind=Kind.LOCATION, location=_place(content["place"]))
    if "action" in content:
        return Heard(**about, kind=Kind.ACTION, action=_action(content), pressed=_pressed(content))
    return Heard(**about, text=_string(content, "text", TEXT))


def picture_type(content_type: str) -> str:
    """The kind of picture a header names. Raises Nonsense for anything that is no picture."""
    found = content_type.partition(";")[0].strip().lower()
    if found not in _PICTURES:
        raise Nonsense("picture")
    return found


def _string(content: Mapping[str, Any], name: str, most: int) -> str:
    value = content.get(name)
    if not isinstance(value, str):
        raise Nonsense(name)
    kept = value.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "").strip()[:most]
    if not kept:
        raise Nonsense(name)
    return kept


def _id(content: Mapping[str, Any]) -> str:
    value = _string(content, "id", 80)
    if not _ID.fullmatch(value):
        raise Nonsense("id")
    return value


def _action(content: Mapping[str, Any]) -> str:
    value = _string(content, "action", TEXT)
    if len(value.encode()) > ACTION_BYTES:
        raise Nonsense("action")
    return value


def _pressed(content: Mapping[str, Any]) -> str | None:
    return _string(content, "pressed", 80) if content.get("pressed") else None


def _place(value: Any) -> Location:
    try:
        latitude, longitude, label = float(value["latitude"]), float(value["longitude"]), str(value.get("label", ""))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Nonsense("place") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Nonsense("place")
    return Location(latitude, longitude, label[:100])
