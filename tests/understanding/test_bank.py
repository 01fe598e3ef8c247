"""The bank of messages: readable, each message once, and truly different ones."""

from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from bot.understanding import bank
from bot.understanding.intents import Intent

#: How alike two messages of one intent may be, in percent, and from how many letters on that is looked at.
ALIKE, LONG = 89, 16


def test_no_message_stands_in_it_twice() -> None:
    seen: dict[str, Intent] = {}
    for example in bank.examples():
        key = example.text.casefold()
        assert key not in seen, f"{example.text!r} is {seen.get(key)} and {example.intent}"
        seen[key] = example.intent


def test_messages_of_one_intent_are_truly_different() -> None:
    """At most one in two hundred resembles another; the script that made the bank left such lines out."""
    alike = []
    for intent in Intent:
        texts = [e.text.lower() for e in bank.examples() if e.intent is intent and len(e.text) >= LONG]
        likeness = process.cdist(texts, texts, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, dtype=np.uint8)
        alike += [(texts[one], texts[other]) for one, other in zip(*np.nonzero(np.triu(likeness, 1)), strict=True)]
    assert len(alike) <= len(bank.examples()) / 200, alike[:10]


def test_a_file_named_like_no_intent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nonsense.txt").write_text("# desk\nhalo\n", "utf-8")
    with pytest.raises(ValueError, match="nonsense"):
        bank.examples(tmp_path)


def test_a_message_of_nobody_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "greeting.txt").write_text("halo\n", "utf-8")
    with pytest.raises(ValueError, match=r"greeting\.txt:1"):
        bank.examples(tmp_path)


def test_lines_are_messages_and_views_are_kept(tmp_path: Path) -> None:
    (tmp_path / "greeting.txt").write_text("# ibu-ibu\nhalo  bu\n\n# anak muda\nhai kak\n", "utf-8")
    assert bank.examples(tmp_path) == [
        bank.Example("halo bu", Intent.GREETING, "ibu-ibu"), bank.Example("hai kak", Intent.GREETING, "anak muda"),
    ]  # fmt: skip
