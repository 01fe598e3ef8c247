"""Making the model from the bank, and measuring it on points of view it has not learnt from.

A linear classifier over words, pieces of words and stems (scikit-learn's LinearSVC, one against the rest), chosen because nothing
that was tried is better on messages from another hand (`docs/understanding.md`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.understanding.bank import Example, fingerprint
from bot.understanding.features import letter_grams, stem_grams, word_grams
from bot.understanding.intents import Intent
from bot.understanding.model import Model

#: How strongly the classifier holds on to what it has learnt (the inverse of its regularisation).
HOLD = 0.3
#: A gram that occurs in fewer messages teaches nothing about others: words, pieces of words, stems.
SEEN_IN = (2, 3, 2)
#: The alarm may ring for so many of the harmless messages that were not learnt from; the bank has far more of those that
#: come near to danger than everyday chats have, where it rings a third as often.
FALSE_ALARMS = 0.04
#: An alarm at an answer disturbs an open question: answers weigh so much more than messages.
ANSWERS_WEIGH = 20.0


@dataclass(frozen=True)
class Tried:
    """How each message fared when its point of view was left out: the scores of each intent, then the alarm's."""

    examples: Sequence[Example]
    intents: tuple[Intent, ...]
    scores: Any


class Vectoriser:
    """Messages as rows of numbers: all kinds of grams, each weighed by rarity and brought to length one."""

    def __init__(self) -> None:
        self.parts = [_part(word_grams, SEEN_IN[0]), _part(letter_grams, SEEN_IN[1]), _part(stem_grams, SEEN_IN[2])]

    def learn(self, texts: Sequence[str]) -> csr_matrix:
        """Rows of messages; their grams are known from now on."""
        return hstack([part.fit_transform(texts) for part in self.parts]).tocsr()

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """Rows of other messages."""
        return hstack([part.transform(texts) for part in self.parts]).tocsr()


def train(
    examples: Sequence[Example], harmless: Sequence[str], tell: Callable[[str], None] = lambda step: None
) -> tuple[Model, Tried]:
    """The model, and how it does without each point of view in turn. `tell` hears what is being done.

    `harmless` is what the alarm must not ring at: answers to questions, names of places.
    """
    tried = without_each_view(examples, harmless, tell)
    sharpness, alarm_at = sharpness_of(tried), alarm_of(tried)
    tell("all")
    return made(examples, harmless, sharpness, alarm_at), tried


def made(examples: Sequence[Example], harmless: Sequence[str], sharpness: float, alarm_at: float) -> Model:
    """A model of these messages, with a sharpness and an alarm mark that were found before (`Model`)."""
    vectoriser, classifier, alarm = _fitted(examples, harmless)
    intents = tuple(Intent(name) for name in classifier.classes_)
    blocks, first = [], 0
    for part in vectoriser.parts:
        blocks.append({gram: first + int(column) for gram, column in part.vocabulary_.items()})
        first += len(part.vocabulary_)
    return Model(
        intents, tuple(blocks), np.concatenate([part.idf_ for part in vectoriser.parts]).astype(np.float32),
        np.vstack([classifier.coef_, alarm.coef_]).T.astype(np.float32),
        np.concatenate([classifier.intercept_, alarm.intercept_]).astype(np.float32), sharpness, alarm_at,
        {"bank": fingerprint(examples), "messages": str(len(examples))},
    )  # fmt: skip


def without_each_view(
    examples: Sequence[Example], harmless: Sequence[str], tell: Callable[[str], None] = lambda step: None
) -> Tried:
    """Scores of every message by a model that has learnt from all points of view but its own."""
    intents = tuple(sorted({example.intent for example in examples}))
    scores = np.zeros((len(examples), len(intents) + 1), dtype=np.float32)
    views = np.array([example.view for example in examples])
    for view in sorted(set(views)):
        tell(view)
        inside, outside = (
            [int(place) for place in np.flatnonzero(chosen)] for chosen in (views != view, views == view)
        )
        vectoriser, classifier, alarm = _fitted([examples[place] for place in inside], harmless)
        rows = vectoriser.rows([examples[place].text for place in outside])
        order = [intents.index(Intent(name)) for name in classifier.classes_]
        scores[np.ix_(np.array(outside), np.array(order))] = classifier.decision_function(rows)
        scores[outside, -1] = alarm.decision_function(rows)
    return Tried(examples, intents, scores)


def sharpness_of(tried: Tried) -> float:
    """The factor with which the softmax of the scores tells best how likely each intent is (temperature scaling)."""
    right = np.array([tried.intents.index(example.intent) for example in tried.examples])
    scores = tried.scores[:, :-1].astype(np.float64)

    def surprise(factor: float) -> float:
        sharp = scores * factor
        most = sharp.max(axis=1, keepdims=True)
        total = most[:, 0] + np.log(np.exp(sharp - most).sum(axis=1))
        return float(np.mean(total - sharp[np.arange(len(right)), right]))

    return float(minimize_scalar(surprise, bounds=(0.5, 20.0), method="bounded").x)


def alarm_of(tried: Tried) -> float:
    """The score from which the alarm rings: as low as `FALSE_ALARMS` allows."""
    harmless = [example.intent is not Intent.VIOLENCE_HELP for example in tried.examples]
    return float(np.quantile(tried.scores[harmless, -1], 1 - FALSE_ALARMS))


def _fitted(examples: Sequence[Example], harmless: Sequence[str]) -> tuple[Vectoriser, LinearSVC, LinearSVC]:
    vectoriser = Vectoriser()
    rows = vectoriser.learn([example.text for example in examples])
    wishes = [str(example.intent) for example in examples]
    heard = vstack([rows, vectoriser.rows(harmless)])
    danger = [wish == Intent.VIOLENCE_HELP for wish in wishes] + [False] * len(harmless)
    weights = [1.0] * len(wishes) + [ANSWERS_WEIGH] * len(harmless)
    classifier = LinearSVC(C=HOLD, random_state=0).fit(rows, wishes)
    alarm = LinearSVC(C=HOLD, class_weight="balanced", random_state=0).fit(heard, danger, sample_weight=weights)
    return vectoriser, classifier, alarm


def _part(analyzer: Callable[[str], list[str]], seen_in: int) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, min_df=seen_in)
