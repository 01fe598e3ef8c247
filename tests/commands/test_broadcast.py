"""A broadcast from the command line: seen before it goes, and steered when it is on its way."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.jobs import broadcasts
from models.broadcasts import Broadcast
from models.office import AuditEntry, ProviderState
from models.people import Contact
from models.programme import Programme
from models.template_fit import USABLE
from tests.commands.desk import Desk

WOMEN = [
    "simulator,siti,Siti,,36.71.05,menjahit,,2026-11-05,programme;news",
    "simulator,rina,Rina,,36.71.06,,,2026-11-05,programme;news",
    "whatsapp,+6281200001234,Wati,,,,,2026-11-05,programme;news",
    "simulator,diam,Diam,,36.71.05,,,2026-11-05,programme",
]


@pytest.fixture
def village(desk: Desk) -> Desk:
    """Two women on simulated phones, one on WhatsApp who never wrote, one who wants no announcements."""
    desk.runs("people", "import", desk.written(*WOMEN), "--yes")
    return desk


def queued(desk: Desk) -> list[Broadcast]:
    return desk.looks(lambda session: list(session.scalars(sa.select(Broadcast))))


def sweeps(desk: Desk) -> None:
    """What `berdaya run` does each second."""
    while desk.does(broadcasts.run, datetime.now(UTC), Programme()):
        continue


def test_it_is_counted_shown_and_queued(village: Desk) -> None:
    done = village.runs("broadcast", "--audience", "all", "--text", "Ada kelas baru.", "--yes")
    assert done.code == 0
    assert "4 people: 3 get it; 1 get nothing (no consent to announcements 1)" in done.out
    assert "Ada kelas baru." in done.out and "STOP SIARAN" in done.out
    (made,) = queued(village)
    assert (made.audience, made.author_id, made.content["values"]) == ("all", None, {"text": "Ada kelas baru."})
    assert f"status {made.id}" in done.out
    acts = village.looks(lambda session: session.scalars(sa.select(AuditEntry.act)).all())
    assert acts[-1] == "broadcast.create"


def test_its_counts_add_up_before_and_after(village: Desk) -> None:
    before = village.runs("broadcast", "--audience", "all", "--text", "Halo", "--yes", "--json").told
    assert before["recipients"] + sum(before["excluded"].values()) == before["audience_size"] == 4
    sweeps(village)
    after = village.runs("broadcast", "status", str(before["id"]), "--json").told
    assert (after["status"], after["recipients"], after["excluded"]) == ("sending", 3, before["excluded"])
    assert sum(after["counts"].values()) == after["recipients"] == after["waiting"] == 3
    told = village.runs("broadcast", "status", str(before["id"])).out
    assert "0 of 3 have an end" in told and "3  waiting for their turn" in told and "4  in all" in told


@pytest.mark.parametrize(
    ("audience", "recipients"),
    [("all", 3), ("not-enrolled", 3), ("kecamatan:36.71.05", 1)],
)
def test_every_audience(village: Desk, audience: str, recipients: int) -> None:
    done = village.runs("broadcast", "--audience", audience, "--text", "Halo", "--dry-run", "--json")
    assert (done.code, done.told["recipients"], done.told["id"]) == (0, recipients, None)
    assert queued(village) == []


def test_a_template_carries_the_text_on_one_line(village: Desk) -> None:
    done = village.runs("broadcast", "--audience", "all", "--text", "Ada kelas.\nDatang ya.", "--dry-run")
    assert "1 get it by the approved template «announcement», on one line: Ada kelas. Datang ya." in done.out


def test_who_would_get_nothing_for_want_of_a_template_is_said(village: Desk) -> None:
    none = ProviderState(channel="whatsapp", account="+62", key=USABLE, value="[]")
    village.does(lambda session: session.add(none))
    done = village.runs("broadcast", "--audience", "all", "--text", "Halo", "--dry-run")
    assert "1 would get nothing: no template is approved" in done.out


def test_it_says_how_long_it_takes_and_over_how_many_days(desk: Desk) -> None:
    rows = [f"whatsapp,+62812{n:08},Ibu,,,,,2026-11-05,programme;news" for n in range(10)]
    desk.runs("people", "import", desk.written(*rows), "--yes")
    desk.sets("twilio.rate_per_second", "0.05")
    slow = desk.runs("broadcast", "--audience", "all", "--text", "Halo", "--dry-run")
    assert "about 3 minutes" in slow.out
    desk.sets("twilio.daily_people_limit", "4")
    limited = desk.runs("broadcast", "--audience", "all", "--text", "Halo", "--dry-run")
    assert "Meta allows 4 people a day outside their 24-hour window: 10 go over 3 days" in limited.out
    assert desk.runs("broadcast", "--audience", "all", "--text", "Halo", "--dry-run", "--json").told["days"] == 3


def test_who_wrote_a_moment_ago_costs_nobody_a_day(desk: Desk) -> None:
    desk.runs("people", "import", desk.written("whatsapp,+6281200001234,Wati,,,,,2026-11-05,programme;news"), "--yes")
    desk.does(lambda session: session.execute(sa.update(Contact).values(last_heard_at=datetime.now(UTC))))
    told = desk.runs("broadcast", "--audience", "all", "--text", "Halo", "--dry-run", "--json").told
    assert (told["by_template"], told["days"]) == (0, 1)


def test_a_time_without_a_zone_is_wib(village: Desk) -> None:
    done = village.runs("broadcast", "--audience", "all", "--text", "Halo", "--at", "2099-12-05T09:00", "--yes")
    assert "on 5 December 2099 09:00 WIB" in done.out
    assert queued(village)[0].starts_at == datetime(2099, 12, 5, 2, tzinfo=UTC)
    sweeps(village)
    assert "waiting for its time" in village.runs("broadcast", "status").out


def test_it_waits_for_the_end_of_the_quiet_hours(village: Desk) -> None:
    village.sets("programme.quiet_hours", "21:00,07:00")
    done = village.runs("broadcast", "--audience", "all", "--text", "Halo", "--at", "2099-12-05T22:00", "--dry-run")
    assert "6 December 2099 07:00 WIB (after the quiet hours)" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "--audience"),
        (["--audience", "all"], 2, "--text"),
        (["--audience", "all", "--text", "  "], 2, "--text"),
        (["--audience", "all", "--text", "x" * 701], 2, "701 letters"),
        (["--audience", "everybody", "--text", "Halo", "--yes"], 2, "not-enrolled"),
        (["--audience", "all", "--text", "Halo", "--at", "soon", "--yes"], 2, "2026-12-05T09:00"),
        (["--audience", "all", "--text", "Halo"], 2, "--yes"),
        (["--audience", "all", "--text", "Halo", "--at", "2020-01-01", "--yes"], 1, "is past"),
        (["--audience", "event:nowhere", "--text", "Halo", "--yes"], 1, "no such event"),
        (["--audience", "topic:nothing", "--text", "Halo", "--yes"], 1, "no such topic"),
        (["--audience", "kecamatan:99.99.99", "--text", "Halo", "--yes"], 1, "no such kecamatan"),
        (["--audience", "kecamatan:36.74.01", "--text", "Halo", "--yes"], 1, "Nobody would get it"),
    ],
)
def test_what_cannot_be_announced_is_explained(village: Desk, arguments: list[str], code: int, says: str) -> None:
    done = village.runs("broadcast", *arguments)
    assert done.code == code and says in done.err
    assert queued(village) == []


def test_paused_resumed_and_stopped_for_good(village: Desk) -> None:
    village.runs("broadcast", "--audience", "all", "--text", "Halo", "--yes")
    assert "It is paused" in village.runs("broadcast", "pause", "1").out
    assert "paused already" in village.runs("broadcast", "pause", "1").out
    assert "It goes on" in village.runs("broadcast", "resume", "1").out
    assert "was not paused" in village.runs("broadcast", "resume", "1").out
    sweeps(village)
    stopped = village.runs("broadcast", "cancel", "1", "--json")
    assert (stopped.code, stopped.told["status"]) == (0, "cancelled")
    sweeps(village)
    told = village.runs("broadcast", "status", "1", "--json").told
    assert (told["counts"]["cancelled"], told["waiting"], told["audience_size"]) == (3, 0, 4)


@pytest.mark.parametrize("act", ["pause", "resume", "cancel"])
def test_what_is_over_cannot_be_steered(village: Desk, act: str) -> None:
    village.runs("broadcast", "--audience", "all", "--text", "Halo", "--yes")
    village.runs("broadcast", "cancel", "1")
    before = village.everything()
    done = village.runs("broadcast", act, "1")
    assert done.code == 1 and "is over: stopped for good" in done.err
    assert village.everything() == before


@pytest.mark.parametrize("act", ["status", "pause", "resume", "cancel"])
def test_what_does_not_exist_cannot_be_steered(desk: Desk, act: str) -> None:
    done = desk.runs("broadcast", act, "7")
    assert done.code == 1 and "There is no broadcast 7" in done.err
    assert desk.runs("broadcast", act, "seven").code == 2


def test_the_newest_are_listed(village: Desk) -> None:
    assert "no broadcasts yet" in village.runs("broadcast", "status").out
    for text in ("Satu", "Dua"):
        village.runs("broadcast", "--audience", "all", "--text", text, "--yes")
    assert [told["id"] for told in village.runs("broadcast", "status", "--json").told] == [2, 1]


def test_following_needs_a_terminal(village: Desk) -> None:
    assert village.runs("broadcast", "status", "1", "--follow").code == 2


def test_the_settings_may_be_named_before_or_after(desk: Desk, find: Callable[[str], str]) -> None:
    file = find("[web]\nport = 8123\n")
    assert desk.runs("broadcast", "--config", file, "status").code == 0
    assert desk.runs("broadcast", "status", "--config", file).code == 0
    assert desk.runs("broadcast", "--config", "nowhere.toml", "status").code == 2


@pytest.fixture
def find(desk: Desk) -> Callable[[str], str]:
    return lambda text: desk.file(text.encode(), "settings.toml")
