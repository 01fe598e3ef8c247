"""One message out, channel-neutral: a sentence's key, its values, and what she may press.

A reply is stored in the outbox as JSON and worded when it is sent, so that a language change or a corrected sentence
still reaches what is waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from bot.conversation.values import Value

#: Most buttons in one message and most rows in one list (WhatsApp's limits, the narrower of the two channels).
BUTTONS, ROWS = 3, 10
#: Most bytes in an action (Telegram's limit for `callback_data`).
ACTION_BYTES = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. `action` is what it does, `label` what she reads (20 characters, 24 in a list row)."""

    action: str
    label: Value
    description: Value | None = None  #: second line of a list row, 72 characters

    def __post_init__(self) -> None:
        if not 1 <= len(self.action.encode()) <= ACTION_BYTES:
            raise ValueError(f"an action has 1 to {ACTION_BYTES} bytes: {self.action!r}")

    def to_json(self) -> dict[str, Any]:
        """Plain data for the outbox."""
        return {"action": self.action, "label": self.label} | (
            {"description": self.description} if self.description is not None else {}
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A map pin, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file kept at one of our own unguessable addresses, such as `/calendar/TOKEN.ics`."""

    path: str
    filename: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message out. Up to 3 choices are buttons, more (or any with a description) are the rows of a list."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    image: str | None = None  #: path of a picture at one of our own addresses, such as `/media/TOKEN`
    document: Document | None = None
    place: Place | None = None
    footer: Value | None = None  #: a quiet last line: how to go back, how to stop
    replaces: bool = False  #: may take the place of the message whose button she pressed, where a channel can

    def __post_init__(self) -> None:
        if len(self.choices) > ROWS:
            raise ValueError(f"{self.key}: at most {ROWS} choices, not {len(self.choices)}")
        if len({choice.action for choice in self.choices}) != len(self.choices):
            raise ValueError(f"{self.key}: two choices do the same")

    @property
    def is_list(self) -> bool:
        """Whether the choices are rows of a list rather than buttons."""
        return len(self.choices) > BUTTONS or any(c.description is not None for c in self.choices)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the outbox; `from_json` is its inverse."""
        data: dict[str, Any] = {"key": self.key, "values": dict(self.values)}
        if self.choices:
            data["choices"] = [choice.to_json() for choice in self.choices]
        if self.image:
            data["image"] = self.image
        if self.document:
            data["document"] = [self.document.path, self.document.filename, self.document.content_type]
        if self.place:
            data["place"] = [self.place.latitude, self.place.longitude, self.place.title, self.place.address]
        if self.footer is not None:
            data["footer"] = self.footer
        if self.replaces:
            data["replaces"] = True
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The reply that `to_json` wrote. Raises KeyError or ValueError for anything else."""
        return cls(
            key=data["key"],
            values=data.get("values", {}),
            choices=tuple(Choice(c["action"], c["label"], c.get("description")) for c in data.get("choices", ())),
            image=data.get("image"),
            document=Document(*data["document"]) if data.get("document") else None,
            place=Place(*data["place"]) if data.get("place") else None,
            footer=data.get("footer"),
            replaces=bool(data.get("replaces")),
        )
