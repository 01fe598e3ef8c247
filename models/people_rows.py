"""One row of a list of participants, read: every cell is checked, and everything wrong with the row is said at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.addresses import CHANNELS, NoAddress, canonical
from models.people import Purpose
from models.programme import WIB

#: The columns of a list, in the order in which they are written.
COLUMNS = (
    "channel", "address", "name", "honorific", "kecamatan", "interests", "language", "consented_at", "purposes",
)  # fmt: skip
#: Those every list must have.
REQUIRED = ("channel", "address", "name", "consented_at")
#: Languages the program speaks.
LANGUAGES = ("id", "en")
#: Between the parts of one cell.
JOINT = ";"
#: Longest name and form of address, in letters.
NAME, HONORIFIC = 60, 20
#: No consent was given before: an earlier year is a slip, or a spreadsheet's zero date.
EARLIEST = 2000


@dataclass(frozen=True, slots=True)
class Known:
    """What a list may name. `kecamatan` turns a name or code into a code; its ValueError says what is wrong."""

    kecamatan: Callable[[str], str]
    topics: Collection[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused: in which column, and what to do about it."""

    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One participant as the list has her. None: the list does not say."""

    number: int  #: as a spreadsheet shows it: the heading is row 1
    channel: str
    address: str
    name: str
    honorific: str | None
    kecamatan: str | None
    interests: tuple[str, ...]
    language: str | None
    consented_at: datetime
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not taken over, with all its problems; the address as the list has it."""

    number: int
    channel: str
    address: str
    problems: tuple[Problem, ...]


def read_row(number: int, cells: Mapping[str, str], known: Known, now: datetime) -> PersonRow | RefusedRow:
    """One row, by column. A column that is missing counts as empty."""
    reading = _Reading(cells, known, now)
    channel, address = reading.address()
    row = PersonRow(
        number, channel, address, reading.name(), reading.honorific(), reading.kecamatan(), reading.interests(),
        reading.language(), reading.consented_at(), reading.purposes(),
    )  # fmt: skip
    return row if not reading.problems else RefusedRow(number, channel, address, tuple(reading.problems))


@dataclass(slots=True)
class _Reading:
    """One row being read. A wrong cell reads as nothing, and leaves a problem."""

    cells: Mapping[str, str]
    known: Known
    now: datetime
    problems: list[Problem] = field(default_factory=list)

    def address(self) -> tuple[str, str]:
        channel, typed = self._cell("channel").lower(), self._cell("address")
        if channel not in CHANNELS:
            self._wrong("channel", f"must be one of {', '.join(CHANNELS)}" + (f", not {channel!r}" if channel else ""))
        elif not typed:
            self._wrong("address", "is missing")
        else:
            try:
                return channel, canonical(channel, typed)
            except NoAddress as problem:
                self._wrong("address", str(problem))
        return channel, typed

    def name(self) -> str:
        name = " ".join(self._cell("name").split())
        if not name:
            self._wrong("name", "is missing")
        elif len(name) > NAME:
            self._wrong("name", f"has {len(name)} letters, at most {NAME} fit")
        elif not name.isprintable() or not any(letter.isalpha() for letter in name):
            self._wrong("name", "must be a name, in letters")
        return name

    def honorific(self) -> str | None:
        word = self._cell("honorific")
        if word and (len(word) > HONORIFIC or not word.replace(" ", "").replace(".", "").isalpha()):
            self._wrong("honorific", f"must be a word such as Ibu or Kak, at most {HONORIFIC} letters")
        return (word if word != word.lower() and word != word.upper() else word.capitalize()) or None

    def kecamatan(self) -> str | None:
        typed = self._cell("kecamatan")
        try:
            return self.known.kecamatan(typed) if typed else None
        except ValueError as problem:
            self._wrong("kecamatan", str(problem))
            return None

    def interests(self) -> tuple[str, ...]:
        codes = self._codes("interests")
        strange = [code for code in codes if code not in self.known.topics]
        if strange:
            self._wrong("interests", f"unknown: {', '.join(strange)}; known are {', '.join(sorted(self.known.topics))}")
        return codes

    def language(self) -> str | None:
        code = self._cell("language").lower()
        if code and code not in LANGUAGES:
            self._wrong("language", f"must be {' or '.join(LANGUAGES)}")
        return code or None

    def consented_at(self) -> datetime:
        typed = self._cell("consented_at")
        if not typed:
            self._wrong("consented_at", "is missing: without her consent nothing about her may be stored")
            return self.now
        try:
            at = datetime.fromisoformat(typed)
        except ValueError:
            self._wrong("consented_at", "must be a date or time such as 2026-11-05 or 2026-11-05T09:00 (WIB)")
            return self.now
        return self._plausible(at if at.tzinfo else at.replace(tzinfo=WIB))

    def purposes(self) -> tuple[Purpose, ...]:
        codes = self._codes("purposes") or (Purpose.PROGRAMME.value,)
        strange = [code for code in codes if code not in list(Purpose)]
        if strange:
            self._wrong("purposes", f"unknown: {', '.join(strange)}; known are {', '.join(Purpose)}")
            return ()
        if Purpose.PROGRAMME not in codes:
            self._wrong("purposes", "must name programme: without that yes nothing about her may be stored")
        return tuple(Purpose(code) for code in codes)

    def _plausible(self, at: datetime) -> datetime:
        if at.year < EARLIEST:
            self._wrong("consented_at", f"lies before {EARLIEST}: the date was not kept as it was meant")
        elif at > self.now:
            self._wrong("consented_at", "lies in the future")
        return at

    def _codes(self, column: str) -> tuple[str, ...]:
        parts = (part.strip().lower() for part in self._cell(column).split(JOINT))
        return tuple(dict.fromkeys(part for part in parts if part))

    def _cell(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def _wrong(self, column: str, problem: str) -> None:
        self.problems.append(Problem(column, problem))
