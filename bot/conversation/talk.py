"""What is remembered of one conversation between two messages, and the turn that answers one message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from bot.conversation.assent import Assent, assent
from bot.conversation.heard import Heard
from bot.conversation.words import plain

#: How long a typed number or word still answers a list she saw (`rules.md`, Conversation).
SHOWN_FOR = timedelta(hours=24)
#: How many messages with choices are kept; only the newest is answered by typing.
SHOWN_KEPT = 3
#: Fewest letters by which a label is known from its beginning.
SHORTEST = 5
#: A longer message is more than a yes or a no: «bu boleh bawa bekal ga» is a question.
YES_OR_NO = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """The choices of one message as she saw them: action and label, in order."""

    at: datetime
    choices: tuple[tuple[str, str], ...]

    def to_json(self) -> list[Any]:
        """Plain data for the conversation row."""
        return [self.at.isoformat(), [list(choice) for choice in self.choices]]

    @classmethod
    def from_json(cls, data: list[Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(datetime.fromisoformat(data[0]), tuple((action, label) for action, label in data[1]))

    def action_for(self, text: str, number: int | None) -> str | None:
        """The action a typed message stands for: its number, or exactly its label."""
        if number is not None and 1 <= number <= len(self.choices):
            return self.choices[number - 1][0]
        words = plain(text)
        return next((action for action, label in self.choices if words and plain(label) == words), None)

    def nearly(self, text: str) -> str | None:
        """The action her own words stand for: a plain yes or no where one choice is each, or how one label begins."""
        meant = assent(text) if len(text.split()) <= YES_OR_NO else Assent.UNCLEAR
        if meant in (Assent.YES, Assent.NO):
            fitting = [action for action, label in self.choices if assent(label) is meant]
            return fitting[0] if len(fitting) == 1 else None
        words = plain(text)
        begun = [action for action, label in self.choices if plain(label).startswith(words)]
        return begun[0] if len(words) >= SHORTEST and len(begun) == 1 else None


@dataclass(slots=True)
class Talk:
    """The saved state: the form's name, her own words by question key, and the choices she last saw."""

    form: str | None = None
    said: dict[str, list[str]] = field(default_factory=dict)  #: question key → [her words, when (ISO)]
    shown: list[Shown] = field(default_factory=list)  #: newest first

    def remember(self, key: str, words: str, at: datetime) -> None:
        """Keep her words for a question."""
        self.said[key] = [words, at.isoformat()]

    def words(self, key: str) -> str | None:
        """Her words for a question, or None if she has not answered."""
        return self.said[key][0] if key in self.said else None

    def said_at(self, key: str) -> datetime:
        """When she answered a question. Raises KeyError if she has not."""
        return datetime.fromisoformat(self.said[key][1])

    def show(self, shown: Shown) -> None:
        """Remember choices as the newest she saw."""
        self.shown = [shown, *self.shown][:SHOWN_KEPT]

    def close(self) -> None:
        """Forget the form and what was said in it."""
        self.form, self.said = None, {}


class Parsed(NamedTuple):
    """One answer as it was read, and what it was read from."""

    words: str
    said_at: datetime
    before: Mapping[str, Any]  #: the answers that stood before it
    value: Any


@dataclass(slots=True)
class Turn:
    """One message being answered: what was heard, now, and the state it meets. Handlers work on a richer one."""

    heard: Heard
    now: datetime
    talk: Talk
    language: str = "id"
    honorific: str | None = None
    name: str | None = None
    parsed: dict[str, Parsed] = field(default_factory=dict)  #: answers already read while this message is handled
