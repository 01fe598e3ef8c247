"""Loading a catalogue, or any part of one: checked row by row, and taken over as a whole or not at all.

Events become events; every other section is kept as it is, for showing (`CatalogueEntry`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.catalogue_checks import TOPICS, Fields, Known, as_json
from models.catalogue_events import (
    EventRow,
    add_event,
    changed_fields,
    differences,
    read_event,
    unknown_keys,
    update_event,
)
from models.catalogue_sections import SECTIONS, SINGLE, check_entry, slug_of
from models.events import Event
from models.office import CatalogueEntry


class RowEnd(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row's report; `message` says what is wrong, or what differs and was kept."""

    section: str
    slug: str
    result: RowEnd
    message: str = ""

    @property
    def wrong(self) -> bool:
        """Whether the row stops the import."""
        return self.result is RowEnd.WRONG

    def to_json(self) -> dict[str, str]:
        """Plain data for a report."""
        return asdict(self)


@dataclass
class _Reading:
    """One import under way: what it knows, what it found, and what it will do once nothing is wrong."""

    session: Session
    now: datetime
    known_region: Known
    topics: frozenset[str]
    seen: set[tuple[str, str]] = field(default_factory=set)
    results: list[RowResult] = field(default_factory=list)
    acts: list[Callable[[], None]] = field(default_factory=list)

    def report(self, section: str, slug: str, problems: list[str], known: bool, changed: bool, kept: str = "") -> bool:
        """Note a row's end; whether it is fit to be taken over."""
        if (section, slug) in self.seen:
            problems.append("the same slug stands in this file twice")
        self.seen.add((section, slug))
        end = RowEnd.ADDED if not known else RowEnd.CHANGED if changed else RowEnd.SAME
        end = RowEnd.WRONG if problems else end
        self.results.append(RowResult(section, slug, end, "; ".join(problems) or kept))
        return not problems


def import_catalogue(
    session: Session, content: Mapping[str, Any], now: datetime, known_region: Known
) -> list[RowResult]:
    """Load what a catalogue holds. If one row is wrong, nothing is changed.

    `content` is the parsed TOML file; `known_region` says whether an area's code exists.
    """
    reading = _Reading(session, now, known_region, _topics(session, content))
    for section, rows in content.items():
        if section == "events":
            for fields in _rows(reading, section, rows):
                _read_event(reading, fields)
        elif section in SECTIONS:
            for fields in _rows(reading, section, rows):
                _read_entry(reading, section, fields, slug_of(section, fields))
        elif section in SINGLE or section == "sources":
            _read_single(reading, section, rows)
        elif isinstance(rows, dict | list):
            reading.report(section, "", [f"there is no section {section!r}"], False, False)
    if not any(result.wrong for result in reading.results):
        for act in reading.acts:
            act()
        session.flush()
    return reading.results


def _topics(session: Session, content: Mapping[str, Any]) -> frozenset[str]:
    known = session.scalars(sa.select(CatalogueEntry.slug).where(CatalogueEntry.section == "topics"))
    given = content.get("topics", [])
    new = [row.get("code") for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    return TOPICS | frozenset(known) | frozenset(code for code in new if isinstance(code, str))


def _rows(reading: _Reading, section: str, rows: Any) -> Iterator[Fields]:
    if not isinstance(rows, list):
        reading.report(section, "", [f"write each entry under [[{section}]]"], False, False)
        return
    for row in rows:
        if isinstance(row, dict):
            yield Fields(row)
        else:
            reading.report(section, "", ["is no table of values"], False, False)


def _read_event(reading: _Reading, fields: Fields) -> None:
    row = read_event(fields, reading.now, reading.topics, reading.known_region)
    event = reading.session.scalar(sa.select(Event).where(Event.slug == row.slug))
    if event is None:
        if reading.report("events", row.slug, fields.problems, False, False, unknown_keys(fields)):
            reading.acts.append(lambda: add_event(reading.session, row, reading.now))
        return
    changed = changed_fields(event, row)
    kept = "; ".join([*differences(reading.session, event, row), *filter(None, [unknown_keys(fields)])])
    if reading.report("events", row.slug, fields.problems, True, bool(changed), kept) and changed:
        reading.acts.append(_updating(event, row))


def _updating(event: Event, row: EventRow) -> Callable[[], None]:
    return lambda: update_event(event, row)


def _read_single(reading: _Reading, section: str, rows: Any) -> None:
    if not isinstance(rows, dict):
        reading.report(section, "", [f"write it under [{section}]"], False, False)
    elif section == "sources":
        for name, source in rows.items():
            _read_entry(reading, section, Fields(source if isinstance(source, dict) else {}), name)
    else:
        _read_entry(reading, section, Fields(rows), section)


def _read_entry(reading: _Reading, section: str, fields: Fields, slug: str) -> None:
    check_entry(section, fields, reading.topics, reading.known_region)
    data = as_json(fields.data)
    where = CatalogueEntry.section == section, CatalogueEntry.slug == slug
    entry = reading.session.scalar(sa.select(CatalogueEntry).where(*where))
    changed = entry is not None and entry.data != data
    if not reading.report(section, slug, fields.problems, entry is not None, changed):
        return
    if entry is None:
        new = CatalogueEntry(section=section, slug=slug, data=data, updated_at=reading.now)
        reading.acts.append(lambda: reading.session.add(new))
    elif changed:
        reading.acts.append(lambda: _replace(entry, data, reading.now))


def _replace(entry: CatalogueEntry, data: dict[str, Any], now: datetime) -> None:
    entry.data, entry.updated_at = data, now
