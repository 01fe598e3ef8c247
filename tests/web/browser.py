"""A real browser for the page's tests, and what it can be asked: names, contrast, focus, complaints."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")

#: How long something may take to appear before a test gives up, in seconds.
PATIENCE = 15.0
#: The screens the page is tried on, in pixels.
DESKTOP, SMALL = (1366, 800), (360, 640)
#: Of text on its background (WCAG 2.2, 1.4.3).
LEAST_CONTRAST = 4.5
_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--lang=id",
)  # fmt: skip
_CONTRAST = Path(__file__).with_name("contrast.js")


def start(profile: Path) -> webdriver.Chrome:
    """Chromium without a window, its profile in an empty folder. Skips, saying so, where there is none."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("NO BROWSER: install chromium and chromium-driver, or the simulator's page stays untested")
    options = Options()
    options.binary_location = browser
    for argument in (*_QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


@dataclass
class Screen:
    """The page in a browser of some size."""

    driver: webdriver.Chrome

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Give the page so many pixels, and a light or dark surrounding."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        calm = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, calm]})

    def phone(self, name: str) -> "OnScreen":
        """One of the phones."""
        return OnScreen(self, name)

    def all(self, selector: str) -> list[WebElement]:
        """All elements that fit a selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first visible element that fits, as soon as there is one."""
        return self.until(lambda: next((e for e in self.all(selector) if e.is_displayed()), None), selector)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(script, *arguments)

    def until(self, look: Callable[[], T | None], what: str) -> T:
        """What a look finds, as soon as it finds something, within a bounded time."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if found := look():
                    return found
            except StaleElementReferenceException:
                continue
            time.sleep(0.02)
        raise AssertionError(f"{what}: not seen within {PATIENCE} s")

    def focused(self) -> WebElement:
        """What has the keyboard's focus."""
        return self.driver.switch_to.active_element

    def complaints(self) -> list[str]:
        """What the browser wrote to its console as warnings or errors."""
        entries: list[dict[str, str]] = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [entry["message"] for entry in entries if entry["level"] in ("WARNING", "SEVERE")]

    def poor_contrasts(self) -> list[str]:
        """Texts in sight whose contrast with their background is too low."""
        return list(self.run(_CONTRAST.read_text("utf-8"), LEAST_CONTRAST))

    def nameless(self) -> list[str]:
        """Controls in sight without a name for who cannot see them."""
        controls = self.all(
            "button, a[href], input, select, textarea, [role=log], [role=dialog], [role=tab], [tabindex='0']"
        )
        return [
            e.get_attribute("outerHTML") or "" for e in controls if e.is_displayed() and not e.accessible_name.strip()
        ]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the screen."""
        return int(self.run("return document.documentElement.scrollWidth - window.innerWidth"))


@dataclass
class OnScreen:
    """One phone on the page."""

    screen: Screen
    name: str

    @property
    def selector(self) -> str:
        """Where it is."""
        return f"[data-phone={self.name}]"

    @property
    def input(self) -> WebElement:
        """The field to write in."""
        return self.screen.one(f"{self.selector} input")

    def says(self, text: str) -> "OnScreen":
        """Type and press Enter."""
        self.input.send_keys(text + "\n")
        return self

    def presses(self, label: str) -> "OnScreen":
        """Press the newest button with this label."""
        self.screen.until(lambda: self._press(label), f"button {label!r}")
        return self

    def sees(self, text: str) -> WebElement:
        """The newest message with this text, as soon as it is there."""
        return self.screen.until(lambda: next((e for e in reversed(self.messages()) if text in e.text), None), text)

    def messages(self) -> list[WebElement]:
        """All messages, oldest first."""
        return self.screen.all(f"{self.selector} article")

    def labels(self) -> list[str]:
        """What the buttons of the newest message say."""
        return [button.text for button in self.messages()[-1].find_elements(By.CSS_SELECTOR, "button")]

    def _press(self, label: str) -> bool:
        buttons = [
            b for b in self.screen.all(f"{self.selector} button") if b.text.strip() == label and b.is_displayed()
        ]
        if not buttons:
            return False
        try:
            buttons[-1].click()
        except WebDriverException:  # it is still moving into place
            return False
        return True
