"""The messages the model learns from: plain text files, one for each intent, that anybody can read and add to.

A line is a message. A line that begins with `#` names the point of view the next ones were written from: those of one point
of view are kept together when the model is tried on what it has not learnt.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.intents import Intent

#: The files that travel with the program.
FOLDER = Path(__file__).with_name("bank")
#: What is answered to questions: harmless, and no wish.
ANSWERS = Path(__file__).with_name("answers.txt")


@dataclass(frozen=True, slots=True)
class Example:
    """A message and what it wants. `view` is the point of view it was written from."""

    text: str
    intent: Intent
    view: str


def examples(folder: Path = FOLDER) -> list[Example]:
    """All messages. Raises ValueError for a file that is named like no intent, or a message above the first `#`."""
    return [example for file in sorted(folder.glob("*.txt")) for example in _of(file)]


def answers(file: Path = ANSWERS) -> list[str]:
    """Names, numbers, yes and no, everyday questions: what the alarm must not ring at, besides names of places."""
    lines = file.read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def fingerprint(learnt: Iterable[Example]) -> str:
    """A short mark of exactly these messages: whether a model was made from them."""
    digest = hashlib.sha256()
    for example in learnt:
        digest.update(f"{example.intent}\t{example.text}\n".encode())
    return digest.hexdigest()[:16]


def _of(file: Path) -> Iterator[Example]:
    intent, view = Intent(file.stem), ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            view = line.lstrip("# ").strip()
        elif line.strip():
            if not view:
                raise ValueError(f"{file.name}:{number}: a line beginning with # must say whose messages these are")
            yield Example(" ".join(line.split()), intent, view)
