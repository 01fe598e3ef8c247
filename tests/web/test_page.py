"""The simulator's page in a real browser: what people do there, on a desktop and on a small phone."""

from pathlib import Path
from urllib.parse import urlsplit

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from bot.web.app import web_application
from tests.web.browser import SMALL, Screen
from tests.web.echo import Echo, Served
from tests.web.samples import PICTURE


def test_three_phones_stand_side_by_side(screen: Screen) -> None:
    names = [phone.get_attribute("data-phone") for phone in screen.all("[data-phone]") if phone.is_displayed()]
    assert names == ["whatsapp", "telegram", "coordinator"]
    assert screen.overflow() <= 0


def test_whatsapp_has_quick_replies_and_an_answer_is_a_message(screen: Screen) -> None:
    phone = screen.phone("whatsapp").says("halo")
    phone.sees("Boleh saya simpan?")
    assert phone.labels() == ["Boleh", "Baca dulu", "Tidak"]
    phone.presses("Boleh").sees("Enaknya saya panggil apa?")
    assert [words.text for words in screen.all(f"{phone.selector} .mine .text")] == ["halo", "Boleh"]


def test_telegram_edits_in_place_and_a_press_is_no_message(screen: Screen) -> None:
    phone = screen.phone("telegram").says("halo")
    phone.sees("Boleh saya simpan?")
    phone.presses("Boleh").sees("Enaknya saya panggil apa?")
    assert len(phone.messages()) == 2


def test_a_list_opens_a_sheet_that_the_keyboard_can_use(screen: Screen, echo: Echo) -> None:
    phone = screen.phone("whatsapp").says("menu")
    phone.presses("Pilih kegiatan")
    assert len(screen.all(f"{phone.selector} [role=dialog] input[type=radio]")) == 10
    assert screen.focused().get_attribute("type") == "radio"
    screen.focused().send_keys(Keys.ESCAPE)
    assert screen.all("[role=dialog]") == []
    assert screen.focused().text == "Pilih kegiatan"
    screen.focused().send_keys(Keys.ENTER)
    screen.one("[role=dialog]")
    screen.focused().send_keys(Keys.ARROW_DOWN)
    screen.focused().send_keys(Keys.ENTER)
    phone.sees("Jahit Pakaian Pesanan\n")
    screen.until(lambda: echo.heard[-1].action == "event:2", "the row")


def test_what_she_types_stands_there_at_once_and_is_ticked_when_read(screen: Screen) -> None:
    phone = screen.phone("whatsapp")
    phone.input.send_keys("diam")
    send = "const phone = document.querySelector(arguments[0]); phone.querySelector('form').requestSubmit();"
    assert "diam" in screen.run(send + "return phone.querySelector('[role=log]').innerText", phone.selector)
    screen.one(f"{phone.selector} .mine .ticks.read")


def test_time_moves_and_a_reminder_comes_as_a_template(screen: Screen) -> None:
    phone = screen.phone("whatsapp").says("diam")
    screen.one(f"{phone.selector} .mine .ticks.read")
    before = screen.one("[data-now]").text
    screen.one("[data-to=reminder]").click()
    phone.sees("saya ingatkan")
    assert "reminder" in screen.one(f"{phone.selector} .template").text
    assert screen.one("[data-now]").text != before
    assert "closed" in (screen.one("[data-window]").get_attribute("class") or "")
    assert len(screen.all(f"{phone.selector} .day")) == 2


def test_a_picture_and_a_place_can_be_sent(screen: Screen, echo: Echo, tmp_path: Path) -> None:
    (tmp_path / "poster.png").write_bytes(PICTURE)
    phone = screen.phone("coordinator")
    screen.one(f"{phone.selector} [data-attach]").click()
    phone.presses("Lokasi").sees("Balai Warga RW 05")
    screen.run("document.getElementById('picture').click = () => {}")
    screen.one(f"{phone.selector} [data-attach]").click()
    phone.presses("Foto")
    screen.all("#picture")[0].send_keys(str(tmp_path / "poster.png"))
    phone.sees("Gambarnya sudah saya terima.")
    assert echo.heard[-1].media and echo.heard[-1].media.content_type == "image/png"


def test_files_are_offered_where_they_are(screen: Screen, url: str) -> None:
    phone = screen.phone("telegram").says("kalender")
    phone.sees("jadwal.ics")
    link = screen.one(f"{phone.selector} a.file")
    assert link.get_attribute("download") == "jadwal.ics"
    assert (link.get_attribute("href") or "").startswith(f"{url}/calendar/")


def test_who_starts_again_is_somebody_new(screen: Screen, echo: Echo) -> None:
    phone = screen.phone("whatsapp").says("halo")
    phone.sees("Boleh saya simpan?")
    screen.one(f"{phone.selector} [data-again]").click()
    assert phone.messages() == []
    phone.says("halo").sees("Boleh saya simpan?")
    assert len({heard.address for heard in echo.heard}) == 2


def test_a_page_opened_again_shows_what_was_there(screen: Screen) -> None:
    phone = screen.phone("whatsapp").says("halo")
    phone.presses("Boleh").sees("Enaknya saya panggil apa?")
    before = [message.text for message in phone.messages()]
    screen.driver.refresh()
    phone.sees("Enaknya saya panggil apa?")
    assert [message.text for message in phone.messages()] == before


def test_a_message_that_was_not_stored_can_be_sent_again(screen: Screen, echo: Echo) -> None:
    echo.fails = True
    phone = screen.phone("whatsapp").says("halo")
    phone.sees("Belum terkirim.")
    assert any("503" in complaint for complaint in screen.complaints())
    echo.fails = False
    phone.presses("Kirim ulang").sees("Boleh saya simpan?")
    assert len(phone.messages()) == 2


def test_the_page_comes_back_after_the_program_was_started_again(
    screen: Screen, echo: Echo, served: Served, url: str
) -> None:
    phone = screen.phone("whatsapp").says("halo")
    phone.sees("Boleh saya simpan?")
    address, port = echo.heard[0].address, urlsplit(url).port or 0
    screen.run("window.sameAsBefore = true")
    another = Echo()
    served.end()
    screen.until(lambda: "menyambung" in screen.one(f"{phone.selector} [data-presence]").text, "the interruption")
    with Served(web_application(another.doors()), another.channel.screens.close, port):
        screen.until(lambda: "menyambung" not in screen.one(f"{phone.selector} [data-presence]").text, "the stream")
        phone.says("apa kabar").sees("Ibu menulis: apa kabar")
        assert another.heard[0].address == address
        assert screen.run("return window.sameAsBefore")
        assert "Boleh saya simpan?" in phone.messages()[1].text
    screen.complaints()


def test_lines_of_a_longer_text_are_kept(screen: Screen, echo: Echo) -> None:
    phone = screen.phone("coordinator")
    field = phone.input
    field.send_keys("satu")
    ActionChains(screen.driver).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
    phone.says("dua").sees("Ibu menulis: satu\ndua")
    assert echo.heard[0].text == "satu\ndua"


def test_the_page_speaks_english_when_asked(screen: Screen, url: str) -> None:
    screen.one("a[hreflang=en]").click()
    screen.until(lambda: screen.run("return document.documentElement.lang") == "en", "English")
    assert screen.phone("whatsapp").input.get_attribute("placeholder") == "Type a message"


def test_a_small_screen_shows_one_phone_and_says_where_something_waits(screen: Screen, echo: Echo) -> None:
    screen.resize(*SMALL)
    assert [e.get_attribute("data-phone") for e in screen.all("[data-phone]") if e.is_displayed()] == ["whatsapp"]
    phone = screen.phone("whatsapp").says("halo")
    phone.presses("Boleh").sees("Enaknya saya panggil apa?")
    phone.says("menu").presses("Pilih kegiatan")
    assert screen.overflow() <= 0
    screen.focused().send_keys(Keys.ESCAPE)
    screen.one("[role=tab][data-tab=telegram]").click()
    screen.phone("telegram").says("diam")
    screen.one("[data-phone=telegram] .ticks.read")
    screen.one("[data-seconds='86400']").click()
    screen.one("[data-tab=whatsapp] .badge")
    screen.one("[role=tab][data-tab=telegram]").send_keys(Keys.ARROW_LEFT)
    phone.sees("saya ingatkan")
    assert screen.all("[data-tab=whatsapp] .badge")[0].is_displayed() is False
    assert screen.overflow() <= 0
