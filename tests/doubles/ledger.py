"""What a person sees on her phone, alike for both messengers: text, buttons, files, places, edits."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Button:
    """Something she can press. `data` comes back to the program; a link has a `url` instead."""

    label: str
    data: str = ""
    url: str = ""
    description: str = ""  #: second line of a list row


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A picture or document as it arrived."""

    name: str
    content_type: str
    data: bytes
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A pin on the map, in degrees."""

    latitude: float
    longitude: float
    title: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """How a message looked before an edit."""

    text: str
    rows: Rows


@dataclass
class Message:
    """One message on her screen, as it looks now; `history` holds its earlier looks, oldest first."""

    text: str
    rows: Rows = ()
    photo: File | None = None
    document: File | None = None
    venue: Place | None = None
    started: float = 0.0  #: monotonic second in which the send reached the provider
    sequence: int = 0  #: rises with every message and every edit of the whole double
    history: list[Version] = field(default_factory=list)

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Label and data (or address) of everything pressable, in reading order."""
        return [(button.label, button.data or button.url) for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        """Only the labels."""
        return [label for label, _ in self.buttons]

    def button(self, label: str) -> Button | None:
        """The button of that label, if it is on this message."""
        return next((button for row in self.rows for button in row if button.label == label), None)

    def __str__(self) -> str:
        return f"«{self.text}»" + (f" [{' | '.join(self.labels)}]" if self.rows else "")
