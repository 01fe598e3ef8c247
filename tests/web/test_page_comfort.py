"""The simulator's page for eyes, thumbs and ears: sizes, the newest message in sight, nothing read aloud twice."""

import pytest

from tests.web.browser import Screen
from tests.web.echo import Echo

#: The screens of this page, in pixels, and the smallest text and control on them.
LAPTOP, PHONE = (1280, 900), (360, 740)
TEXT, CONTROL = 14, 40
#: Texts smaller than allowed.
SMALL_TEXTS = """
const small = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = texts.nextNode(); node; node = texts.nextNode()) {
  const around = node.parentElement;
  if (!node.textContent.trim() || !around.checkVisibility() || around.closest(".unseen, script")) continue;
  const size = parseFloat(getComputedStyle(around, around.dataset.short ? "::before" : null).fontSize);
  if (size < arguments[0]) small.push(`${size} ${node.textContent.trim()}`);
}
return small;
"""
#: Controls too small for a thumb; links inside a sentence are as high as their line.
SMALL_CONTROLS = """
return [...document.querySelectorAll("button, a[href], input:not([type=radio]), .row-choice")]
  .filter((e) => e.checkVisibility() && !e.closest(".text"))
  .map((e) => [e.getBoundingClientRect(), e])
  .filter(([box]) => box.width < arguments[0] || box.height < arguments[0])
  .map(([box, e]) => `${box.width}x${box.height} ${e.outerHTML.slice(0, 80)}`);
"""
#: Pixels of the conversation below what is in sight.
BELOW = """
const log = document.querySelector(arguments[0] + " [data-log]");
return Math.round(log.scrollHeight - log.scrollTop - log.clientHeight);
"""
TALK = ("halo", "tempat", "gambar", "kalender")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_texts_are_large_enough_and_controls_fit_a_thumb(screen: Screen, echo: Echo, size: tuple[int, int]) -> None:
    screen.resize(*size)
    phone = screen.phone("whatsapp")
    for text in TALK:
        phone.says(text)
    phone.sees("Ini jadwal Ibu")
    echo.fails = True
    phone.says("apa kabar").sees("Belum terkirim.")
    echo.fails = False
    screen.one("[data-seconds='86400']").click()
    phone.sees("saya ingatkan")
    _is_comfortable(screen)
    phone.says("menu").presses("Pilih kegiatan")
    _is_comfortable(screen)
    assert any("503" in complaint for complaint in screen.complaints())


@pytest.mark.parametrize("name", ["whatsapp", "telegram"])
def test_a_page_opened_again_shows_the_newest_message(screen: Screen, name: str) -> None:
    phone = screen.phone(name)
    for text in TALK:
        phone.says(text)
    phone.sees("Ini jadwal Ibu")
    screen.driver.refresh()
    phone.sees("Ini jadwal Ibu")
    _is_at_the_newest(screen, phone.selector)


def test_a_phone_that_is_turned_still_shows_the_newest_message(screen: Screen) -> None:
    phone = screen.phone("whatsapp")
    for text in TALK:
        phone.says(text)
    phone.sees("Ini jadwal Ibu")
    for width, height in (PHONE, (740, 360), PHONE, LAPTOP):
        screen.resize(width, height)
        _is_at_the_newest(screen, phone.selector)


def test_who_reads_above_is_left_there_and_told_what_came(screen: Screen) -> None:
    phone = screen.phone("telegram")
    for text in TALK:
        phone.says(text)
    phone.sees("Ini jadwal Ibu")
    screen.run("document.querySelector(arguments[0] + ' [data-log]').scrollTop = 0", phone.selector)
    down = screen.one(f"{phone.selector} [data-down]")
    screen.one("[data-seconds='86400']").click()
    phone.sees("Bisa datang?")
    assert screen.run(BELOW, phone.selector) > 100
    assert screen.one(f"{phone.selector} [data-count]").text == "1"
    down.click()
    _is_at_the_newest(screen, phone.selector)


def test_the_day_is_read_aloud_once(screen: Screen) -> None:
    phone = screen.phone("whatsapp").says("halo")
    phone.sees("Boleh saya simpan?")
    screen.run("document.querySelector(arguments[0] + ' .day').same = true", phone.selector)
    phone.says("tempat").says("kalender").sees("Ini jadwal Ibu")
    screen.run("document.querySelector('[data-seconds=\"86400\"]').click()")
    phone.sees("saya ingatkan")
    days = screen.all(f"{phone.selector} .day")
    assert [day.text for day in days] == ["Kemarin", "Hari ini"]
    assert screen.run("return arguments[0].same", days[0])


def test_what_the_clock_says_can_be_read_without_motion_too(screen: Screen) -> None:
    screen.one("[data-to=reminder]").click()
    said = screen.one("[data-said].seen")
    assert said.text == "Belum ada pengingat yang menunggu."
    assert screen.run("return parseFloat(getComputedStyle(arguments[0]).animationDuration)", said) >= 3


def test_on_a_small_screen_phones_are_panels_of_their_tabs_and_keep_their_headings(screen: Screen) -> None:
    assert screen.all("[role=tabpanel]") == []
    screen.resize(*PHONE)
    panel = screen.one("[role=tabpanel]")
    assert panel.accessible_name == "WhatsApp"
    assert screen.run("return arguments[0].querySelector('h2').checkVisibility()", panel)
    screen.one("[role=tab][aria-selected=true]").send_keys("\ue010")  # End
    assert screen.one("[role=tabpanel]").accessible_name == "Koordinator"
    assert screen.focused().get_attribute("data-tab") == "coordinator"


def _is_comfortable(screen: Screen) -> None:
    assert screen.overflow() <= 0
    assert screen.run(SMALL_TEXTS, TEXT) == []
    assert screen.run(SMALL_CONTROLS, CONTROL) == []


def _is_at_the_newest(screen: Screen, phone: str) -> None:
    screen.until(lambda: screen.run(BELOW, phone) <= 2, "the newest message")
    screen.until(lambda: not screen.all(f"{phone} [data-down]")[0].is_displayed(), "no way down")
