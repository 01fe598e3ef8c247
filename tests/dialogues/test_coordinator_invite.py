"""Inviting another coordinator by a one-time code."""

import re

import pytest

from models import invitations, roles
from models.people import RoleName
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited, person_named


@pytest.fixture
def code(ratna: Phone) -> str:
    """A code Ratna made for Sri."""
    ratna.says("koordinator").presses("Undang koordinator").says("Sri Wahyuni").sees("invite.code").reads("Sri Wahyuni")
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", ratna.screen())
    assert found
    return found[0]


def test_who_sends_the_code_is_a_coordinator_by_the_name_she_was_invited_by(code: str, village: Village) -> None:
    sri = village.phone("sri").says(code.lower()).sees("invite.welcome").reads("Sri Wahyuni")
    sri.presses("Koordinator").sees("coordinator.ask")
    with village.reads() as session:
        assert roles.holds(session, person_named(village, "Sri Wahyuni").id, RoleName.COORDINATOR)
    assert audited(village)[-2:] == ["invite.create", "invite.redeem"]


def test_a_participant_keeps_her_name_and_her_seats(code: str, rohayati: Phone) -> None:
    rohayati.says(code.replace("-", " ")).sees("invite.welcome").reads("Rohayati")
    rohayati.says("koordinator").sees("coordinator.ask").presses("Menu").sees("menu.ask").reads("Koordinator")


def test_a_code_works_once(code: str, village: Village) -> None:
    village.phone("sri").says(code)
    village.phone("lain").says(code).sees("refused.code_invalid").says("koordinator").sees("register.consent.ask")


def test_a_code_is_good_for_a_week(code: str, village: Village) -> None:
    village.passes(days=8)
    village.phone("sri").says(code).sees("refused.code_invalid")


def test_a_code_from_the_command_line_works_the_same(village: Village) -> None:
    with village.writes() as session:
        code = invitations.create(session, roles.COMMAND_LINE, "Ratna", village.now)
    village.phone("ratna").says(code).sees("invite.welcome").says("koordinator").sees("coordinator.ask")


def test_words_that_only_look_like_a_code_are_words(rohayati: Phone) -> None:
    rohayati.says("tanggal 5").sees("understood.out_of_scope")


def test_a_code_that_joins_a_second_app(rohayati: Phone, village: Village) -> None:
    with village.writes() as session:
        code = invitations.create_join(session, person_named(village, "Rohayati").id, village.now)
    again = village.phone("rohayati-wa", "whatsapp").says(code).sees("invite.joined")
    again.says("menu").sees("menu.ask").reads("Rohayati")


def test_nobody_else_can_press_it(rohayati: Phone) -> None:
    rohayati.presses_action("invite").sees("other.stale")
