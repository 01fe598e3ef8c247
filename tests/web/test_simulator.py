"""What the simulator's phones say and see, by real HTTP without a browser."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.conversation.heard import Kind
from bot.web.app import web_application
from tests.web.echo import Echo, Served
from tests.web.samples import PICTURE


def say(site: httpx.Client, phone: str, **what: Any) -> httpx.Response:
    """A phone says something."""
    return site.post("/simulator/say", json={"phone": phone, "id": "0123456789abcdef", **what})


def events(site: httpx.Client, phones: str, last_id: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The stream of some phones: id, kind and content of each event."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    with site.stream("GET", "/simulator/events", params={"phones": phones}, headers=headers) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield fields.get("id", ""), fields["event"], json.loads(fields["data"])
                fields = {}


def messages(site: httpx.Client, phones: str, count: int, last_id: str = "") -> list[tuple[str, dict[str, Any]]]:
    """The next so many messages on some phones, each with its event's id, in its newest form."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for event_id, kind, content in events(site, phones, last_id):
        if kind == "message" and content["ticks"] != "sent":
            found[content["id"]] = (event_id, content)
        if len(found) == count:
            break
    return sorted(found.values(), key=lambda message: message[1]["order"])


def words(message: dict[str, Any]) -> str:
    """What is written on a message."""
    return "".join(run["text"] for run in message["runs"])


def test_what_she_writes_is_handed_in_and_answered_on_her_phone(site: httpx.Client, echo: Echo) -> None:
    assert say(site, "wa-siti", text="halo").status_code == 204
    hers, answer = (message for _, message in messages(site, "wa-siti", 2))
    assert (words(hers), hers["mine"], hers["ticks"]) == ("halo", True, "read")
    assert [press["label"] for press in answer["buttons"]] == ["Boleh", "Baca dulu", "Tidak"]
    heard = echo.heard[0]
    assert (heard.channel, heard.account, heard.address, heard.text) == ("simulator", "simulator", "wa-siti", "halo")


def test_each_phone_is_drawn_within_the_limits_of_its_messenger(site: httpx.Client) -> None:
    say(site, "wa-siti", text="menu")
    say(site, "tg-siti", text="menu")
    _, on_whatsapp = messages(site, "wa-siti", 2)[1]
    _, on_telegram = messages(site, "tg-siti", 2)[1]
    assert (len(on_whatsapp["rows"]), on_whatsapp["opens"], on_whatsapp["keyboard"]) == (10, "Pilih kegiatan", [])
    assert (len(on_telegram["keyboard"]), on_telegram["rows"]) == (10, [])
    assert {"text": "Menjahit Dasar", "style": "bold", "link": None} in on_telegram["runs"]


def test_a_press_is_a_message_on_whatsapp_and_an_edit_on_telegram(site: httpx.Client, echo: Echo) -> None:
    say(site, "tg-siti", text="halo")
    _, asked = messages(site, "tg-siti", 2)[1]
    say(site, "tg-siti", id="press-on-telegram", action="consent:yes", pressed=asked["id"])
    changed = next(
        content for _, kind, content in events(site, "tg-siti")
        if kind == "message" and "Enaknya" in words(content)
    )  # fmt: skip
    assert changed["id"] == asked["id"]
    assert (echo.heard[1].action, echo.heard[1].pressed, echo.heard[1].text) == ("consent:yes", asked["id"], None)

    say(site, "wa-siti", text="halo")
    _, asked = messages(site, "wa-siti", 2)[1]
    say(site, "wa-siti", id="press-on-whatsapp", action="consent:yes", label="Boleh", pressed=asked["id"])
    _, pressed = messages(site, "wa-siti", 4)[2]
    assert (words(pressed), pressed["quotes"]) == ("Boleh", asked["id"])


def test_after_a_day_whatsapp_shows_the_template_and_telegram_does_not(site: httpx.Client) -> None:
    say(site, "wa-siti", text="diam")
    say(site, "tg-siti", text="diam")
    assert site.post("/simulator/clock", json={"to": "reminder"}).json()["moved"] is True
    _, on_whatsapp = messages(site, "wa-siti", 2)[1]
    _, on_telegram = messages(site, "tg-siti", 2)[1]
    assert on_whatsapp["template"] == "reminder"
    assert words(on_whatsapp).startswith("Halo Bu Siti, saya ingatkan: besok ada kegiatan")
    assert [press["action"] for press in on_whatsapp["buttons"]] == ["coming:1", "excused:1"]
    assert on_telegram["template"] is None


def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_twice(site: httpx.Client) -> None:
    say(site, "wa-siti", text="halo")
    last_seen, _ = messages(site, "wa-siti", 2)[1]
    say(site, "wa-siti", id="while-it-was-away", text="apa kabar")
    missed = [words(message) for _, message in messages(site, "wa-siti", 2, last_seen)]
    assert missed == ["apa kabar", "Ibu menulis: apa kabar"]
    everything = messages(site, "wa-siti", 4, "anotherrun-99")
    assert len(everything) == 4


def test_a_message_that_was_not_stored_says_so_and_may_be_sent_again(site: httpx.Client, echo: Echo) -> None:
    echo.fails = True
    assert say(site, "wa-siti", text="halo").status_code == 503
    assert messages(site, "wa-siti", 1)[0][1]["ticks"] == "failed"
    echo.fails = False
    assert say(site, "wa-siti", text="halo").status_code == 204
    assert [words(message)[:4] for _, message in messages(site, "wa-siti", 2)] == ["halo", "Halo"]


def test_a_picture_can_be_fetched_until_it_is_gone(site: httpx.Client, echo: Echo) -> None:
    about = {"phone": "koordinator", "id": "0123456789abcdef"}
    answer = site.post("/simulator/photo", params=about, content=PICTURE, headers={"Content-Type": "image/png"})
    assert answer.status_code == 204
    heard = echo.heard[0]
    assert heard.kind is Kind.PHOTO and heard.media
    assert asyncio.run(echo.channel.fetch(heard.media, 1_000_000)) == PICTURE
    assert site.get(f"/simulator/photo/{heard.media.ref}").content == PICTURE
    assert site.get("/simulator/photo/unknown").status_code == 404


def test_a_place_can_be_sent(site: httpx.Client, echo: Echo) -> None:
    say(site, "tg-siti", place={"latitude": -6.2, "longitude": 106.7, "label": "Balai Warga"})
    assert echo.heard[0].location and echo.heard[0].location.label == "Balai Warga"


@pytest.mark.parametrize("what", [
    {}, {"text": ""}, {"text": 5}, {"text": "\x00"}, {"action": "a" * 65 + "ü"}, {"text": "halo", "id": "../../x"},
    {"place": {"latitude": 91, "longitude": 0}}, {"place": "here"}, {"place": {"latitude": "NaN", "longitude": 0}},
])  # fmt: skip
def test_nonsense_is_refused(site: httpx.Client, echo: Echo, what: dict[str, Any]) -> None:
    assert say(site, "wa-siti", **what).status_code == 400
    assert echo.heard == []


@pytest.mark.parametrize("phone", ["", "siti", "petugas", "wa-", "wa-" + "a" * 30, "../wa-x", "wa-A"])
def test_only_the_pages_own_phones_may_speak(site: httpx.Client, echo: Echo, phone: str) -> None:
    assert say(site, phone, text="halo").status_code == 400
    assert echo.heard == []


def test_another_website_cannot_speak_for_her(site: httpx.Client, echo: Echo) -> None:
    body = json.dumps({"phone": "wa-siti", "id": "0123456789abcdef", "text": "halo"})
    assert site.post("/simulator/say", content=body, headers={"Content-Type": "text/plain"}).status_code == 400
    assert echo.heard == []


@pytest.mark.parametrize("step", [{}, {"seconds": 0}, {"seconds": -1}, {"seconds": 1e12}, {"seconds": "7"}])
def test_the_clock_goes_forward_only_and_not_too_far(site: httpx.Client, step: dict[str, Any]) -> None:
    assert site.post("/simulator/clock", json=step).status_code == 400


def test_a_moved_clock_is_told_to_every_page(site: httpx.Client) -> None:
    hours = []
    for _, kind, content in events(site, "wa-siti"):
        if kind == "clock":
            hours.append(content["now"])
            if len(hours) == 1:
                assert site.post("/simulator/clock", json={"seconds": 3600}).json()["moved"] is True
            else:
                break
    assert hours[0][:13] < hours[1][:13]


def test_without_a_waiting_reminder_the_clock_stands(site: httpx.Client) -> None:
    assert site.post("/simulator/clock", json={"to": "reminder"}).json() == {"moved": False}


def test_with_a_real_channel_there_is_no_coordinators_phone(echo: Echo) -> None:
    with Served(web_application(echo.beside_a_real_channel()), echo.channel.screens.close) as url:
        page = httpx.get(url + "/simulator").text
        assert 'data-phone="whatsapp"' in page and 'data-phone="coordinator"' not in page
        body = {"phone": "koordinator", "id": "0123456789abcdef", "text": "menu"}
        assert httpx.post(url + "/simulator/say", json=body).status_code == 400
