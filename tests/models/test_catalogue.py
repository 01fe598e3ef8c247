"""Catalogues: every row is checked, a wrong one changes nothing, dates are resolved once, texts are renewed."""

import tomllib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.catalogue import RowEnd, RowResult, import_catalogue
from models.events import Event, Meeting
from models.helplines import helpline, shown
from models.office import CatalogueEntry
from models.programme import WIB
from tests.models.world import World

SEWING = """
[[events]]
slug = "menjahit-dasar"
title = "Menjahit Dasar untuk Pemula"
kind = "training"
topic = "menjahit"
description = "Dari nol."
meetings = 3
meeting_minutes = 180
weekday = "sabtu"
start_time = "09:00"
first_in_days = 7
interval_days = 7
venue = "Balai Warga"
kecamatan = "36.71.05"
kelurahan_desa = "36.71.05.1008"
capacity = 20
sample_taken = 14
certificate = true
min_meetings_for_certificate = 2
"""
FIXED = """
[[events]]
slug = "gizi"
title = "Gizi Keluarga"
kind = "seminar"
topic = "kesehatan"
starts_at = ["2026-12-05T09:00:00+07:00", "2026-12-12T09:00:00"]
status = "draft"
venue = "Balai Desa"
kecamatan = "36.03.13"
capacity = 40
"""
HELP = """
[[helplines]]
slug = "darurat-112"
name = "112"
for_what = "Bahaya"
phone = "112"
order = 1
show = true
status = "verified"
[[helplines]]
slug = "uptd"
name = "UPTD"
for_what = "Pendampingan"
show = false
status = "unverified"
"""
REGIONS = {"36.71.05", "36.71.05.1008", "36.03.13"}


def load(world: World, text: str | dict[str, Any]) -> list[RowResult]:
    content = tomllib.loads(text) if isinstance(text, str) else text
    return world.do(import_catalogue, content, known_region=REGIONS.__contains__)


def starts(world: World, slug: str) -> list[datetime]:
    statement = sa.select(Meeting.starts_at).join(Event).where(Event.slug == slug).order_by(Meeting.starts_at)
    return world.look(lambda s: list(s.scalars(statement)))


def test_relative_dates_are_resolved_on_the_day_of_the_first_import(world: World) -> None:
    (row,) = load(world, SEWING)
    assert (row.section, row.slug, row.result) == ("events", "menjahit-dasar", RowEnd.ADDED)
    first = datetime(2026, 12, 5, 9, 0, tzinfo=WIB)  # the first Saturday on or after 24 November + 7 days
    assert starts(world, "menjahit-dasar") == [first + timedelta(days=7 * number) for number in range(3)]
    event = world.look(lambda s: s.scalars(sa.select(Event)).one())
    assert (event.status, event.reserved_seats, event.min_meetings_for_certificate) == ("published", 14, 2)


def test_a_later_import_keeps_the_dates_and_renews_the_texts(world: World) -> None:
    load(world, SEWING)
    before = starts(world, "menjahit-dasar")
    world.passes(days=9)
    assert [row.result for row in load(world, SEWING)] == ["same"]
    (row,) = load(world, SEWING.replace("Dari nol.", "Dari awal.").replace('"09:00"', '"13:00"'))
    assert (row.result, row.message) == ("changed", "the dates differ; those in the database were kept")
    assert starts(world, "menjahit-dasar") == before
    assert world.look(lambda s: s.scalars(sa.select(Event.description)).one()) == "Dari awal."


def test_absolute_times_and_a_draft(world: World) -> None:
    load(world, FIXED)
    assert starts(world, "gizi") == [datetime(2026, 12, day, 2, 0, tzinfo=UTC) for day in (5, 12)]
    assert world.look(lambda s: s.scalars(sa.select(Event.status)).one()) == "draft"
    (row,) = load(world, FIXED.replace("2026-12-05", "2026-12-06").replace("capacity = 40", "capacity = 30"))
    assert row.result == "same"
    assert "dates differ" in row.message
    assert "40 was kept" in row.message


WRONG: list[tuple[str, Any, str]] = [
    ("slug", "Menjahit Dasar", "slug"),
    ("title", None, "title is missing"),
    ("title", "x" * 81, "title has 81 letters"),
    ("short_title", "x" * 25, "short_title has 25 letters"),
    ("kind", "party", "kind is 'party'"),
    ("topic", "balap", "no known topic"),
    ("kecamatan", "99.99.99", "no known area"),
    ("kelurahan_desa", "36.03.13", "does not lie in 36.71.05"),
    ("capacity", 0, "capacity is 0"),
    ("capacity", "banyak", "capacity must be a whole number"),
    ("sample_taken", 21, "sample_taken is 21"),
    ("weekday", "caturday", "weekday must be one of"),
    ("start_time", "pagi", "start_time 'pagi'"),
    ("starts_at", ["besok"], "starts_at: 'besok'"),
    ("starts_at", [], "names no meeting"),
    ("min_meetings_for_certificate", 4, "min_meetings_for_certificate is 4"),
    ("status", "cancelled", "status is 'cancelled'"),
    ("childcare", "ya", "childcare must be true or false"),
    ("bring", "gunting", "bring must be a list of texts"),
]


@pytest.mark.parametrize(("name", "value", "problem"), WRONG)
def test_a_wrong_row_is_named_and_nothing_changes(world: World, name: str, value: Any, problem: str) -> None:
    content = tomllib.loads(FIXED)
    wrong = deepcopy(tomllib.loads(SEWING)["events"][0])
    wrong[name] = value
    if value is None:
        del wrong[name]
    content["events"].append(wrong)
    good, bad = load(world, content)
    assert (good.result, bad.result) == ("added", "wrong")
    assert problem in bad.message
    assert world.look(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Event))) == 0


def test_a_slug_stands_in_a_file_once(world: World) -> None:
    content = tomllib.loads(FIXED)
    content["events"] *= 2
    assert [row.result for row in load(world, content)] == ["added", "wrong"]


def test_an_unknown_section_is_wrong(world: World) -> None:
    (row,) = load(world, "[[event]]\nslug = 'x'\n")
    assert (row.result, row.message) == ("wrong", "there is no section 'event'")


def test_only_verified_helplines_are_shown(world: World) -> None:
    load(world, HELP)
    assert [line.phone for line in world.do(shown)] == ["112"]
    assert world.do(helpline, "uptd") is None
    bad = load(world, HELP.replace("show = false", "show = true"))[1]
    assert "phone is missing" in bad.message
    assert 'needs status = "verified"' in bad.message


def test_other_sections_are_kept_for_showing(world: World) -> None:
    text = '[programme]\nname = "Program"\nsince = 2026-01-02\n[[topics]]\ncode = "batik"\nlabel = "Batik"\n'
    assert {row.result for row in load(world, text)} == {"added"}
    data = world.look(
        lambda s: s.scalars(sa.select(CatalogueEntry.data).where(CatalogueEntry.section == "programme")).one()
    )
    assert data == {"name": "Program", "since": "2026-01-02"}
    assert {row.result for row in load(world, text)} == {"same"}
    assert load(world, text.replace('"Program"', '"Program Baru"'))[0].result == "changed"
    assert load(world, SEWING.replace('"menjahit"', '"batik"'))[0].result == "added", "a topic of the catalogue's own"


def test_the_sample_catalogue_is_sound(world: World) -> None:
    sample = Path(__file__).parents[2] / "models" / "sample" / "programme.toml"
    if not sample.exists():
        pytest.skip("models/sample/programme.toml is absent")
    content = tomllib.loads(sample.read_text("utf-8"))
    rows = world.do(import_catalogue, content, known_region=lambda code: code.startswith("36."))
    assert [row for row in rows if row.wrong] == []
    assert sum(row.section == "events" for row in rows) == 15


def test_a_misspelt_key_is_said_and_does_not_stop_the_import(world: World) -> None:
    (row,) = load(world, SEWING + "duration_minutes = 180\nlandmrk = 'pos RW'\n")
    assert row.result is RowEnd.ADDED
    assert (
        row.message
        == "duration_minutes is not used, did you mean meeting_minutes?; landmrk is not used, did you mean landmark?"
    )
