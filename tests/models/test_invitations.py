"""One-time codes: they work once, for a while, for whoever sends them first."""

import pytest

from models.invitations import CodeInvalid, create, create_join, looks_like_code, redeem
from models.people import Contact, Person, RoleName
from models.roles import COMMAND_LINE, NotAllowed, holds
from tests.models.world import World


def test_whoever_sends_the_code_first_becomes_a_coordinator(world: World) -> None:
    code, contact = world.do(create, world.ratna, "Dewi"), world.contact("dewi")
    redeemed = world.do(redeem, contact, f" {code.lower()} ")
    assert redeemed.role is RoleName.COORDINATOR
    assert world.get(Person, redeemed.person_id).name == "Dewi"
    assert world.do(holds, redeemed.person_id, RoleName.COORDINATOR)
    with pytest.raises(CodeInvalid):
        world.do(redeem, world.contact("lain"), code)


def test_a_participant_keeps_her_own_name(world: World) -> None:
    code, siti = world.do(create, world.ratna, "Dewi"), world.person("Siti")
    contact = world.look(lambda s: s.query(Contact).filter_by(person_id=siti).one()).id
    assert world.do(redeem, contact, code).person_id == siti
    assert world.get(Person, siti).name == "Siti"


def test_only_coordinators_and_the_command_line_invite(world: World) -> None:
    for stranger in (None, world.person("Siti")):
        with pytest.raises(NotAllowed):
            world.do(create, stranger, "Dewi")
    assert looks_like_code(world.do(create, COMMAND_LINE, "Dewi"))


def test_an_old_or_unknown_code_opens_nothing(world: World) -> None:
    code, contact = world.do(create, world.ratna, "Dewi"), world.contact("dewi")
    world.passes(days=7)
    for wrong in (code, "ABCD-2345"):
        with pytest.raises(CodeInvalid):
            world.do(redeem, contact, wrong)


def test_a_code_from_her_other_app_joins_both(world: World) -> None:
    siti = world.person("Siti")
    code, other = world.do(create_join, siti), world.contact("628110000", "whatsapp")
    redeemed = world.do(redeem, other, code)
    assert (redeemed.person_id, redeemed.role) == (siti, None)
    assert world.get(Contact, other).person_id == siti


@pytest.mark.parametrize("text", ["menu", "pelatihan", "12345678", "PELAJARAN", "k7mq2xp", "kelas 2026"])
def test_words_and_numbers_are_no_codes(text: str) -> None:
    assert not looks_like_code(text)
