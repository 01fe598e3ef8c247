"""Reading one row of a catalogue: each value is checked, and everything wrong with the row is said at once."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from models.programme import WIB

E = TypeVar("E", bound=StrEnum)
Known = Callable[[str], bool]

#: An event's slug (`rules.md`, Conversation).
SLUG = re.compile(r"[a-z0-9-]{1,60}")
#: Other entries may be named by a code: topics and sources.
CODE = re.compile(r"[a-z0-9_-]{1,60}")
#: The topics every programme knows (`domain/glossary.md`); a catalogue may add to them.
TOPICS = frozenset(
    {
        "menjahit", "memasak", "kerajinan", "kewirausahaan", "pemasaran", "keuangan", "kesehatan", "hak_perempuan",
        "pertanian_organik", "lainnya",
    }
)  # fmt: skip
_MISSING = object()


@dataclass
class Fields:
    """The values of one row, and the problems found while reading them. A wrong value reads as its default."""

    data: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def wrong(self, problem: str) -> None:
        """Note a problem."""
        self.problems.append(problem)

    def text(self, name: str, most: int, default: Any = _MISSING) -> Any:
        """A text of at most so many letters; without a default it must be there."""
        value = self.data.get(name, default)
        if value is _MISSING:
            return self._bad(name, "is missing", "")
        if value == default and name not in self.data:
            return value
        if not isinstance(value, str) or not value.strip():
            return self._bad(name, "must be a text", "")
        if len(value) > most:
            return self._bad(name, f"has {len(value)} letters, at most {most} fit", "")
        return value.strip()

    def number(self, name: str, least: int, most: int | None = None, default: Any = _MISSING) -> Any:
        """A whole number within bounds; without a default it must be there."""
        value = self.data.get(name, default)
        if value is _MISSING:
            return self._bad(name, "is missing", least)
        if value == default and name not in self.data:
            return value
        if isinstance(value, bool) or not isinstance(value, int):
            return self._bad(name, "must be a whole number", least)
        if value < least or (most is not None and value > most):
            upper = f" to {most}" if most is not None else " or more"
            return self._bad(name, f"is {value}; it must be {least}{upper}", least)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.data.get(name, default)
        return value if isinstance(value, bool) else bool(self._bad(name, "must be true or false", default))

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where it is not given."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            return list(self._bad(name, "must be a list of texts", []))
        return value

    def one_of(self, name: str, kind: type[E], default: E | None = None) -> E:
        """One of the words of an enumeration."""
        value = self.data.get(name, default)
        try:
            return kind(value)
        except ValueError:
            words = ", ".join(kind)
            problem = "is missing" if value is None else f"is {value!r}; it must be one of {words}"
            return kind(self._bad(name, problem, next(iter(kind))))

    def topic(self, name: str, topics: Collection[str]) -> str:
        """The code of a topic that is known."""
        value = str(self.text(name, 30))
        if value and value not in topics:
            self.wrong(f"{name} {value!r} is no known topic")
        return value

    def region(self, name: str, known: Known, within: str = "", default: Any = _MISSING) -> Any:
        """The code of an area that is known, and lies `within` another."""
        value = self.text(name, 13, default)
        if value and not known(value):
            self.wrong(f"{name} {value!r} is no known area")
        elif value and within and not value.startswith(within + "."):
            self.wrong(f"{name} {value!r} does not lie in {within}")
        return value

    def moment(self, name: str, default: datetime | None = None) -> datetime | None:
        """A date and time, in WIB where it names no zone."""
        return as_moment(self.data[name], name, self) if name in self.data else default

    def _bad(self, name: str, problem: str, instead: Any) -> Any:
        self.wrong(f"{name} {problem}")
        return instead


def as_moment(value: Any, name: str, fields: Fields) -> datetime | None:
    """A date and time written as a TOML date or an ISO text; None, and a problem, for anything else."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        fields.wrong(f"{name}: {value!r} is no date and time such as 2026-12-05T09:00:00+07:00")
        return None
    return at if at.tzinfo else at.replace(tzinfo=WIB)


def as_json(value: Any) -> Any:
    """A value as JSON keeps it: dates become ISO texts."""
    if isinstance(value, Mapping):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
