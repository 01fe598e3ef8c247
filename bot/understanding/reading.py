"""What a message means: intent, subject, day, and whether there is danger. A pure function of its words.

This is the door of the package: `Reader.read`. What is done with a meaning is the handlers' business.
"""

from dataclasses import dataclass

from bot.understanding import danger
from bot.understanding.danger import Danger
from bot.understanding.intents import Intent
from bot.understanding.model import Model
from bot.understanding.normalising import words
from bot.understanding.topics import topic_of
from bot.understanding.when import when_of

#: How many likely intents are kept.
ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """An intent and how likely it is, from 0 to 1."""

    intent: Intent
    confidence: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means. `guesses` has the likeliest first; there is always one."""

    guesses: tuple[Guess, ...]
    topic: str | None = None
    when: str | None = None
    danger: Danger | None = None

    @property
    def intent(self) -> Intent:
        """The likeliest."""
        return self.guesses[0].intent

    @property
    def confidence(self) -> float:
        """How likely the likeliest is."""
        return self.guesses[0].confidence


class Reader:
    """Reads messages. Build one and keep it: it holds the model."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def read(self, text: str) -> Meaning:
        """The meaning of a message."""
        said = words(text)
        likely, alarm = self._model.read(said)
        in_danger = alarm > 0 or danger.named(said)
        guesses = _danger_first(likely) if in_danger else _without_danger(likely)
        return Meaning(
            tuple(Guess(intent, confidence) for intent, confidence in guesses[:ALTERNATIVES]),
            topic_of(said), when_of(text, said), danger.kind_of(said) if in_danger else None,
        )  # fmt: skip


def _without_danger(likely: list[tuple[Intent, float]]) -> list[tuple[Intent, float]]:
    """Where neither listener hears danger there is none, and the others share its likelihood."""
    others = [(intent, confidence) for intent, confidence in likely if intent is not Intent.VIOLENCE_HELP]
    total = sum(confidence for _, confidence in others) or 1.0
    return [(intent, confidence / total) for intent, confidence in others]


def _danger_first(likely: list[tuple[Intent, float]]) -> list[tuple[Intent, float]]:
    """Danger wins over whatever seemed likelier, and is said to be no less likely than that."""
    most = likely[0][1]
    others = [(intent, confidence) for intent, confidence in likely if intent is not Intent.VIOLENCE_HELP]
    return [(Intent.VIOLENCE_HELP, most), *others]
