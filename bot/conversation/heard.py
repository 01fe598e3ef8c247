"""One message in, as every channel hands it on.

Here live only facts about what arrived. What it means is the engine's business, and how it travelled the channel's.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of thing arrived. Each has a defined answer (`handlers/other.py`)."""

    TEXT = "text"  #: she typed
    ACTION = "action"  #: she pressed a button or chose a row
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"  #: a shared address-book card
    EDITED = "edited"  #: she changed an earlier message
    REACTION = "reaction"
    UNKNOWN = "unknown"  #: something the channel has invented since
    BLOCKED = "blocked"  #: she blocked us: no answer is possible
    UNBLOCKED = "unblocked"  #: she let us in again


#: Characters that mean nothing and that a database may refuse: NUL, and half of a UTF-16 pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file she sent, named the way its channel can fetch it later (a file id or an address)."""

    ref: str
    content_type: str
    size: int | None = None  #: bytes, where the channel says so

    def __post_init__(self) -> None:
        _clean(self, "ref", "content_type")


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    label: str = ""

    def __post_init__(self) -> None:
        _clean(self, "label")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from one address. `text` and `action` are never both set: a name must not read as a button.

    Whatever a channel hands over, no word in it holds a character that could not be stored.
    """

    channel: str
    account: str  #: ours: the bot's id, the WhatsApp sender
    address: str  #: hers: opaque, up to 160 characters
    message_id: str  #: the provider's id of this delivery, the inbox key
    at: datetime  #: when she sent it (aware UTC), as far as the provider says
    kind: Kind = Kind.TEXT
    text: str | None = None
    action: str | None = None
    media: MediaRef | None = None
    location: Location | None = None
    external_id: str | None = None  #: WhatsApp's business-scoped id, which outlives a number
    language: str | None = None  #: the app's language, where the channel tells it
    pressed: str | None = None  #: provider id of the message whose button she pressed
    meaning: Any = None  #: what her words mean (`bot.understanding.reading.Meaning`), read before the transaction

    def __post_init__(self) -> None:
        if self.text is not None and self.action is not None:
            raise ValueError("a message is typed or pressed, never both")
        _clean(self, "address", "message_id", "text", "action", "external_id", "language", "pressed")


def _clean(thing: Any, *names: str) -> None:
    for name in names:
        words = getattr(thing, name)
        if words and _UNSTORABLE.search(words):
            object.__setattr__(thing, name, _UNSTORABLE.sub("", words))
