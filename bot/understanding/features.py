"""What the model looks at: words and pairs of words, pieces of words, which forgive the spelling, and stems, which forgive the form."""

import re

from bot.understanding.normalising import words

#: How many words a gram has at most; how many letters a piece has, its edges counted.
WORDS, LETTERS = 2, (2, 4)
#: The commonest beginnings and endings, Indonesian, Betawi and Sundanese.
_AFFIXES = re.compile(
    r"^(?:me|mem|men|meng|ng|ny|di|ke|se|ber|ter|pe)(?=\w{3})|(?:nya|nye|kan|an|in|na|ku|mu|lah|kah)$"
)
#: A shorter word is its own stem.
_STEMMED = 5


def grams(said: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Of the words of a message: they and their pairs, their pieces, their stems and pairs, each as often as it occurs."""
    return _of_words(said), _of_letters(said), _of_words(_stems(said))


def word_grams(text: str) -> list[str]:
    """The first part of `grams`, of a message as she wrote it."""
    return _of_words(words(text))


def letter_grams(text: str) -> list[str]:
    """The second part of `grams`."""
    return _of_letters(words(text))


def stem_grams(text: str) -> list[str]:
    """The third part of `grams`."""
    return _of_words(_stems(words(text)))


def _stems(said: list[str]) -> list[str]:
    return [_AFFIXES.sub("", word) if len(word) >= _STEMMED else word for word in said]


def _of_words(said: list[str]) -> list[str]:
    return [" ".join(said[at : at + size]) for size in range(1, WORDS + 1) for at in range(len(said) - size + 1)]


def _of_letters(said: list[str]) -> list[str]:
    shortest, longest = LETTERS
    found = []
    for word in said:
        edged = f" {word} "
        for size in range(shortest, longest + 1):
            if len(edged) <= size:
                found.append(edged)
                break
            found += [edged[at : at + size] for at in range(len(edged) - size + 1)]
    return found
