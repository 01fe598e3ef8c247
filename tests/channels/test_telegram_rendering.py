"""How replies look on Telegram, in both languages, as a woman reads them."""

from collections.abc import Iterator

import pytest

from bot.channels.telegram_rendering import CAPTION, TEXT, TelegramMessage, as_entities, as_markup, render, units
from bot.conversation.reply import Choice, Document, Place, Reply
from bot.conversation.values import Value, say
from tests.channels.telegram_parts import CALENDAR, HELLO, NOON, PICTURE, TEXTS, YES_READ_NO

EVENTS = (
    Choice("event:1", "Menjahit Dasar", "Sab 28 Nov, 09.00, Cipondoh, tersisa 6 tempat"),
    Choice("event:2", "Kue Kering", "Rab 2 Des, 13.00, Ciputat, penuh"),
    Choice("more", "Lainnya"),
    Choice("menu", say("button.menu")),
)
CARD: dict[str, Value] = {"title": "Menjahit Dasar 🧵", "summary": "Belajar dari *nol*.", "seats": 6}


def drawn(message: TelegramMessage) -> str:
    """The message as text: `<b>` and `<i>` around what is formatted, buttons in brackets."""
    lines = [_tagged(message), *("".join(f"[{b.label}]" for b in row) for row in message.keyboard)]
    return "\n".join(lines)


def _tagged(message: TelegramMessage) -> str:
    raw = message.text.encode("utf-16-le")
    tagged, at = "", 0
    for entity in message.entities:
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        tag = entity.type[0]
        tagged += raw[at:start].decode("utf-16-le") + f"<{tag}>" + raw[start:end].decode("utf-16-le") + f"</{tag}>"
        at = end
    return tagged + raw[at:].decode("utf-16-le")


def golden() -> Iterator[tuple[str, Reply, str, str]]:
    hello = Reply("hello", {"name": "Siti 😊"}, YES_READ_NO, footer=say("footer.back"))
    yield "buttons", hello, "id", (
        "Halo <b>Siti 😊</b>, apa kabar?\n\n<i>Ketik BATAL untuk berhenti.</i>\n[Boleh][Baca dulu][Tidak]"
    )  # fmt: skip
    yield "buttons", hello, "en", (
        "Hello <b>Siti 😊</b>, how are you?\n\n<i>Type CANCEL to stop.</i>\n[You may][Read first][No]"
    )  # fmt: skip
    events = Reply("events.list", {"vocative": "Bu"}, EVENTS)
    rows = (
        "1. <b>Menjahit Dasar</b>\n    Sab 28 Nov, 09.00, Cipondoh, tersisa 6 tempat\n"
        "2. <b>Kue Kering</b>\n    Rab 2 Des, 13.00, Ciputat, penuh\n"
        "[Menjahit Dasar]\n[Kue Kering]\n[Lainnya]\n[Menu]"
    )
    yield "list", events, "id", f"Ini kegiatan yang masih dibuka, Bu.\n\n{rows}"
    yield "list", events, "en", f"These events are still open.\n\n{rows}"
    card = Reply("event.card", CARD)
    yield "card", card, "id", "<b>Menjahit Dasar 🧵</b>\nBelajar dari *nol*.\n\nTersisa <b>6</b> tempat."
    yield "card", card, "en", "<b>Menjahit Dasar 🧵</b>\nBelajar dari *nol*.\n\n<b>6</b> seats left."
    bare = Reply("events.list", {"vocative": "Bu"}, tuple(Choice(f"topic:{n}", f"Topik {n}") for n in range(1, 5)))
    buttons = "[Topik 1]\n[Topik 2]\n[Topik 3]\n[Topik 4]"
    yield "list without second lines", bare, "id", f"Ini kegiatan yang masih dibuka, Bu.\n{buttons}"
    yield "list without second lines", bare, "en", f"These events are still open.\n{buttons}"


@pytest.mark.parametrize(("what", "reply", "language", "screen"), list(golden()))
def test_what_she_sees(what: str, reply: Reply, language: str, screen: str) -> None:
    assert drawn(render(reply, TEXTS, language, NOON)) == screen


def test_stars_in_somebodys_words_format_nothing() -> None:
    message = render(Reply("hello", {"name": "*Siti* _x_"}), TEXTS, "id", NOON)
    assert drawn(message) == "Halo <b>*Siti* _x_</b>, apa kabar?"


def test_long_buttons_stand_one_below_the_other() -> None:
    reply = Reply("hello", {"name": "Siti"}, (Choice("a", "Masuk daftar tunggu"), Choice("b", "Tidak, terima kasih")))
    assert [len(row) for row in render(reply, TEXTS, "id", NOON).keyboard] == [1, 1]


def test_the_choices_she_saw_are_remembered_in_order() -> None:
    shown = render(Reply("events.list", {"vocative": "Bu"}, EVENTS), TEXTS, "id", NOON).shown
    assert shown
    assert shown.at == NOON
    assert shown.choices[1] == ("event:2", "Kue Kering")
    assert shown.action_for("4", 4) == "menu"
    assert render(Reply("events.list", {"vocative": "Bu"}), TEXTS, "id", NOON).shown is None


def test_white_space_at_the_beginning_moves_no_formatting() -> None:
    message = render(Reply("event.card", CARD | {"title": "\n  Kelas"}), TEXTS, "id", NOON)
    assert drawn(message).startswith("<b>Kelas</b>\n")


@pytest.mark.parametrize("letter", ["a", "😊"])
def test_what_is_too_long_is_cut_and_keeps_its_last_line(letter: str) -> None:
    message = render(Reply("long", {"text": letter * 5000}, footer=say("footer.back")), TEXTS, "id", NOON)
    assert TEXT - 1 <= units(message.text) <= TEXT
    assert message.text.endswith("…\n\nKetik BATAL untuk berhenti.")
    assert drawn(message).endswith("…\n\n<i>Ketik BATAL untuk berhenti.</i>")


def test_formatting_ends_where_the_text_was_cut() -> None:
    message = render(Reply("hello", {"name": "a" * 5000}), TEXTS, "id", NOON)
    assert drawn(message) == f"Halo <b>{'a' * (TEXT - 6)}</b>…"


def test_exactly_as_long_as_allowed_is_not_cut() -> None:
    assert render(Reply("long", {"text": "a" * TEXT}), TEXTS, "id", NOON).text == "a" * TEXT


def test_picture_file_and_place_travel_with_the_words() -> None:
    document, place = Document(CALENDAR, "jadwal.ics", "text/calendar"), Place(-6.17, 106.63, "Balai Warga", "Cipondoh")
    assert render(Reply("hello", {"name": "Siti"}, image=PICTURE), TEXTS, "id", NOON).photo == PICTURE
    assert render(Reply("schedule.file", document=document), TEXTS, "id", NOON).document == document
    assert render(Reply("event.place", place=place), TEXTS, "id", NOON).venue == place


def test_only_words_too_long_for_a_caption_stand_apart() -> None:
    for length, apart in ((CAPTION, False), (CAPTION + 1, True)):
        message = render(Reply("long", {"text": "a" * length}, image=PICTURE), TEXTS, "id", NOON)
        assert message.words_apart is apart
    assert not render(Reply("long", {"text": "a" * 3000}), TEXTS, "id", NOON).words_apart


def test_as_telegram_takes_it() -> None:
    message = render(HELLO, TEXTS, "id", NOON)
    assert as_entities(message) == [{"offset": 5, "length": 4, "type": "bold"}]
    assert as_markup(message) == {
        "inline_keyboard": [
            [
                {"text": "Boleh", "callback_data": "consent:yes"},
                {"text": "Baca dulu", "callback_data": "consent:read"},
                {"text": "Tidak", "callback_data": "consent:no"},
            ]
        ]
    }


def test_nothing_to_press_is_no_keyboard_rather_than_an_empty_one() -> None:
    message = render(Reply("schedule.file"), TEXTS, "id", NOON)
    assert as_markup(message) is None
    assert as_entities(message) is None
