"""The trained model: a table of weights, kept in one file, and the little arithmetic that reads a message with it.

It is made by `training.py` with scikit-learn; reading needs numpy alone, a few megabytes and well under a millisecond.
"""

import math
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bot.understanding.features import grams
from bot.understanding.intents import Intent

Array = npt.NDArray[np.float32]
#: The file that travels with the program.
FILE = Path(__file__).with_name("model.npz")
#: How far below its mark the alarm is where no word of a message is known.
UNHEARD = -1.0


class NoModel(Exception):
    """The file is not there, or is none of ours."""


@dataclass(frozen=True)
class Model:
    """Weights of every gram for every intent, and for the alarm.

    `blocks` are the kinds of grams of `features.grams`, each gram with its row; `rarity` weighs rare grams higher
    (inverse document frequency). The last column of `weights` is the alarm's.
    """

    intents: tuple[Intent, ...]
    blocks: tuple[Mapping[str, int], ...]
    rarity: Array
    weights: Array
    bias: Array
    sharpness: float  #: the factor that makes the softmax of the scores a probability, fitted on messages not learnt
    alarm_at: float  #: the alarm's score from which it rings
    facts: Mapping[str, Any] = field(default_factory=dict)  #: where it comes from: the bank, the measurements

    def read(self, said: list[str]) -> tuple[list[tuple[Intent, float]], float]:
        """Of the words of a message: every intent with its probability, the likeliest first; and by how much the alarm's
        score is over its mark."""
        found = grams(said)
        *scores, alarm = self._scores(found).tolist()
        most = max(scores)
        told = [math.exp((score - most) * self.sharpness) for score in scores]
        total = sum(told)
        likely = [(intent, share / total) for intent, share in zip(self.intents, told, strict=True)]
        likely.sort(key=lambda guess: -guess[1])
        return likely, alarm - self.alarm_at if self._knows_a_word(found[0]) else UNHEARD

    def scores(self, said: list[str]) -> Array:
        """The score of every intent, then the alarm's."""
        return self._scores(grams(said))

    def _knows_a_word(self, said: Sequence[str]) -> bool:
        """Pieces of words alone are no danger: they are in gibberish, file names and smileys too."""
        return any(word in self.blocks[0] for word in said)

    def _scores(self, found: Sequence[Sequence[str]]) -> Array:
        rows: list[int] = []
        values: list[float] = []
        for known, said in zip(self.blocks, found, strict=True):
            counts = Counter(row for gram in said if (row := known.get(gram)) is not None)
            rare = self.rarity[list(counts)].tolist() if counts else []
            weighed = [(1 + math.log(count)) * weight for count, weight in zip(counts.values(), rare, strict=True)]
            length = math.hypot(*weighed)
            rows += counts
            values += [value / length for value in weighed]
        scores: Array = self.bias + np.array(values, dtype=np.float32) @ self.weights[np.array(rows, dtype=np.intp)]
        return scores

    def save(self, file: Path) -> None:
        """Write it."""
        arrays: dict[str, Any] = {
            f"block{number}": _packed(sorted(block, key=lambda gram: block[gram]))
            for number, block in enumerate(self.blocks)
        }
        np.savez_compressed(
            file, weights=self.weights.astype(np.float16), rarity=self.rarity, bias=self.bias,
            numbers=np.array([self.sharpness, self.alarm_at]), intents=_packed(self.intents),
            facts=_packed([f"{name}={value}" for name, value in self.facts.items()]), **arrays,
        )  # fmt: skip

    @classmethod
    def load(cls, file: Path = FILE) -> Self:
        """Read it. Raises NoModel."""
        try:
            with np.load(file, allow_pickle=False) as kept:
                return cls._of({name: kept[name] for name in kept.files})
        except (OSError, EOFError, zipfile.BadZipFile, ValueError, KeyError) as problem:
            raise NoModel(f"{file}: {problem}") from problem

    @classmethod
    def _of(cls, kept: Mapping[str, Any]) -> Self:
        blocks: list[dict[str, int]] = []
        first = 0
        for number in range(sum(name.startswith("block") for name in kept)):
            block = _unpacked(kept[f"block{number}"])
            blocks.append({gram: row for row, gram in enumerate(block, first)})
            first += len(block)
        sharpness, alarm_at = (float(number) for number in kept["numbers"])
        facts = dict(fact.split("=", 1) for fact in _unpacked(kept["facts"]))
        return cls(
            tuple(Intent(name) for name in _unpacked(kept["intents"])), tuple(blocks), kept["rarity"],
            kept["weights"].astype(np.float32), kept["bias"], sharpness, alarm_at, facts,
        )  # fmt: skip


def _packed(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Words as bytes: numpy would keep each as long as the longest, and what it pickles could run code."""
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _unpacked(packed: npt.NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode().split("\n") if packed.size else []
