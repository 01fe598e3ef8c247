"""A person answers: the first coordinator to take a question owns it, and the bot steps back until it is closed."""

import pytest

from models.handover import (
    AlreadyTaken,
    QuestionClosed,
    answer,
    ask,
    close,
    close_for,
    close_silent,
    is_open,
    lines,
    say_more,
    take,
    waiting,
)
from models.messages import Status
from models.people import Contact
from models.roles import NotAllowed
from tests.models.world import World


@pytest.fixture
def siti(world: World) -> int:
    """Her contact."""
    person = world.person("Siti")
    return world.look(lambda s: s.query(Contact).filter_by(person_id=person).one()).id


def test_every_coordinator_hears_of_a_question(world: World, siti: int) -> None:
    dewi = world.coordinator("Dewi")
    question = world.do(ask, siti, "Boleh bawa anak?")
    for coordinator in (world.ratna, dewi):
        (message,) = world.messages(coordinator)
        assert message.content is not None
        assert message.content["values"] == {"name": "Siti", "text": "Boleh bawa anak?"}
        assert message.content["choices"][0]["action"] == f"take:{question.id}"
    assert world.do(is_open, siti)


def test_the_first_to_take_it_owns_it_and_the_others_are_told(world: World, siti: int) -> None:
    dewi = world.coordinator("Dewi")
    question = world.do(ask, siti, "Boleh bawa anak?")
    world.do(take, world.ratna, question.id)
    world.do(take, world.ratna, question.id)
    assert world.told(dewi) == ["question.taken"]
    assert [row.error for row in world.messages(dewi, Status.CANCELLED)] == ["taken"]
    with pytest.raises(AlreadyTaken) as refused:
        world.do(take, dewi, question.id)
    assert refused.value.values == {"by": "Ratna"}


def test_a_woman_cannot_take_a_question(world: World, siti: int) -> None:
    question = world.do(ask, siti, "Halo?")
    for stranger in (None, world.person("Ani")):
        with pytest.raises(NotAllowed):
            world.do(take, stranger, question.id)


def test_the_answer_reaches_the_address_she_asked_from(world: World, siti: int) -> None:
    question = world.do(ask, siti, "Boleh bawa anak?")
    world.do(answer, world.ratna, question.id, "Boleh, Bu.")
    person = world.get(Contact, siti).person_id
    assert person is not None
    assert world.told(person) == ["question.answer"]
    assert [(line.by_person_id, line.text) for line in world.do(lines, question.id)] == [
        (None, "Boleh bawa anak?"),
        (world.ratna, "Boleh, Bu."),
    ]


def test_her_further_words_go_to_the_owner(world: World, siti: int) -> None:
    question = world.do(ask, siti, "Boleh bawa anak?")
    world.do(take, world.ratna, question.id)
    assert world.do(say_more, siti, "Umur dua tahun")
    assert world.told(world.ratna)[-1] == "question.more"
    assert world.do(ask, siti, "Dan bayi?").id == question.id


def test_it_ends_when_closed_or_when_she_goes_back_to_the_menu(world: World, siti: int) -> None:
    question = world.do(ask, siti, "Halo?")
    world.do(close, world.ratna, question.id)
    assert not world.do(is_open, siti)
    with pytest.raises(QuestionClosed):
        world.do(answer, world.ratna, question.id, "Ya?")
    world.do(ask, siti, "Masih ada?")
    assert world.do(close_for, siti)
    assert not world.do(close_for, siti)
    assert not world.do(say_more, siti, "…")


def test_a_silent_day_ends_it(world: World, siti: int) -> None:
    world.do(ask, siti, "Halo?")
    world.passes(hours=23)
    world.do(say_more, siti, "Halo lagi")
    world.passes(hours=23)
    assert world.do(close_silent) == 0
    world.passes(hours=1)
    assert world.do(close_silent) == 1
    assert not world.do(is_open, siti)


def test_a_coordinators_list_holds_her_own_and_the_open_ones(world: World, siti: int) -> None:
    dewi = world.coordinator("Dewi")
    first, second = world.do(ask, siti, "Satu"), world.do(ask, world.contact("baru"), "Dua")
    world.do(take, world.ratna, first.id)
    assert [question.id for question in world.do(waiting, world.ratna)] == [first.id, second.id]
    assert [question.id for question in world.do(waiting, dewi)] == [second.id]
