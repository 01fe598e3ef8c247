"""Sending on Telegram, against a double that refuses what Telegram refuses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.base import Blocked, ChannelDown, Moved, NotSent, Parcel, Rejected, TryLater, Uncertain
from bot.channels.telegram import TelegramChannel
from bot.conversation.heard import MediaRef
from bot.conversation.reply import Choice, Document, Place, Reply
from bot.conversation.values import say
from tests.channels.telegram_parts import (
    BROKEN,
    CALENDAR,
    HELLO,
    NOON,
    PICTURE,
    PNG,
    YES_READ_NO,
    Files,
    channel_at,
    parcel,
)
from tests.doubles import telegram_calls
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_people import TelegramPerson

PIN = Place(-6.17, 106.63, "Balai Warga", "Kec. Cipondoh")
WITH_PIN = Reply("event.place", {"vocative": "Bu"}, YES_READ_NO, place=PIN)
WITH_PICTURE = Reply("hello", {"name": "Siti"}, YES_READ_NO, image=PICTURE)
LONG_WITH_PICTURE = Reply("long", {"text": "panjang " * 200}, YES_READ_NO, image=PICTURE)
OTHER = Reply("events.list", {"vocative": "Bu"}, YES_READ_NO, replaces=True)


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        assert double.violations == []


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
async def channel(double: TelegramDouble, files: Files) -> AsyncIterator[TelegramChannel]:
    async with channel_at(double, files) as channel:
        yield channel


@pytest.fixture
def siti(double: TelegramDouble) -> TelegramPerson:
    return double.person("Siti")


async def refusal(channel: TelegramChannel, sent: Parcel) -> NotSent:
    with pytest.raises(NotSent) as problem:
        await channel.send(sent)
    return problem.value


async def test_words_bold_and_buttons(channel: TelegramChannel, siti: TelegramPerson) -> None:
    sent = await channel.send(parcel(siti, Reply("hello", {"name": "Siti 😊"}, YES_READ_NO)))
    message = siti.last
    assert (message.text, message.labels) == ("Halo Siti 😊, apa kabar?", ["Boleh", "Baca dulu", "Tidak"])
    assert [(e["type"], e["offset"], e["length"]) for e in message.entities] == [("bold", 5, 7)]
    assert sent.provider_id == str(message.message_id)
    assert sent.shown
    assert sent.shown.choices[0] == ("consent:yes", "Boleh")


async def test_the_other_language(channel: TelegramChannel, siti: TelegramPerson) -> None:
    await channel.send(parcel(siti, language="en"))
    assert siti.last.labels == ["You may", "Read first", "No"]


async def test_a_list_with_second_lines(channel: TelegramChannel, siti: TelegramPerson) -> None:
    rows = tuple(Choice(f"event:{n}", f"Kelas {n}", f"Sab 28 Nov, {n} tempat") for n in range(1, 11))
    await channel.send(parcel(siti, Reply("events.list", {"vocative": "Bu"}, rows, footer=say("footer.back"))))
    assert len(siti.last.labels) == 10
    assert "1. Kelas 1\n    Sab 28 Nov, 1 tempat\n2. Kelas 2" in siti.last.text
    assert siti.last.text.endswith("\n\nKetik BATAL untuk berhenti.")


async def test_the_longest_message_there_is(channel: TelegramChannel, siti: TelegramPerson) -> None:
    await channel.send(parcel(siti, Reply("hello", {"name": "😊" * 4000}, YES_READ_NO, footer=say("footer.back"))))
    assert siti.last.text.endswith("…\n\nKetik BATAL untuk berhenti.")


async def test_half_a_character_does_not_keep_a_message_back(channel: TelegramChannel, siti: TelegramPerson) -> None:
    await channel.send(parcel(siti, Reply("hello", {"name": "Siti\ud83d"})))
    assert siti.last.text == "Halo Siti?, apa kabar?"


async def test_a_picture_with_words_and_buttons(channel: TelegramChannel, siti: TelegramPerson) -> None:
    await channel.send(parcel(siti, WITH_PICTURE))
    message = siti.last
    assert message.photo
    assert message.photo.data == PNG
    assert (message.text, message.labels) == ("Halo Siti, apa kabar?", ["Boleh", "Baca dulu", "Tidak"])


async def test_a_picture_is_uploaded_once_for_everybody(
    channel: TelegramChannel, double: TelegramDouble, files: Files
) -> None:
    women = [double.person(f"Siti {number}") for number in range(3)]
    for woman in women:
        await channel.send(parcel(woman, WITH_PICTURE))
    assert files.read == [PICTURE]
    assert [woman.last.photo and woman.last.photo.data for woman in women] == [PNG] * 3


async def test_a_picture_telegram_has_forgotten_is_uploaded_again(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson, files: Files
) -> None:
    await channel.send(parcel(siti, WITH_PICTURE))
    double.chats.files.clear()
    await channel.send(parcel(siti, WITH_PICTURE))
    assert files.read == [PICTURE, PICTURE]
    assert len(siti.messages) == 2
    double.refusals.clear()  # Telegram refused the old id: that was the point


async def test_words_too_long_for_a_caption_go_before_the_picture(
    channel: TelegramChannel, siti: TelegramPerson
) -> None:
    sent = await channel.send(parcel(siti, LONG_WITH_PICTURE))
    words, picture = siti.messages
    assert (len(words.text), words.labels) == (1600, [])
    assert (picture.text, picture.labels) == ("", ["Boleh", "Baca dulu", "Tidak"])
    assert sent.provider_id == str(picture.message_id)


async def test_a_file_has_the_name_the_reply_gives_it(channel: TelegramChannel, siti: TelegramPerson) -> None:
    document = Document(CALENDAR, "jadwal.ics", "text/calendar")
    await channel.send(parcel(siti, Reply("schedule.file", {"you": "Ibu"}, document=document)))
    file = siti.last.document
    assert file
    assert (file.name, file.data, siti.last.text) == ("jadwal.ics", b"BEGIN:VCALENDAR", "Ini jadwal Ibu.")


async def test_a_place_is_a_pin_and_then_words(channel: TelegramChannel, siti: TelegramPerson) -> None:
    sent = await channel.send(parcel(siti, WITH_PIN))
    pin, words = siti.messages
    assert pin.venue
    assert (pin.venue.title, pin.venue.latitude) == ("Balai Warga", -6.17)
    assert (words.text, sent.provider_id) == ("Tempatnya di sini, Bu.", str(words.message_id))


async def test_what_has_gone_is_not_sent_twice_when_its_second_part_must_come_again(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson
) -> None:
    double.fail_next("sendMessage", "reset_before")
    assert isinstance(await refusal(channel, parcel(siti, WITH_PIN)), Uncertain)
    await channel.send(parcel(siti, WITH_PIN))
    await channel.send(parcel(siti, WITH_PIN, token="another"))
    assert [bool(message.venue) for message in siti.messages] == [True, False, True, False]


async def test_a_pin_telegram_does_not_take_leaves_the_words(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson
) -> None:
    nowhere = Reply("event.place", {"vocative": "Bu"}, place=Place(-6.17, 1066.3, "Balai Warga", "Cipondoh"))
    await channel.send(parcel(siti, nowhere))
    assert [message.text for message in siti.messages] == ["Tempatnya di sini, Bu."]
    double.refusals.clear()


async def test_a_file_that_is_gone_ends_the_message_and_one_that_cannot_be_read_now_does_not(
    channel: TelegramChannel, siti: TelegramPerson
) -> None:
    gone = await refusal(channel, parcel(siti, Reply("hello", {"name": "Siti"}, image="/media/unknown")))
    assert (type(gone), gone.reason) == (Rejected, "media_gone")
    broken = await refusal(channel, parcel(siti, Reply("hello", {"name": "Siti"}, image=BROKEN)))
    assert isinstance(broken, TryLater)
    assert siti.messages == ()


async def test_a_pressed_message_is_replaced(channel: TelegramChannel, siti: TelegramPerson) -> None:
    first = await channel.send(parcel(siti))
    again = await channel.send(parcel(siti, OTHER, edits=first.provider_id))
    assert again.provider_id == first.provider_id
    assert again.shown
    assert [message.text for message in siti.messages] == ["Ini kegiatan yang masih dibuka, Bu."]


async def test_a_replacement_without_buttons_takes_the_old_ones_away(
    channel: TelegramChannel, siti: TelegramPerson
) -> None:
    first = await channel.send(parcel(siti))
    bare = Reply("events.list", {"vocative": "Bu"}, replaces=True)
    await channel.send(parcel(siti, bare, edits=first.provider_id))
    assert siti.last.labels == []


async def test_only_a_reply_that_may_replace_does(channel: TelegramChannel, siti: TelegramPerson) -> None:
    first = await channel.send(parcel(siti))
    await channel.send(parcel(siti, edits=first.provider_id))
    assert len(siti.messages) == 2


async def test_what_already_looks_so_is_a_success(channel: TelegramChannel, siti: TelegramPerson) -> None:
    first = await channel.send(parcel(siti))
    for _ in range(2):
        again = await channel.send(parcel(siti, OTHER, edits=first.provider_id))
        assert again.provider_id == first.provider_id
    assert len(siti.messages) == 1


@pytest.mark.parametrize("edits", ["999999", "kacau", ""])
async def test_a_message_that_is_gone_is_sent_anew(channel: TelegramChannel, siti: TelegramPerson, edits: str) -> None:
    await channel.send(parcel(siti, OTHER, edits=edits))
    assert len(siti.messages) == 1


async def test_a_picture_cannot_become_words_and_words_come_anew(
    channel: TelegramChannel, siti: TelegramPerson
) -> None:
    picture = await channel.send(parcel(siti, WITH_PICTURE))
    await channel.send(parcel(siti, OTHER, edits=picture.provider_id))
    assert [bool(message.photo) for message in siti.messages] == [True, False]


async def test_where_nothing_can_be_edited_all_is_sent_anew(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(telegram_calls.OFFERED, "editMessageText")
    first = await channel.send(parcel(siti))
    await channel.send(parcel(siti, OTHER, edits=first.provider_id))
    assert len(siti.messages) == 2
    double.refusals.clear()


FAILURES: list[tuple[str, dict[str, Any], type[NotSent], dict[str, Any]]] = [
    ("429", {"retry_after": 7}, TryLater, {"after": 7, "pause_all": True, "counts": False}),
    ("429", {"retry_after": None}, TryLater, {"after": 5, "pause_all": True, "counts": False}),
    ("500", {}, TryLater, {"reason": "provider_trouble", "counts": False}),
    ("reset_before", {}, Uncertain, {"reason": "no_answer"}),
    ("reset_after_accept", {}, Uncertain, {"reason": "no_answer"}),
    ("403", {}, Blocked, {"reason": "blocked"}),
    ("400", {}, Blocked, {"reason": "blocked"}),
    ("401", {}, ChannelDown, {"reason": "account_refused"}),
]


@pytest.mark.parametrize(("fault", "planned", "outcome", "facts"), FAILURES)
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText", "sendPhoto"])
async def test_every_failure_has_its_name(
    channel: TelegramChannel,
    double: TelegramDouble,
    siti: TelegramPerson,
    fault: str,
    planned: dict[str, Any],
    outcome: type[NotSent],
    facts: dict[str, Any],
    method: str,
) -> None:
    first = await channel.send(parcel(siti))
    if method == "editMessageText" and fault == "401":
        double.fail_next("sendMessage", fault)  # an edit that is not offered looks the same: the send then tells
    double.fail_next(method, fault, **planned)
    reply = {"sendMessage": HELLO, "editMessageText": OTHER, "sendPhoto": WITH_PICTURE}[method]
    problem = await refusal(channel, parcel(siti, reply, edits=first.provider_id))
    assert type(problem) is outcome
    assert {name: getattr(problem, name) for name in facts} == facts


async def test_who_has_not_started_or_has_blocked_us_is_not_reached(
    channel: TelegramChannel, double: TelegramDouble
) -> None:
    stranger, blocking = double.person("Yanti", has_started=False), double.person("Rina")
    blocking.blocks_bot()
    for woman in (stranger, blocking):
        assert type(await refusal(channel, parcel(woman))) is Blocked


async def test_a_group_that_has_moved_tells_where(channel: TelegramChannel, double: TelegramDouble) -> None:
    group = double.group("RW 05")
    moved = group.migrates()
    problem = await refusal(channel, Parcel(str(group.chat.chat_id), HELLO, "id", "token", NOON))
    assert isinstance(problem, Moved)
    assert problem.address == str(moved.chat.chat_id)


async def test_what_telegram_refuses_is_never_sent_in_this_form(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson
) -> None:
    problem = await refusal(channel, parcel(siti, Reply("long", {"text": " "})))
    assert (type(problem), problem.reason) == (Rejected, "refused")
    double.refusals.clear()


async def test_a_refused_connection_is_a_free_retry(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson
) -> None:
    double.goes_away()
    problem = await refusal(channel, parcel(siti))
    assert isinstance(problem, TryLater)
    assert (problem.counts, problem.pause_all) == (False, False)
    double.comes_back()
    await channel.send(parcel(siti))
    assert len(siti.messages) == 1


async def test_telegram_cannot_be_asked_what_it_has_sent(channel: TelegramChannel, siti: TelegramPerson) -> None:
    with pytest.raises(NotImplementedError):
        await channel.reconcile(parcel(siti))


async def test_a_file_of_hers_is_fetched(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson
) -> None:
    siti.sends_photo(PNG)
    file_id = next(iter(double.chats.files))
    assert await channel.fetch(MediaRef(file_id, "image/png"), 5_000_000) == PNG


@pytest.mark.parametrize("size", [None, 10_000_000])
async def test_a_file_of_hers_that_is_too_large_is_refused(
    channel: TelegramChannel, double: TelegramDouble, siti: TelegramPerson, size: int | None
) -> None:
    siti.sends_photo(PNG)
    with pytest.raises(Rejected, match="media_too_large"):
        await channel.fetch(MediaRef(next(iter(double.chats.files)), "image/png", size), limit=len(PNG) - 1)


async def test_a_file_of_hers_that_is_gone_is_refused(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected, match="media_gone"):
        await channel.fetch(MediaRef("unknown", "image/jpeg"), 5_000_000)


async def test_a_file_of_hers_can_be_asked_for_again(channel: TelegramChannel, double: TelegramDouble) -> None:
    double.fail_next("getFile", "500")
    with pytest.raises(TryLater):
        await channel.fetch(MediaRef("unknown", "image/jpeg"), 5_000_000)
