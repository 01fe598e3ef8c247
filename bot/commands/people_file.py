"""A list of participants as a CSV file: opened whatever spreadsheet program wrote it, and read row by row.

What a row must say is in `models/people_rows.py`. A file that cannot be read to its end is refused before anything is
taken over, with what to do about it.
"""

import csv
import difflib
import hashlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.commands.context import UsageProblem
from models.people_rows import COLUMNS, REQUIRED
from models.spreadsheet import restored

_SEPARATORS = ",;\t|"
_EXCEL_HINT = re.compile(r"sep=(.)", re.IGNORECASE)
_SAVE_AS = "In Excel: File, Save As, «CSV UTF-8»; in LibreOffice and Google Sheets: CSV, UTF-8."
#: How files begin that are no CSV: what they are.
_OTHERS = {
    b"PK\x03\x04": "an Excel or LibreOffice workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
#: Letters read in one go while looking for the end of a line.
_PIECE = 65_536
#: How files begin that say their encoding; without, UTF-8 is expected.
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it stands in the file. `odd` says what is wrong with its cells as a whole, or is empty."""

    number: int  #: as a spreadsheet shows it: the heading is row 1
    cells: dict[str, str]  #: column → cell
    odd: str = ""


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """A file whose heading is understood and that can be read to its end."""

    path: Path
    encoding: str
    separator: str
    skipped: int  #: rows above the heading
    heading: tuple[str, ...]
    rows: int  #: below the heading, empty ones not counted

    def lines(self) -> Iterator[Line]:
        """Every row that says something."""
        with _opened(self.path, self.encoding) as file:
            for number, cells in enumerate(csv.reader(file, delimiter=self.separator, strict=True), 1):
                if number > self.skipped + 1 and any(cell.strip() for cell in cells):
                    yield self._line(number - self.skipped, cells)

    def _line(self, number: int, cells: list[str]) -> Line:
        found = {column: restored(cell.strip()) for column, cell in zip(self.heading, cells, strict=False)}
        if len(cells) < len(self.heading) or any(cell.strip() for cell in cells[len(self.heading) :]):
            odd = f"has {len(cells)} cells, the heading has {len(self.heading)}: put cells that hold «{self.separator}» into quotation marks"
            return Line(number, found, odd)
        return Line(number, found)


class Seen:
    """The addresses of a list so far, in a file of their own that nobody sees and that is gone afterwards: any number fits."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.execute("CREATE TABLE seen (address BLOB PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self._rows.execute("BEGIN")

    def first(self, channel: str, address: str, number: int) -> int:
        """The row in which an address stands first, which is this one if it was not seen."""
        key = hashlib.blake2b(f"{channel}:{address}".encode(), digest_size=16).digest()
        if self._rows.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, number)).rowcount:
            return number
        return int(self._rows.execute("SELECT row FROM seen WHERE address = ?", (key,)).fetchone()[0])

    def close(self) -> None:
        """Forget them."""
        self._rows.close()


def open_people_file(path: Path) -> PeopleFile:
    """A list that can be read. Raises UsageProblem with what is wrong with the file and what to do."""
    encoding = _encoding(path)
    _check_letters(path, encoding)
    with _opened(path, encoding) as file:
        first = file.readline().rstrip("\r\n")
        hint = _EXCEL_HINT.fullmatch(first)
        header = file.readline().rstrip("\r\n") if hint else first
    separator = hint[1] if hint else _separator(header)
    heading = tuple(cell.strip().lower() for cell in next(csv.reader([header], delimiter=separator), []))
    _check_heading(path, heading)
    return PeopleFile(path, encoding, separator, bool(hint), heading, _count(path, encoding, separator, 1 + bool(hint)))


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as file:
            begin = file.read(4)
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be read: {problem.strerror}.") from None
    if not begin:
        raise UsageProblem(f"{path} is empty. Its first row must name the columns: {','.join(COLUMNS)}")
    for mark, what in _OTHERS.items():
        if begin.startswith(mark):
            raise UsageProblem(f"{path} is {what}, not a CSV file.", _SAVE_AS)
    return next((encoding for mark, encoding in _MARKS.items() if begin.startswith(mark)), "utf-8")


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="")


def _separator(header: str) -> str:
    """The sign by which the heading falls into most known columns."""
    return max(_SEPARATORS, key=lambda sign: sum(cell.strip(' "').lower() in COLUMNS for cell in header.split(sign)))


def _check_heading(path: Path, heading: Sequence[str]) -> None:
    if not set(heading) & set(COLUMNS):
        raise UsageProblem(
            f"{path}: its first row names no column of a list of participants.",
            f"It must be: {','.join(COLUMNS)}", f"It is: {','.join(heading)[:200]}",
        )  # fmt: skip
    unknown = [_like(column) for column in heading if column not in COLUMNS]
    missing = [column for column in REQUIRED if column not in heading]
    twice = sorted({column for column in heading if heading.count(column) > 1 and column in COLUMNS})
    problems = [
        f"{what}: {', '.join(columns)}."
        for what, columns in (
            ("Unknown columns", unknown),
            ("Missing columns", missing),
            ("Columns named twice", twice),
        )
        if columns
    ]
    if problems:
        raise UsageProblem(
            f"{path}: its first row is not understood.", *problems, f"Columns are: {', '.join(COLUMNS)}."
        )


def _like(column: str) -> str:
    near = difflib.get_close_matches(column, COLUMNS, 1)
    return (repr(column) if column else "one without a name") + (f" (perhaps {near[0]})" if near else "")


def _check_letters(path: Path, encoding: str) -> None:
    """Reads the whole file once, so that nothing in it stops an import half-way."""
    row = 0
    try:
        with _opened(path, encoding) as file:
            while line := file.readline(_PIECE):
                row += line.endswith("\n")
    except UnicodeDecodeError as problem:
        row += 1 + problem.object[: problem.start].count(b"\n")
        raise UsageProblem(f"{path}: row {row} has letters that are not {encoding.upper()}.", _SAVE_AS) from None


def _count(path: Path, encoding: str, separator: str, above: int) -> int:
    """The rows below the heading, each taken apart."""
    rows = number = 0
    try:
        with _opened(path, encoding) as file:
            for number, cells in enumerate(csv.reader(file, delimiter=separator, strict=True), 1):
                rows += number > above and any(cell.strip() for cell in cells)
    except csv.Error as problem:
        raise UsageProblem(
            f"{path}: row {number + 1} cannot be taken apart ({problem}).",
            'Look for a quotation mark (") that is opened and not closed, there or above.',
        ) from None
    return rows
