"""Messages kept for learning: with her own consent, without danger, not long, and gone when she says so."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.jobs import retention
from models import learning
from models.erasure import erase_person
from models.learning import NothingToLabel, UnclearMessage
from models.messages import MessageClass, OutboxMessage, Status
from models.office import AuditEntry
from models.outbox import put
from models.people import Contact, Purpose
from models.personal_data import data_about
from models.registration import has_consent
from models.retention import Retention
from models.roles import NotAllowed
from tests.models.world import World

GUESSES = (("enrol", 0.41), ("browse_trainings", 0.3), ("register", 0.1))


def kept(world: World) -> list[str]:
    return world.look(lambda s: list(s.scalars(sa.select(UnclearMessage.text).order_by(UnclearMessage.id))))


def keep(world: World, person: int | None, text: str = "mau ikut yg itu", **more: Any) -> int | None:
    given: dict[str, Any] = {"guesses": GUESSES, "chosen": None, "language": "id"}
    return world.do(learning.keep, person, text, **given | more)


def willing(world: World, name: str = "Siti") -> int:
    person = world.person(name)
    world.do(learning.agree, person, "telegram")
    return person


def test_nothing_is_kept_without_her_own_consent(world: World) -> None:
    assert keep(world, world.person("Ani", news=True)) is None
    assert keep(world, None) is None
    assert kept(world) == []
    assert keep(world, willing(world)) is not None  # the control: her yes is all that was missing
    assert kept(world) == ["mau ikut yg itu"]


def test_what_speaks_of_violence_is_never_kept(world: World) -> None:
    siti = willing(world)
    assert keep(world, siti, guesses=(("violence_help", 0.5), ("enrol", 0.5))) is None
    assert keep(world, siti, chosen="violence_help") is None
    number = keep(world, siti)
    assert world.do(learning.choose, siti, number, "violence_help")
    assert kept(world) == []


def test_a_button_is_noted_for_her_own_message_only(world: World) -> None:
    siti, ani = willing(world), willing(world, "Ani")
    number = keep(world, siti)
    assert not world.do(learning.choose, ani, number, "enrol")
    assert not world.do(learning.choose, None, number, "enrol")
    assert world.get(UnclearMessage, number).chosen is None
    assert world.do(learning.choose, siti, number, "enrol")
    assert world.get(UnclearMessage, number).chosen == "enrol"


def test_taking_the_consent_back_deletes_at_once(world: World) -> None:
    siti, ani = willing(world), willing(world, "Ani")
    keep(world, siti), keep(world, ani, "punya ani")
    world.do(learning.take_back, siti)
    assert kept(world) == ["punya ani"]
    assert not world.look(lambda s: has_consent(s, siti, Purpose.IMPROVE))
    assert keep(world, siti) is None


def test_erasing_her_takes_it_along(world: World) -> None:
    siti, ani = willing(world), willing(world, "Ani")
    keep(world, siti), keep(world, ani, "punya ani")
    world.do(erase_person, siti)
    assert kept(world) == ["punya ani"]


def test_what_a_coordinator_was_shown_goes_with_it(world: World) -> None:
    siti, ani = willing(world), willing(world, "Ani")
    numbers = [keep(world, siti, "rahasia"), keep(world, ani, "punya ani")]
    shown = [_shown(world, number, status) for number in numbers for status in (Status.ACCEPTED, Status.QUEUED)]
    world.do(learning.take_back, siti)
    with world.writes() as session:
        left = [session.get(OutboxMessage, row) for row in shown]
    assert left[0] is not None and left[0].content is None
    assert left[1] is None
    assert all(row is not None and row.content is not None for row in left[2:])


def _shown(world: World, number: int | None, status: Status) -> int | None:
    content = {"key": learning.SHOWN_IN, "choices": [{"action": f"{learning.MORE}:{number}:0", "label": "x"}]}
    ended = world.now if status is Status.ACCEPTED else None
    with world.writes() as session:
        office = session.scalars(sa.select(Contact).where(Contact.person_id == world.ratna)).one()
        return put(session, office, MessageClass.REPLY, content, world.now, status=status, ended_at=ended)


@pytest.mark.parametrize(("days", "most"), [(30, 30), (10, 10), (300, 30)])
def test_nothing_stays_longer_than_thirty_days(world: World, days: float, most: int) -> None:
    siti = willing(world)
    number = keep(world, siti)
    world.do(learning.label, world.ratna, number, "enrol")
    world.now += timedelta(days=most) - timedelta(minutes=1)
    world.do(retention.run, retention=Retention(learning_days=days))
    assert len(kept(world)) == 1
    world.passes(minutes=1)
    world.do(retention.run, retention=Retention(learning_days=days))
    assert kept(world) == []


def test_her_export_shows_what_is_kept(world: World) -> None:
    siti = willing(world)
    keep(world, siti)
    data = world.do(data_about, siti)
    assert [fact.text for fact in data.unclear] == ["mau ikut yg itu"]
    assert "improve" in {consent.purpose for consent in data.consents}


def test_coordinators_label_one_after_another(world: World) -> None:
    siti = willing(world)
    first, second, third = (keep(world, siti, text) for text in ("satu", "dua", "tiga"))
    following = world.do(learning.next_to_label, world.ratna)
    assert following is not None and following.id == first
    assert world.do(learning.label, world.ratna, first, "enrol")
    skipped = world.do(learning.next_to_label, world.ratna, second)
    assert skipped is not None and skipped.id == third
    world.do(learning.drop, world.ratna, third)
    assert world.do(learning.labelled) == [("satu", "enrol")]
    assert (world.do(learning.waiting), kept(world)) == (1, ["satu", "dua"])
    acts = world.look(lambda s: list(s.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id))))
    assert acts[-2:] == ["message.label", "message.drop"]


def test_a_message_of_violence_found_by_a_coordinator_goes(world: World) -> None:
    number = keep(world, willing(world))
    assert not world.do(learning.label, world.ratna, number, "violence_help")
    assert kept(world) == []


def test_a_message_is_labelled_once(world: World) -> None:
    number, dewi = keep(world, willing(world)), world.coordinator("Dewi")
    world.do(learning.label, world.ratna, number, "enrol")
    for late in (learning.label, learning.drop):
        with pytest.raises(NothingToLabel):
            world.do(late, dewi, number, *(["register"] if late is learning.label else []))
    assert world.do(learning.labelled) == [("mau ikut yg itu", "enrol")]


def test_only_coordinators_read_and_label(world: World) -> None:
    siti = willing(world)
    number = keep(world, siti)
    for act in (
        lambda: world.do(learning.next_to_label, siti),
        lambda: world.do(learning.label, siti, number, "enrol"),
        lambda: world.do(learning.drop, siti, number),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert world.do(learning.labelled) == []


def test_a_label_stays_when_its_coordinator_is_erased(world: World) -> None:
    number, dewi = keep(world, willing(world)), world.coordinator("Dewi")
    world.do(learning.label, dewi, number, "enrol")
    world.do(erase_person, dewi)
    assert world.get(UnclearMessage, number).labelled_by is None
    assert world.do(learning.labelled) == [("mau ikut yg itu", "enrol")]
