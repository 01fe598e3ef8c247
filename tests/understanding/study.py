"""`make study`: what was tried for the model, measured the same way, and where it still mistakes one wish for another.

Every recipe learns from all points of view of the bank but one and is asked about that one, in turn. Then the recipe that is
used is asked about messages of other hands: `unseen.jsonl` and `danger.jsonl`, written without sight of the bank, and the
development set where it is at hand. Writes docs/understanding-study.md and docs/confusion.png.
"""

import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.progress import track
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from bot.understanding import bank
from bot.understanding.bank import Example
from bot.understanding.features import letter_grams, stem_grams, word_grams
from bot.understanding.intents import Intent
from bot.understanding.model import Model
from bot.understanding.normalising import cleaned, words
from bot.understanding.reading import Reader
from bot.understanding.topics import topic_of
from bot.understanding.when import when_of

HERE, DOCS = Path(__file__).parent, Path(__file__).parents[2] / "docs"
DEVELOPMENT = Path(__file__).parents[3] / "shared" / "domain" / "utterances-dev.jsonl"
#: Sides of a cell and room for the labels of the picture, in pixels.
CELL, LABELS = 26, 190
Analyzer = Callable[[str], list[str]]


@dataclass(frozen=True)
class Recipe:
    """One thing that was tried."""

    name: str
    features: tuple[Analyzer, ...]
    classifier: Callable[[], Any]


def svm(hold: float = 0.3) -> Callable[[], Any]:
    """The classifier that is used."""
    return lambda: LinearSVC(C=hold, random_state=0)


def raw_words(text: str) -> list[str]:
    """Words and pairs as they are written."""
    said = re.findall(r"\w+|[?!]", cleaned(text))
    return said + [" ".join(pair) for pair in itertools.pairwise(said)]


def raw_letters(text: str) -> list[str]:
    """Pieces of words as they are written."""
    return [f" {word} "[at : at + size] for word in re.findall(r"\w+", cleaned(text))
            for size in (2, 3, 4) for at in range(max(1, len(word) + 3 - size))]  # fmt: skip


def long_letters(text: str) -> list[str]:
    """Pieces of two to six letters."""
    return [f" {word} "[at : at + size] for word in words(text)
            for size in range(2, 7) for at in range(max(1, len(word) + 3 - size))]  # fmt: skip


def triples(text: str) -> list[str]:
    """Up to three words in a row."""
    said = words(text)
    return [" ".join(said[at : at + size]) for size in (1, 2, 3) for at in range(len(said) - size + 1)]


def slots(text: str) -> list[str]:
    """Which subject, which day, how long, a question or not."""
    said = words(text)
    return [
        f"topic={topic_of(said)}",
        f"when={when_of(text, said)}",
        f"long={min(len(said) // 4, 5)}",
        f"asks={'?' in said}",
    ]


RECIPES = (
    Recipe("words as written", (raw_words,), svm()),
    Recipe("words, normalised", (word_grams,), svm()),
    Recipe("pieces of words as written", (raw_letters,), svm()),
    Recipe("pieces of words, normalised", (letter_grams,), svm()),
    Recipe("words and pieces, normalised", (word_grams, letter_grams), svm()),
    Recipe("**words, pieces and stems: used**", (word_grams, letter_grams, stem_grams), svm()),
    Recipe("words and pieces, both as written", (raw_words, raw_letters), svm()),
    Recipe("used, and pieces as written", (word_grams, letter_grams, stem_grams, raw_letters), svm()),
    Recipe("used, pieces up to 6 letters", (word_grams, long_letters, stem_grams), svm()),
    Recipe("used, three words in a row", (triples, letter_grams, stem_grams), svm()),
    Recipe("used, and subject, day, length", (word_grams, letter_grams, stem_grams, slots), svm()),
    Recipe("used, held more loosely (C = 1)", (word_grams, letter_grams, stem_grams), svm(1.0)),
    Recipe("used, held more tightly (C = 0.1)", (word_grams, letter_grams, stem_grams), svm(0.1)),
    Recipe("naive Bayes (complement)", (word_grams, letter_grams, stem_grams), lambda: ComplementNB(alpha=0.3)),
    Recipe("logistic regression (C = 10)", (word_grams, letter_grams, stem_grams), lambda: LogisticRegression(C=10, max_iter=200)),
)  # fmt: skip


def scores_of(recipe: Recipe, examples: Sequence[Example], intents: Sequence[str]) -> Any:
    """Scores of every message by a model that has not learnt from its point of view."""
    views = np.array([example.view for example in examples])
    texts, wishes = [e.text for e in examples], np.array([str(e.intent) for e in examples])
    scores = np.full((len(examples), len(intents)), -1e9)
    for view in sorted(set(views)):
        inside, outside = np.flatnonzero(views != view), np.flatnonzero(views == view)
        parts = [TfidfVectorizer(analyzer=f, sublinear_tf=True, min_df=2) for f in recipe.features]
        rows: csr_matrix = hstack([part.fit_transform([texts[i] for i in inside]) for part in parts]).tocsr()
        fitted = recipe.classifier().fit(rows, wishes[inside])
        asked = hstack([part.transform([texts[i] for i in outside]) for part in parts]).tocsr()
        told = (
            fitted.decision_function(asked) if hasattr(fitted, "decision_function") else fitted.predict_log_proba(asked)
        )
        scores[np.ix_(outside, np.array([intents.index(name) for name in fitted.classes_]))] = told
    return scores


def study() -> None:
    """Try everything, print and write."""
    console, examples = Console(), bank.examples()
    intents = sorted({str(example.intent) for example in examples})
    right = np.array([intents.index(str(example.intent)) for example in examples])
    lines, used = ["| recipe | right | among three | macro-F1 | s |", "|---|---:|---:|---:|---:|"], None
    for recipe in track(RECIPES, "recipes", console=console, disable=not sys.stdout.isatty()):
        began = time.perf_counter()
        scores = scores_of(recipe, examples, intents)
        order = np.argsort(-scores, axis=1)
        three = np.mean([right[i] in order[i, :3] for i in range(len(right))])
        f1 = f1_score(right, order[:, 0], average="macro")
        lines.append(f"| {recipe.name} | {np.mean(order[:, 0] == right):.1%} | {three:.1%} | {f1:.3f} | "
                     f"{time.perf_counter() - began:.0f} |")  # fmt: skip
        console.print(lines[-1])
        used = order[:, 0] if "used**" in recipe.name else used
    assert used is not None
    picture(right, used, intents).save(DOCS / "confusion.png", optimize=True)
    text = "\n".join([
        f"Written by `make study`: {len(examples):,} messages of {len({e.view for e in examples})} points of view.", "",
        *lines, "", "## Other hands", "", *measured(), "", "## What is mistaken for what", "",
        "On points of view not learnt from; the twelve commonest:", "", *mistaken(right, used, intents), "",
    ])  # fmt: skip
    (DOCS / "understanding-study.md").write_text("# What was tried for the understanding\n\n" + text, "utf-8")


def measured() -> list[str]:
    """The shipped model on messages of other hands."""
    reader = Reader(Model.load())
    lines = ["| | messages | right | among three | macro-F1 | danger heard | false alarms | out_of_scope precision | topic named | day named |",
             "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for name, file in (
        ("unseen.jsonl", HERE / "unseen.jsonl"),
        ("danger.jsonl", HERE / "danger.jsonl"),
        ("development set", DEVELOPMENT),
    ):
        if file.exists():
            rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
            lines.append(f"| {name} | {len(rows)} | " + " | ".join(figures(reader, rows)) + " |")
    return lines


def figures(reader: Reader, rows: Sequence[dict[str, Any]]) -> list[str]:
    """The measures of one set, as they are written."""
    read = [reader.read(row["text"]) for row in rows]
    wanted = np.array([row["intent"] for row in rows])
    found = np.array([meaning.intent.value for meaning in read])
    three = np.mean([w in [g.intent.value for g in m.guesses] for w, m in zip(wanted, read, strict=True)])
    rings, danger = np.array([m.danger is not None for m in read]), wanted == Intent.VIOLENCE_HELP.value
    outside = found == Intent.OUT_OF_SCOPE.value
    topics = [topic_of(words(row["text"])) == row["topic"] for row in rows if row.get("topic")]
    whens = [when_of(row["text"], words(row["text"])) == row["when"] for row in rows if row.get("when")]
    return [
        f"{np.mean(wanted == found):.1%}", f"{three:.1%}", f"{f1_score(wanted, found, average='macro', zero_division=0):.3f}",
        f"{np.mean(rings[danger]):.1%}", f"{np.mean(rings[~danger]):.1%}", f"{np.mean(wanted[outside] == found[outside]):.1%}",
        f"{np.mean(topics):.1%}" if topics else "–", f"{np.mean(whens):.1%}" if whens else "–",
    ]  # fmt: skip


def mistaken(right: Any, found: Any, intents: Sequence[str]) -> list[str]:
    """The commonest mistakes."""
    pairs: dict[tuple[int, int], int] = {}
    for one, other in zip(right, found, strict=True):
        if one != other:
            pairs[int(one), int(other)] = pairs.get((int(one), int(other)), 0) + 1
    most = sorted(pairs.items(), key=lambda pair: -pair[1])[:12]
    rows = [f"| {intents[one]} | {intents[other]} | {count} |" for (one, other), count in most]
    return ["| wanted | read as | times |", "|---|---|---:|", *rows]


def picture(right: Any, found: Any, intents: Sequence[str]) -> Image.Image:
    """The confusion matrix: a row is what was wanted, a column what was read; the darker, the more often."""
    size = LABELS + CELL * len(intents) + 10
    image = Image.new("RGB", (size, size), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    table = np.zeros((len(intents), len(intents)))
    np.add.at(table, (right, found), 1)
    shares = table / table.sum(axis=1, keepdims=True)
    for row, name in enumerate(intents):
        at = LABELS + row * CELL
        draw.text((LABELS - 8, at + CELL / 2), name, "black", font, anchor="rm")
        label = Image.new("RGB", (LABELS - 8, CELL), "white")
        ImageDraw.Draw(label).text((0, CELL / 2), name, "black", font, anchor="lm")
        image.paste(label.rotate(90, expand=True), (at, 0))
        for column in range(len(intents)):
            share = shares[row, column]
            shade = int(255 * (1 - min(1.0, share**0.5)))
            colour = (shade, 255 - (255 - shade) // 3, shade) if row == column else (255, shade, shade)
            x = LABELS + column * CELL
            draw.rectangle((x, at, x + CELL - 1, at + CELL - 1), colour, "#dddddd")
            if share >= 0.02:
                draw.text(
                    (x + CELL / 2, at + CELL / 2),
                    f"{share * 100:.0f}",
                    "black",
                    ImageFont.load_default(11),
                    anchor="mm",
                )
    return image


if __name__ == "__main__":
    study()
