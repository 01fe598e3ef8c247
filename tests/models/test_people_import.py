"""What a list may say of a woman, and what she has said herself."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from models import people_export
from models.addresses import NoAddress, canonical
from models.audience import Reach, parse_audience, preview
from models.erasure import erase_person
from models.opting import opt_out
from models.people import Consent, Contact, Interest, OptOut, Person, Purpose
from models.people_import import RowEnd, Taken, look, take
from models.people_rows import Known, PersonRow, RefusedRow, read_row
from models.registration import join_contact, withdraw_consent
from models.spreadsheet import defused, restored
from tests.models.world import World

KNOWN = Known(lambda typed: typed, {"menjahit", "memasak"})
AGREED = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def row(address: str = "4711", name: str = "Rina", number: int = 2, **cells: str) -> PersonRow:
    given = {"channel": "telegram", "address": address, "name": name, "consented_at": "2026-11-05T09:00"}
    read = read_row(number, given | cells, KNOWN, datetime(2026, 11, 24, tzinfo=UTC))
    assert isinstance(read, PersonRow), read
    return read


def takes(world: World, *rows: PersonRow) -> list[Taken]:
    with world.writes() as session:
        return take(session, rows, None, world.now)[0]


def knows(world: World, person: int, name: str = "Rina") -> World:
    """A woman whose address is a chat id, as on Telegram."""
    with world.writes() as session:
        session.scalars(sa.select(Contact).where(Contact.person_id == person)).one().address = "4711"
    return world


def consents(world: World, person: int) -> dict[str, datetime]:
    where = sa.select(Consent).where(Consent.person_id == person)
    return {str(one.purpose): one.at for one in world.look(lambda session: session.scalars(where).all())}


def behind(world: World, address: str = "4711") -> Person:
    where = sa.select(Person).join(Contact).where(Contact.address == address)
    return world.look(lambda session: session.scalars(where).one())


@pytest.mark.parametrize(
    ("channel", "typed", "meant"),
    [
        ("whatsapp", "081200001234", "+6281200001234"),
        ("whatsapp", "81200001234", "+6281200001234"),
        ("whatsapp", "6281200001234", "+6281200001234"),
        ("whatsapp", "whatsapp:+62 (812) 0000-1234", "+6281200001234"),
        ("whatsapp", "+14155238886", "+14155238886"),
        ("whatsapp", "ID.13491208655302741918", "ID.13491208655302741918"),
        ("telegram", "00123456789", "123456789"),
        ("simulator", "siti", "siti"),
    ],
)
def test_addresses_are_kept_as_the_channel_says_them(channel: str, typed: str, meant: str) -> None:
    assert canonical(channel, typed) == meant
    assert canonical(channel, meant) == meant


@pytest.mark.parametrize(
    ("channel", "typed", "says"),
    [
        ("whatsapp", "6,28E+12", "shortened"),
        ("whatsapp", "0812", "too short"),
        ("whatsapp", "siti", "telephone number"),
        ("whatsapp", "+0000000000", "telephone number"),
        ("telegram", "@rina", "chat id"),
        ("telegram", "-100123", "chat id"),
        ("telegram", "0", "chat id"),
        ("simulator", "x" * 161, "letters"),
    ],
)
def test_what_is_no_address_is_explained(channel: str, typed: str, says: str) -> None:
    with pytest.raises(NoAddress, match=says):
        canonical(channel, typed)


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"consented_at": "5 November"}, "consented_at", "2026-11-05"),
        ({"consented_at": "2026-11-24T07:01"}, "consented_at", "future"),
        ({"consented_at": "1900-01-01"}, "consented_at", "before 2000"),
        ({"name": "x" * 61}, "name", "61 letters"),
        ({"name": "08120000"}, "name", "in letters"),
        ({"name": "Si\u202eti"}, "name", "in letters"),
        ({"honorific": "<b>"}, "honorific", "Ibu"),
        ({"channel": "sms"}, "channel", "telegram, whatsapp"),
    ],
)
def test_a_wrong_cell_is_explained(cells: Mapping[str, str], column: str, says: str) -> None:
    given = {"channel": "telegram", "address": "1", "name": "Ani", "consented_at": "2026-11-05"} | dict(cells)
    read = read_row(2, given, KNOWN, datetime(2026, 11, 24, tzinfo=UTC))
    assert isinstance(read, RefusedRow)
    (problem,) = read.problems
    assert problem.column == column and says in problem.problem


def test_a_newcomer_is_written_down_with_her_consents(world: World) -> None:
    (taken,) = takes(world, row(interests="menjahit", purposes="programme;news", language="en"))
    assert taken.end is RowEnd.ADDED
    rina = behind(world)
    assert (rina.language, rina.news_asked) == ("en", True)
    assert consents(world, rina.id) == {"programme": AGREED, "news": AGREED}
    assert world.look(lambda s: s.scalars(sa.select(Interest.topic).where(Interest.person_id == rina.id)).all()) == [
        "menjahit"
    ]
    found = world.do(preview, parse_audience("topic:menjahit"), world.now)
    assert found.by_channel == {"telegram": {Reach.REACHABLE: 1}}


def test_what_she_said_herself_stays_and_what_is_empty_is_filled(world: World) -> None:
    rina = world.person("Rina", kecamatan="36.71.05")
    (taken,) = takes(knows(world, rina), row(name="RINA", kecamatan="36.74.01", honorific="Ibu", interests="memasak"))
    assert taken.end is RowEnd.JOINED
    assert taken.changes == ["honorific: Ibu", "interests: memasak"]
    assert taken.kept == ["name: Rina", "kecamatan: 36.71.05"]
    now = behind(world)
    assert (now.name, now.kecamatan, now.honorific, now.interests) == ("Rina", "36.71.05", "Ibu", ["memasak"])


def test_who_had_written_but_not_registered_keeps_her_language(world: World) -> None:
    contact = world.contact("4711")
    with world.writes() as session:
        session.get_one(Contact, contact).language = "en"
    (taken,) = takes(world, row(language="id"))
    assert (taken.end, taken.changes, taken.kept) == (RowEnd.JOINED, ["registered"], ["language: en"])
    assert behind(world).language == "en"
    assert world.look(lambda s: s.get_one(Contact, contact)).person_id == behind(world).id


def test_a_no_to_announcements_is_not_turned_into_a_yes(world: World) -> None:
    takes(world, row(purposes="programme;news"))
    rina = behind(world).id
    world.do(withdraw_consent, rina, Purpose.NEWS)
    (taken,) = takes(world, row(purposes="programme;news"))
    assert (taken.changes, taken.kept) == ([], ["news: she has not agreed in the chat"])
    assert set(consents(world, rina)) == {"programme"}


def test_who_was_never_asked_agrees_by_the_list(world: World) -> None:
    takes(world, row())
    (taken,) = takes(world, row(purposes="programme;news"))
    assert taken.changes == ["news: agreed"]
    assert set(consents(world, behind(world).id)) == {"programme", "news"}


def test_a_coordinator_known_by_name_becomes_a_participant(world: World) -> None:
    knows(world, world.ratna)
    (taken,) = takes(world, row(name="Ratna"))
    assert taken.changes == ["programme: agreed"]
    assert consents(world, world.ratna) == {"programme": AGREED}


def test_two_addresses_of_one_woman_fill_what_is_empty_once(world: World) -> None:
    rina = world.person("Rina")
    knows(world, rina).do(join_contact, rina, world.contact("4712"))
    first, second = takes(world, row("4711", kecamatan="36.71.05"), row("4712", kecamatan="36.71.06", number=3))
    assert first.changes == ["kecamatan: 36.71.05"] and second.kept == ["kecamatan: 36.71.05"]


def test_who_hides_her_number_is_known_by_her_id(world: World) -> None:
    with world.writes() as session:
        session.add(
            Contact(channel="whatsapp", address="+6281200001234", external_id="ID.4711471147", created_at=world.now)
        )
    (taken,) = takes(world, row("ID.4711471147", channel="whatsapp"))
    assert taken.end is RowEnd.JOINED
    takes(world, row("ID.9999999999", channel="whatsapp"))
    assert world.look(lambda s: s.scalar(sa.select(Contact.external_id).where(Contact.address == "ID.9999999999")))


def test_looking_says_the_same_and_writes_nothing(world: World) -> None:
    rows = [row(kecamatan="36.71.05"), row("4712", "Ani", 3)]
    looked = world.look(lambda session: look(session, rows))
    assert world.look(lambda s: s.scalar(sa.select(sa.func.count(Person.id)))) == 1
    assert looked == takes(world, *rows)


def test_who_was_erased_comes_back_as_a_newcomer(world: World) -> None:
    takes(world, row())
    world.do(erase_person, behind(world).id)
    assert takes(world, row())[0].end is RowEnd.ADDED


def test_the_list_of_participants_reads_as_it_was_written(world: World) -> None:
    cells = {"honorific": "Ibu", "kecamatan": "36.71.05", "interests": "memasak;menjahit", "purposes": "programme;news"}
    takes(world, row("4711", "=SUM(1)", 2, **cells))
    (told,) = people_export.participants(world.database)
    assert told == {
        "channel": "telegram", "address": "4711", "name": "=SUM(1)", "language": "id",
        "consented_at": "2026-11-05T09:00:00+07:00", **cells,
    }  # fmt: skip


def test_the_list_announces_to_nobody_who_stopped_it(world: World) -> None:
    takes(world, row(purposes="programme;news"))
    contact = world.look(lambda s: s.scalars(sa.select(Contact).where(Contact.address == "4711")).one())
    world.do(opt_out, contact.id, OptOut.BROADCASTS)
    (told,) = people_export.participants(world.database)
    assert told["purposes"] == "programme"


def test_a_long_list_comes_in_pieces_and_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_export, "AT_ONCE", 3)
    takes(world, *(row(str(n), number=n) for n in range(1, 10)))
    assert [told["address"] for told in people_export.participants(world.database)] == [str(n) for n in range(1, 10)]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20) | st.from_regex(r"'*[=+@\-\t]\w*", fullmatch=True))
def test_no_cell_is_a_formula_and_every_cell_comes_back(cell: str) -> None:
    safe = defused(cell)
    assert restored(safe) == cell
    assert not safe.startswith(("=", "-", "@", "\t", "\r")) and (safe[:1] != "+" or safe[1:].isdecimal())
