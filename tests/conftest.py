"""What all tests share: the option that rewrites golden transcripts, and a village of phones."""

from pathlib import Path

import pytest

from tests.dialogue import Phone, Village


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden transcripts instead of comparing")


@pytest.fixture
def village(tmp_path: Path) -> Village:
    """A programme with its sample events, and nobody registered."""
    return Village(tmp_path).sample()


@pytest.fixture
def siti(village: Village) -> Phone:
    """A woman who writes for the first time."""
    return village.phone("siti")


@pytest.fixture
def rohayati(village: Village) -> Phone:
    """A participant: Bu Rohayati of Cipondoh, who likes sewing."""
    return registered(village.phone("rohayati"), "Rohayati")


def registered(phone: Phone, name: str, kecamatan: str = "cipondoh") -> Phone:
    """Register by talking, with as few words as it takes."""
    phone.says("halo").presses("Boleh").presses("Ibu").says(name).says(kecamatan).says("lewati").says("jahit")
    return phone.presses("Benar").presses("Tidak usah")
