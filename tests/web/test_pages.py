"""Files, health, numbers and the front page, by real HTTP."""

import tomllib
from pathlib import Path

import httpx
import pytest

from bot.web.app import web_application
from tests.web.echo import Echo, Served
from tests.web.samples import CALENDAR, PICTURE, TOKEN

WEB = Path(__file__).parents[2] / "bot" / "web"


def test_a_picture_is_shown_to_whoever_has_its_address(site: httpx.Client) -> None:
    answer = site.get(f"/media/{TOKEN}")
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["content-disposition"] == 'inline; filename="gambar.png"'
    assert site.head(f"/media/{TOKEN}").status_code == 200


def test_a_calendar_is_saved_as_a_file(site: httpx.Client) -> None:
    answer = site.get(f"/calendar/{TOKEN}.ics")
    assert (answer.text, answer.headers["content-type"]) == (CALENDAR, "text/calendar; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="jadwal.ics"'


@pytest.mark.parametrize("path", ["/media/short", f"/media/{TOKEN[:-1]}x", "/media/../../etc/passwd", "/calendar/x.ics",
                                  f"/calendar/{TOKEN}", "/media/" + "a" * 5000])  # fmt: skip
def test_anything_else_is_not_there(site: httpx.Client, path: str) -> None:
    assert site.get(path).status_code == 404


def test_the_process_is_healthy_whatever_else_is_wrong(site: httpx.Client, echo: Echo) -> None:
    echo.database = "OperationalError"
    assert site.get("/healthz").status_code == 200


def test_only_the_database_decides_whether_it_is_ready(site: httpx.Client, echo: Echo) -> None:
    ready = site.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"database": "ok", "channels": {"telegram": "unauthorized"}}
    echo.database = "OperationalError"
    assert site.get("/readyz").status_code == 503


def test_numbers_are_in_the_format_of_prometheus(site: httpx.Client) -> None:
    answer = site.get("/metrics")
    assert answer.text == "berdaya_messages_total 3.0\n"
    assert answer.headers["content-type"].startswith("text/plain; version=")


def test_the_front_leads_to_the_simulator_while_it_is_on(site: httpx.Client) -> None:
    assert site.get("/").headers["location"] == "/simulator"
    page = site.get("/simulator")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert 'lang="id"' in page.text
    assert 'lang="en"' in site.get("/simulator?lang=en").text


def test_with_the_simulator_off_the_front_is_plain_and_nothing_of_it_is_there(echo: Echo) -> None:
    with Served(web_application(echo.without_simulator()), echo.channel.screens.close) as url:
        front = httpx.get(url + "/")
        assert "Program Pemberdayaan Perempuan di Tangerang" in front.text
        assert "<script" not in front.text
        for path in ("/simulator", "/simulator/events", "/simulator/photo/x"):
            assert httpx.get(url + path).status_code == 404
        assert httpx.post(url + "/simulator/say", json={}).status_code == 404


def test_both_languages_of_the_pages_have_the_same_words() -> None:
    indonesian, english = (tomllib.loads((WEB / "words" / f"{code}.toml").read_text("utf-8")) for code in ("id", "en"))
    assert indonesian.keys() == english.keys()


def test_every_word_is_used() -> None:
    sources = "".join(path.read_text("utf-8") for path in WEB.rglob("*") if path.suffix in {".html", ".js"})
    made_of_parts = ("empty_", "placeholder_", "examples_", "_about")
    words = tomllib.loads((WEB / "words" / "id.toml").read_text("utf-8"))
    unused = [
        word for word in words if f"words.{word}" not in sources and not any(part in word for part in made_of_parts)
    ]
    assert unused == ["whatsapp", "telegram", "coordinator"]  # named by the phone they belong to


def test_pages_and_their_files_lead_to_no_other_host() -> None:
    allowed = ("http://www.w3.org/2000/svg", "https://maps.google.com/")
    for path in WEB.rglob("*"):
        if path.suffix in {".html", ".js", ".css", ".svg"}:
            text = path.read_text("utf-8")
            for address in allowed:
                text = text.replace(address, "")
            assert "http:" not in text and "https:" not in text, path
