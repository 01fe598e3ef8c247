"""What is reached by an unguessable address: calendars and pictures; and what a calendar file says."""

from datetime import timedelta

from models.calendar import calendar_of, escaped, folded
from models.event_editing import edit
from models.links import LinkPurpose, calendar_path, calendar_token, person_behind
from models.media import LARGEST, keep_picture, picture, want_picture
from models.meeting_changes import cancel_meeting, move_meeting
from models.seats import enrol
from tests.models.world import SATURDAY, World


def test_a_calendar_link_is_hers_and_expires(world: World) -> None:
    siti = world.person("Siti")
    token = world.do(calendar_token, siti)
    assert len(token) == 43
    assert world.do(calendar_token, siti) == token
    assert world.do(calendar_path, siti) == f"/calendar/{token}.ics"
    assert world.do(person_behind, token, LinkPurpose.CALENDAR) == siti
    world.passes(days=40)
    assert world.do(calendar_token, siti) != token
    world.passes(days=30)
    assert world.do(person_behind, token, LinkPurpose.CALENDAR) is None


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_the_calendar_holds_her_meetings_and_follows_them(world: World) -> None:
    siti, sewing = world.person("Siti"), world.event("Menjahit, dasar; pemula", count=2)
    world.do(edit, world.ratna, sewing, landmark="Sebelah pos RW")
    world.do(enrol, siti, sewing)
    first, second = world.meetings(sewing)
    lines = unfolded(world.do(calendar_of, siti))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261128T020000Z" in lines
    assert "SUMMARY:Menjahit\\, dasar\\; pemula" in lines
    assert "LOCATION:Balai Warga (Sebelah pos RW)" in lines
    uids = [line for line in lines if line.startswith("UID:")]
    world.do(move_meeting, world.ratna, first, SATURDAY + timedelta(days=1))
    world.do(cancel_meeting, world.ratna, second)
    lines = unfolded(world.do(calendar_of, siti))
    assert [line for line in lines if line.startswith("UID:")] == uids
    assert "DTSTART:20261129T020000Z" in lines
    assert [line for line in lines if line.startswith("STATUS:")] == ["STATUS:CONFIRMED", "STATUS:CANCELLED"]


def test_calendar_lines_are_cut_between_letters() -> None:
    line = "SUMMARY:" + "é" * 100
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == line
    assert escaped("a\nb") == "a\\nb"


def test_a_picture_is_wanted_fetched_and_shown(world: World) -> None:
    contact = world.contact("ratna")
    token = world.do(want_picture, "telegram", "file-1", "image/jpeg", contact)
    assert world.do(picture, token) is None
    assert world.do(keep_picture, token, b"jpeg") == "fetched"
    found = world.do(picture, token)
    assert found is not None
    assert found.data == b"jpeg"
    world.passes(days=60)
    assert world.do(picture, token) is None


def test_what_is_no_picture_or_too_large_is_refused(world: World) -> None:
    contact = world.contact("ratna")
    voice = world.do(want_picture, "telegram", "file-2", "audio/ogg", contact)
    assert world.do(picture, voice) is None
    large = world.do(want_picture, "telegram", "file-3", "image/png", contact)
    assert world.do(keep_picture, large, b"x" * (LARGEST + 1)) == "refused"
    assert world.do(keep_picture, large, None) == "refused"
