"""The simulator's page for those who see little, or use a keyboard only: names, focus, contrast."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.web.browser import DESKTOP, SMALL, Screen

#: What is focused, and whether one can see that it is.
FOCUS = """
const here = document.activeElement;
const ringed = [here, here.closest(".field"), here.closest(".row-choice")].filter(Boolean);
const styles = ringed.map((e) => getComputedStyle(e));
const seen = styles.some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2);
return [here.tagName, here.closest("[data-phone]")?.dataset.phone ?? "", seen, here.outerHTML.slice(0, 90)];
"""


@pytest.mark.parametrize("size", [DESKTOP, SMALL])
def test_every_control_has_a_name_and_every_focus_can_be_seen(screen: Screen, size: tuple[int, int]) -> None:
    screen.resize(*size)
    phone = screen.phone("whatsapp").says("halo")
    phone.sees("Boleh saya simpan?")
    assert screen.nameless() == []
    stops = []
    screen.driver.refresh()
    phone.sees("Boleh saya simpan?")
    for _ in range(60):
        ActionChains(screen.driver).send_keys(Keys.TAB).perform()
        tag, where, is_seen, html = screen.run(FOCUS)
        if tag == "BODY":
            break
        assert is_seen, html
        stops.append((tag, where))
    on_whatsapp = [tag for tag, where in stops if where == "whatsapp"]
    assert on_whatsapp == ["BUTTON", "DIV", *["BUTTON"] * 6, "INPUT", "BUTTON", "BUTTON"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, SMALL], ids=["desktop", "small"])
def test_every_text_can_be_read(screen: Screen, size: tuple[int, int], dark: bool) -> None:
    screen.resize(*size, dark=dark)
    screen.driver.refresh()
    screen.one(".empty")
    assert screen.poor_contrasts() == []
    for name in ("whatsapp", "telegram", "coordinator"):
        if size == SMALL:
            screen.one(f"[data-tab={name}]").click()
        phone = screen.phone(name)
        for text in ("halo", "tempat", "kalender", "gambar"):
            phone.says(text)
        phone.sees("Menjahit Dasar untuk Pemula")
        assert screen.poor_contrasts() == []
    screen.one("[data-seconds='86400']").click()
    phone.sees("Bisa datang?")
    if size == SMALL:
        screen.one("[data-tab=whatsapp]").click()
    screen.phone("whatsapp").says("menu").presses("Pilih kegiatan")
    assert screen.poor_contrasts() == []
