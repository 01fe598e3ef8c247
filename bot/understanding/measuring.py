"""How well a model reads messages it has not learnt from, and whether it is better than another.

A fifth of the bank, chosen by the messages themselves, is the measure: it stays the same when others are added. The model
in use learns from all of the bank; so each training makes a second model without that fifth, and the answers of the second
are kept in the file of the first. Two models are compared on the messages that both files have answers to.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.bank import Example
from bot.understanding.intents import Intent
from bot.understanding.model import Model
from bot.understanding.normalising import cleaned
from bot.understanding.reading import Reader

#: One of so many messages is measured with.
PARTS = 5
#: By so much a share may fall, or false alarms rise, without a model being called worse: a message or two in a hundred
#: change sides with every training.
SLACK = 0.005
#: Two files must have so much of the fifth in common to be compared by their answers.
COMMON = 0.5
#: The name under which a model's file keeps the answers.
FACT = "answers"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a message was read: the likeliest intents, best first, and whether there is danger."""

    intents: tuple[Intent, ...]
    danger: bool


Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Measures:
    """Shares from 0 to 1, and how many messages they were measured with."""

    messages: int
    right: float  #: the likeliest intent is the right one
    among_three: float  #: the right one is among those offered
    macro_f1: float  #: F1 of each intent, the mean of all
    danger_heard: float  #: of those that tell of danger
    false_alarms: float  #: of those that do not


def is_measured_with(text: str) -> bool:
    """Whether a message belongs to the fifth."""
    return int(mark(text), 16) % PARTS == 0


def mark(text: str) -> str:
    """A short name of a message; spelling out of breath («haloooo») changes nothing."""
    return hashlib.sha256(cleaned(text).encode()).hexdigest()[:10]


def split(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """What a second model learns from, and the fifth that it is measured with."""
    parts: tuple[list[Example], list[Example]] = ([], [])
    for example in examples:
        parts[is_measured_with(example.text)].append(example)
    return parts


def answered(model: Model, examples: Iterable[Example]) -> dict[str, Answer]:
    """How a model reads messages, as women meet it: with the lists of danger."""
    reader = Reader(model)
    read = {mark(example.text): reader.read(example.text) for example in examples}
    return {
        name: Answer(tuple(guess.intent for guess in meaning.guesses), meaning.danger is not None)
        for name, meaning in read.items()
    }


def measured(answers: Answers, examples: Sequence[Example]) -> Measures:
    """The measures over those messages that there are answers to."""
    told = [(example.intent, answers[name]) for example in examples if (name := mark(example.text)) in answers]
    danger = [answer.danger for intent, answer in told if intent is Intent.VIOLENCE_HELP]
    harmless = [answer.danger for intent, answer in told if intent is not Intent.VIOLENCE_HELP]
    return Measures(
        len(told),
        _share(intent is answer.intents[0] for intent, answer in told),
        _share(intent in answer.intents for intent, answer in told),
        _macro_f1([(intent, answer.intents[0]) for intent, answer in told]),
        _share(danger), _share(harmless),
    )  # fmt: skip


def worse(before: Measures, after: Measures) -> list[str]:
    """In what a model is worse than the one before: names of `Measures`."""
    falls = ("right", "among_three", "macro_f1", "danger_heard")
    fallen = [name for name in falls if getattr(after, name) < getattr(before, name) - SLACK]
    return fallen + (["false_alarms"] if after.false_alarms > before.false_alarms + SLACK else [])


def in_common(before: Answers, after: Answers) -> bool:
    """Whether two models have enough answers in common to be compared by them."""
    return len(before.keys() & after.keys()) >= COMMON * max(len(after), 1)


def as_fact(answers: Answers) -> str:
    """Answers as a model's file keeps them. It says no text, only which message was read how."""
    return ";".join(
        f"{name}:{','.join(answer.intents)}{'!' if answer.danger else ''}" for name, answer in sorted(answers.items())
    )


def of_model(model: Model) -> dict[str, Answer]:
    """The answers a model's file keeps; none if it was made without, or by a release with other intents."""
    kept = str(model.facts.get(FACT, ""))
    try:
        return dict(_read(entry) for entry in kept.split(";") if entry)
    except ValueError:
        return {}


def _read(entry: str) -> tuple[str, Answer]:
    name, _, told = entry.partition(":")
    return name, Answer(tuple(Intent(intent) for intent in told.rstrip("!").split(",")), told.endswith("!"))


def _share(yes: Iterable[bool]) -> float:
    told = list(yes)
    return sum(told) / len(told) if told else 0.0


def _macro_f1(pairs: Sequence[tuple[Intent, Intent]]) -> float:
    wanted, given = Counter(right for right, _ in pairs), Counter(read for _, read in pairs)
    hits = Counter(right for right, read in pairs if right is read)
    scores = [2 * hits[intent] / (wanted[intent] + given[intent]) for intent in wanted]
    return sum(scores) / len(scores) if scores else 0.0
