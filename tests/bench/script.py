"""The registration conversation: what she writes, and, once recorded from the program, what she is answered.

The program's own answers are recorded at the beginning of a run; every peer then says the very same words with the very
same buttons, and the double checks each of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of hers: words, or a button of the newest message; then a piece of what must come back."""

    hears: str
    says: str = ""
    presses: str = ""


#: From the first greeting to the answer about news: nine messages, ten replies.
REGISTRATION = (
    Turn(says="halo", hears="Boleh saya simpan?"),
    Turn(presses="Boleh", hears="panggil apa"),
    Turn(presses="Ibu", hears="Siapa nama"),
    Turn(says="siti aminah", hears="kecamatan mana"),
    Turn(says="cipondo", hears="kelurahan"),
    Turn(presses="Lewati", hears="tertarik bidang"),
    Turn(says="menjahit sama masak", hears="Sudah benar?"),
    Turn(presses="Benar", hears="kegiatan baru?"),
    Turn(presses="Boleh", hears="kabari"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One recorded reply. `content` is what identifies it on WhatsApp (SID and variables), empty on Telegram."""

    text: str
    buttons: Sequence[tuple[str, str]] = ()  #: label, action
    rows: Sequence[Sequence[tuple[str, str]]] = ()  #: the same as lines of a keyboard
    content: str = ""

    def action(self, label: str) -> str:
        """What the button of that label carries. Raises KeyError."""
        return dict(self.buttons)[label]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn as recorded: her words or the action she presses, and all that comes back."""

    text: str = ""
    label: str = ""
    action: str = ""
    answers: tuple[Answer, ...] = ()


def to_json(script: Sequence[Exchange]) -> str:
    """A recorded script as text."""
    return json.dumps([asdict(exchange) for exchange in script], ensure_ascii=False)


def from_json(text: str) -> tuple[Exchange, ...]:
    """The reverse of `to_json`."""
    return tuple(_exchange(given) for given in json.loads(text))


def load(path: Path) -> tuple[Exchange, ...]:
    """A recorded script from a file."""
    return from_json(path.read_text("utf-8"))


def constant(script: Sequence[Exchange], words: str) -> tuple[Exchange, ...]:
    """The same messages, each answered by one and the same sentence: what a program without any state can do."""
    return tuple(Exchange(e.text, e.label, e.action, (Answer(words),)) for e in script)


def _exchange(given: Mapping[str, Any]) -> Exchange:
    answers = tuple(
        Answer(
            answer["text"],
            tuple((label, action) for label, action in answer["buttons"]),
            tuple(tuple((label, action) for label, action in row) for row in answer["rows"]),
            answer["content"],
        )
        for answer in given["answers"]
    )
    return Exchange(given["text"], given["label"], given["action"], answers)
