"""What the model looks at: words and pairs of words, and pieces of words, which forgive the spelling."""

from bot.understanding.normalising import words

#: How many words a gram has at most; how many letters a piece has, its edges counted.
WORDS, LETTERS = 2, (2, 4)


def grams(text: str) -> tuple[list[str], list[str]]:
    """The words and pairs of a message, and the pieces of its words, each as often as it occurs."""
    said = words(text)
    return _of_words(said), _of_letters(said)


def word_grams(text: str) -> list[str]:
    """The first half of `grams`."""
    return _of_words(words(text))


def letter_grams(text: str) -> list[str]:
    """The second half of `grams`."""
    return _of_letters(words(text))


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
