"""Pages served by real HTTP over the little engine."""

from collections.abc import Iterator

import httpx
import pytest
from selenium import webdriver

from bot.web.app import web_application
from tests.web.browser import DESKTOP, Screen, start
from tests.web.echo import Echo, Served


@pytest.fixture
def echo() -> Echo:
    """The engine behind the pages."""
    return Echo()


@pytest.fixture
def site(echo: Echo) -> Iterator[httpx.Client]:
    """The whole site, with every door open."""
    with Served(web_application(echo.doors()), echo.channel.screens.close) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests."""
    driver = start(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


@pytest.fixture
def served(echo: Echo) -> Served:
    """The server of the pages."""
    return Served(web_application(echo.doors()), echo.channel.screens.close)


@pytest.fixture
def url(served: Served) -> Iterator[str]:
    """Where the pages are."""
    with served as url:
        yield url


@pytest.fixture
def screen(driver: webdriver.Chrome, url: str) -> Iterator[Screen]:
    """The page, opened on a desktop. Afterwards the browser must have had nothing to complain of."""
    screen = Screen(driver)
    screen.resize(*DESKTOP)
    screen.complaints()
    driver.get(f"{url}/simulator")
    screen.until(lambda: screen.run("return document.querySelector('[data-now]').textContent"), "the clock")
    yield screen
    complaints = screen.complaints()
    driver.get("about:blank")
    assert complaints == []
