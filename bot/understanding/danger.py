"""Does a message tell of violence, a threat, fear of somebody, or the wish to die? Heard rather too often than once too little.

Two listen: the alarm of the model, which has learnt from many messages, and the lists of `danger.toml`, which hear what it has
never seen. What is heard here is never stored and never logged (`rules.md`, Privacy).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("danger.toml")


class Danger(StrEnum):
    """Of which kind."""

    VIOLENCE = "violence"  #: somebody does, did or may do something to her or another
    DESPAIR = "despair"  #: she does not want to live


@dataclass(frozen=True, slots=True)
class _Lists:
    alone: re.Pattern[str]
    deeds: re.Pattern[str]
    persons: re.Pattern[str]
    harmless: re.Pattern[str]
    despair: re.Pattern[str]


def named(said: Sequence[str]) -> bool:
    """Whether the lists hear danger in the words of a message."""
    line, lists = " ".join(said), _lists()
    if lists.harmless.search(line):
        return False
    return bool(lists.alone.search(line) or (lists.deeds.search(line) and lists.persons.search(line)))


def kind_of(said: Sequence[str]) -> Danger:
    """Of which kind a danger is, once there is one."""
    return Danger.DESPAIR if _lists().despair.search(" ".join(said)) else Danger.VIOLENCE


@cache
def _lists() -> _Lists:
    lists = tomllib.loads(_FILE.read_text("utf-8"))
    return _Lists(**{name: re.compile(rf"\b(?:{'|'.join(patterns)})\b") for name, patterns in lists.items()})
