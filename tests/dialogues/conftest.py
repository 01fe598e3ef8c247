"""Who works for the programme in dialogues: Ratna and Dewi, coordinators. Neither is a participant."""

import pytest

from models import roles
from tests.dialogue import Phone, Village


@pytest.fixture
def ratna(village: Village) -> Phone:
    """The coordinator who does the work."""
    return coordinator(village, "ratna", "Ratna")


@pytest.fixture
def dewi(village: Village) -> Phone:
    """Another coordinator."""
    return coordinator(village, "dewi", "Dewi")


def coordinator(village: Village, address: str, name: str, language: str | None = None) -> Phone:
    """A coordinator with a phone on Telegram."""
    with village.writes() as session:
        roles.add_coordinator(session, name, "telegram", address, village.now)
    return village.phone(address, "telegram", language)
