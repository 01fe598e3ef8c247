"""Before a broadcast starts, its coordinator hears what those would miss whom only a template reaches."""

import json

import pytest

from bot.channels.whatsapp_approved import USABLE
from bot.channels.whatsapp_templates import KINDS, too_long
from models import template_fit
from models.office import ProviderState
from models.template_fit import Trouble
from tests.dialogue import Phone, Village
from tests.dialogues.test_coordinator_broadcast import comes, photo, previewed, reader

#: The longest form of address and name a template may have to carry.
LONGEST_CALLED = "Ibu " + "n" * 80


@pytest.fixture
def wati(village: Village) -> Phone:
    """She reads news on WhatsApp, and wrote last 25 hours ago."""
    phone = reader(village, "Wati", "whatsapp")
    village.passes(hours=25)
    return phone


def usable(village: Village, *names: str) -> None:
    """What the running program knew of its templates when it last looked."""
    with village.writes() as session:
        kept = ProviderState(channel="whatsapp", account="+62", key=USABLE, value=json.dumps(names))
        session.merge(kept)


def test_without_an_approved_template_she_hears_that_they_get_nothing(
    ratna: Phone, wati: Phone, village: Village
) -> None:
    usable(village, "reminder")
    previewed(ratna, "Ada kelas baru.\nDaftar, ya.")
    ratna.sees("broadcast.text", "broadcast.template_no_template", "broadcast-send.when.ask").reads("1 orang")
    usable(village, "announcement")
    previewed(ratna, "Ada kelas baru.").sees("broadcast.text", "broadcast-send.when.ask")


def test_a_picture_does_not_travel_with_the_template(ratna: Phone, wati: Phone, village: Village) -> None:
    photo(ratna)
    comes(village, b"picture")
    ratna.presses("Lanjut").sees("broadcast.template_no_picture", "broadcast-send.when.ask").reads("tanpa gambar")


def test_whether_a_text_fits_is_the_same_before_and_at_the_send(village: Village) -> None:
    kind = KINDS["broadcast.text"]
    fits, longer = "n" * template_fit.LONGEST, "n" * (template_fit.LONGEST + 1)
    assert not too_long(kind, (LONGEST_CALLED, fits))
    assert too_long(kind, (LONGEST_CALLED, "n" * 1000))
    with village.reads() as session:
        assert template_fit.troubles(session, fits, has_picture=False) == ()
        assert template_fit.troubles(session, longer, has_picture=True) == (Trouble.TOO_LONG,)


def test_the_key_is_the_channels() -> None:
    assert template_fit.USABLE == USABLE
