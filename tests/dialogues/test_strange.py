"""What nobody sends by hand: forged buttons, numbers beyond all rows, characters no database keeps."""

import pytest

from tests.dialogue import Phone

pytestmark = pytest.mark.only("postgresql")  # the stricter one
#: Beyond the ids of PostgreSQL, beyond all integers, in another script, and two at once.
NUMBERS = ("2147483648", "9" * 18, "9" * 40, "٣", "1.2147483648")


@pytest.mark.parametrize("who", ["rohayati", "ratna"])
def test_a_forged_button_is_answered_whatever_it_carries(who: str, request: pytest.FixtureRequest) -> None:
    woman: Phone = request.getfixturevalue(who)
    for action in sorted(woman.village.answering.engine.actions):
        for number in NUMBERS:
            if not woman.village.answering.engine.forms.get(action):
                woman.presses_action(f"{action}:{number}"[:64])


def test_characters_no_database_keeps_are_left_out(rohayati: Phone, ratna: Phone) -> None:
    """Her words to a person are kept and shown as she wrote them, but for these."""
    rohayati.says("petugas").says("Boleh bawa\x00 anak \ud83d ya?")
    ratna.reads("Boleh bawa anak  ya?")
