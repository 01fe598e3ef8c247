"""The whole journey on the simulator's page: the real program as a process, a real browser, from «halo» to a reminder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.e2e.program import Program
from tests.web.browser import OnScreen, Screen, start

#: The screens the journey is made on, in pixels.
LAPTOP, SMALL = (1280, 900), (360, 740)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for the journeys."""
    driver = start(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


@pytest.fixture
def screen(driver: webdriver.Chrome, tmp_path: Path) -> Iterator[Screen]:
    """The page of a program that knows nobody yet. Afterwards the browser must have had nothing to complain of."""
    with Program(tmp_path, {}) as program:
        screen = Screen(driver)
        screen.resize(*LAPTOP)
        screen.complaints()
        driver.get(f"{program.url}/simulator")
        yield screen
        complaints = screen.complaints()
        driver.get("about:blank")
        assert complaints == []


def takes_a_seat(phone: OnScreen) -> None:
    """From the first word to a seat in the sewing class."""
    phone.says("halo").presses("Boleh").sees("panggil apa")
    phone.presses("Ibu").sees("Siapa nama")
    phone.says("siti aminah").sees("kecamatan mana")
    phone.says("cipondoh").sees("kelurahan")
    phone.says("lewati").sees("minat")
    phone.says("jahit").presses("Benar").presses("Tidak usah")
    phone.says("daftar menjahit-dasar").presses("Daftar").sees("Ibu sudah terdaftar di Menjahit Dasar")


@pytest.mark.parametrize("size", [LAPTOP, SMALL], ids=["laptop", "phone"])
def test_from_halo_to_a_reminder_that_comes_as_a_template(screen: Screen, size: tuple[int, int]) -> None:
    screen.resize(*size)
    siti = screen.phone("whatsapp")
    takes_a_seat(siti)
    screen.one("[data-to=reminder]").click()
    siti.sees("saya ingatkan: besok")
    assert screen.one(f"{siti.selector} .template").text.endswith("reminder")
    siti.presses("Bisa").sees("Saya catat Ibu datang")
    assert screen.overflow() <= 0


def test_on_telegram_she_says_that_she_cannot_come(screen: Screen) -> None:
    siti = screen.phone("telegram")
    takes_a_seat(siti)
    screen.one("[data-to=reminder]").click()
    siti.sees("Bisa datang?")
    siti.presses("Tidak bisa").sees("Ibu tetap terdaftar")


def test_the_page_is_as_it_was_when_it_is_opened_again(screen: Screen) -> None:
    siti = screen.phone("whatsapp")
    takes_a_seat(siti)
    before = [message.text for message in siti.messages()]
    screen.driver.refresh()
    siti.sees("Ibu sudah terdaftar di Menjahit Dasar")
    assert [message.text for message in siti.messages()] == before
