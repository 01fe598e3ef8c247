"""Sends against the Twilio double: every form, Content resources, the window, templates, every failure."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import (
    Blocked,
    ChannelDown,
    NotSent,
    OptedOut,
    Rejected,
    TryLater,
    Uncertain,
    WindowClosed,
)
from bot.channels.whatsapp import WhatsAppChannel
from bot.conversation.reply import Choice, Document, Place, Reply
from tests.channels.whatsapp_parts import CONSENT, EVENTS, HER, REMINDER, Notebook, channel_at, parcel
from tests.doubles.faults import FaultKind
from tests.doubles.server import Server
from tests.doubles.twilio import TwilioDouble
from tests.doubles.twilio_people import JPEG, TwilioPerson

CLOSED: dict[str, Any] = {"window_open": False}


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double
        assert double.violations == []


@pytest.fixture
def siti(double: TwilioDouble) -> TwilioPerson:
    return double.person(f"whatsapp:{HER}", heard=True)


@pytest.fixture
def memory() -> Notebook:
    return Notebook()


@pytest.fixture
async def channel(double: TwilioDouble, memory: Notebook) -> AsyncIterator[WhatsAppChannel]:
    channel = channel_at(double, memory=memory)
    yield channel
    await channel.close()


async def test_buttons_arrive_and_carry_our_actions(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    sent = await channel.send(parcel(CONSENT, double))
    message = await siti.awaits("Boleh saya simpan data Ibu?")
    assert message.sid == sent.provider_id
    assert message.buttons == [
        ("Boleh", "consent:yes"),
        ("Baca dulu", "consent:read"),
        ("Tidak", "consent:no"),
    ]
    assert sent.shown is not None
    assert sent.shown.choices[0] == ("consent:yes", "Boleh")
    assert message.given["StatusCallback"] == "http://127.0.0.1:9/berdaya/whatsapp/status/t0k3n"


async def test_a_list_arrives_with_second_lines(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    await channel.send(parcel(EVENTS, double))
    message = await siti.awaits("kegiatan menjahit")
    assert message.list_button == "Pilih"
    assert message.labels == ["Menjahit Dasar", "Jahit Pakaian Pesanan P…", "Menu"]
    assert message.rows[0][0].description == "Sab 28 Nov, 09.00, Cipondoh"
    assert message.text.endswith("_Ketik BATAL untuk berhenti._")


async def test_one_resource_serves_every_sentence_of_its_shape(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson, memory: Notebook
) -> None:
    for reply in (CONSENT, replace(CONSENT, key="consent.again"), CONSENT):
        await channel.send(parcel(reply, double))
        await channel.send(parcel(reply, double, language="en"))
    assert len(double.contents.by_sid) == 1
    assert list(memory.kept.values()) == list(double.contents.by_sid)
    await channel.send(parcel(EVENTS, double))
    assert len(double.contents.by_sid) == 2


async def test_messages_at_the_same_moment_create_one_resource(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    await asyncio.gather(*(channel.send(parcel(CONSENT, double)) for _ in range(20)))
    assert len(double.contents.by_sid) == 1
    assert len(siti.messages) == 20


async def test_a_restart_remembers_resources(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson, memory: Notebook
) -> None:
    await channel.send(parcel(CONSENT, double))
    again = channel_at(double, memory=memory)
    await again.send(parcel(CONSENT, double))
    await again.close()
    assert len(double.contents.by_sid) == 1


@pytest.mark.parametrize("kind", [FaultKind.ERROR, FaultKind.RATE, FaultKind.REFUSED, FaultKind.RESET_BEFORE])
async def test_without_a_resource_the_choices_are_numbers(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson, kind: FaultKind
) -> None:
    double.fail_next("Content.create", kind)
    sent = await channel.send(parcel(CONSENT, double))
    message = await siti.awaits("1. Boleh\n2. Baca dulu\n3. Tidak")
    assert message.rows == ()
    assert sent.shown is not None
    assert sent.shown.action_for("2", 2) == "consent:read"


async def test_an_ill_content_service_is_left_alone_for_a_while(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    double.fail_next("Content.create", FaultKind.ERROR)
    for _ in range(3):
        await channel.send(parcel(CONSENT, double))
    assert len(double.contents.by_sid) == 0
    double.clock.advance(minutes=2)
    await channel.send(parcel(CONSENT, double))
    assert siti.last.labels == ["Boleh", "Baca dulu", "Tidak"]


async def test_a_deleted_resource_is_made_anew(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    await channel.send(parcel(CONSENT, double))
    double.contents.by_sid.clear()
    await channel.send(parcel(CONSENT, double))
    assert "1. Boleh" in siti.last.text
    await channel.send(parcel(CONSENT, double))
    assert siti.last.labels == ["Boleh", "Baca dulu", "Tidak"]
    double.refusals.clear()  # the one send that named the deleted resource


async def test_nasty_words_pass_as_variables(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    words = 'a\tb      c\n\n\n\n  {{1}} {x} \\ "q" 😊\r\n*tebal*   \n'
    await channel.send(parcel(Reply("long", {"text": words}, choices=(Choice("menu", "Menu"),)), double))
    assert siti.last.text == 'a b    c\n\n{{1}} {x} \\ "q" 😊\n∗tebal∗'
    assert siti.last.labels == ["Menu"]


async def test_a_place_arrives_as_a_pin(channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson) -> None:
    place = Place(-6.1812, 106.6723, "Balai Warga", "Poris Plawad")
    await channel.send(parcel(Reply("event.place", {"vocative": "Bu"}, place=place), double))
    assert siti.last.venue is not None
    assert (siti.last.venue.latitude, siti.last.venue.title) == (-6.1812, "Balai Warga, Poris Plawad")
    assert siti.last.text == "Tempatnya di sini, Bu."


class Shelf(Server):
    """Serves one picture and one file, as the program's own pages do."""

    def application(self) -> Any:
        from aiohttp import web

        async def picture(_: web.Request) -> web.Response:
            return web.Response(body=JPEG, content_type="image/jpeg")

        app = web.Application()
        app.router.add_get("/media/{token}", picture)
        return app

    def opened(self) -> None:
        """Nothing to resume."""


async def test_a_picture_arrives(double: TwilioDouble, siti: TwilioPerson) -> None:
    with Shelf() as shelf:
        channel = channel_at(double, public_url=shelf.url)
        await channel.send(parcel(replace(CONSENT, image="/media/t0k3n"), double))
        message = await siti.awaits("1. Boleh")
        await channel.close()
    assert message.photo is not None
    assert message.photo.data == JPEG


async def test_a_calendar_is_a_link(channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson) -> None:
    document = Document("/calendar/abc.ics", "jadwal.ics", "text/calendar")
    await channel.send(parcel(Reply("schedule.file", {"you": "Ibu"}, document=document), double))
    assert siti.last.text == "Ini jadwal Ibu.\n\nhttp://127.0.0.1:9/berdaya/calendar/abc.ics"


async def test_a_closed_window_without_template_sends_nothing(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    with pytest.raises(WindowClosed, match="window_closed"):
        await channel.send(parcel(REMINDER, double, **CLOSED))
    assert double.sent == []


async def test_a_template_carries_values_and_actions(double: TwilioDouble) -> None:
    siti = double.person(f"whatsapp:{HER}")
    body = "Halo {{1}}, {{2}} ada {{3}}: {{4}} di {{5}}. Ibu bisa datang atau tidak bisa, kabari ya."
    sid = double.template(body, {"{{6}}": "Bisa", "{{7}}": "Tidak bisa"}, "reminder_id")
    channel = channel_at(double, templates={"reminder": sid})
    sent = await channel.send(parcel(REMINDER, double, **CLOSED))
    await channel.close()
    message = siti.last
    assert message.is_template
    assert "Halo Bu Siti, besok ada Menjahit Dasar: Sabtu, pukul 09.00 di Balai Warga." in message.text
    assert message.buttons == [("Bisa", "attend:7:yes"), ("Tidak bisa", "attend:7:no")]
    assert sent.shown is not None
    assert sent.shown.choices == (("attend:7:yes", "Bisa"), ("attend:7:no", "Tidak bisa"))


async def test_a_shorter_template_gets_only_what_it_has_room_for(double: TwilioDouble) -> None:
    siti = double.person(f"whatsapp:{HER}")
    sid = double.template("Halo {{1}}, kegiatannya {{2}}. Sampai jumpa di sana ya.", {"yes": "Ya"})
    channel = channel_at(double, templates={"reminder": sid})
    for _ in range(2):
        sent = await channel.send(parcel(REMINDER, double, **CLOSED))
    await channel.close()
    assert siti.last.text == "Halo Bu Siti, kegiatannya besok. Sampai jumpa di sana ya."
    assert sent.shown is not None
    assert sent.shown.action_for("ya", None) == "attend:7:yes"


async def test_a_template_in_her_language_is_preferred(double: TwilioDouble) -> None:
    siti = double.person(f"whatsapp:{HER}")
    names = {"reminder": double.template("Sampai besok ya."), "reminder_en": double.template("See you.")}
    channel = channel_at(double, templates=names)
    await channel.send(parcel(REMINDER, double, language="en", **CLOSED))
    await channel.send(parcel(REMINDER, double, **CLOSED))
    await channel.close()
    assert [message.text for message in siti.messages] == ["See you.", "Sampai besok ya."]


async def test_where_twilio_does_not_show_the_template_its_written_form_is_used(double: TwilioDouble) -> None:
    siti = double.person(f"whatsapp:{HER}")
    sid = double.template("Kabar untuk {{1}} dari kami: {{2}} Sampai jumpa ya.")
    double.fail_next("Content.fetch", FaultKind.ERROR)
    double.fail_next("Content.list", FaultKind.ERROR)
    channel = channel_at(double, templates={"announcement": sid})
    values = {"called": "Bu Siti", "text": "Ada pelatihan\n\nbaru."}
    await channel.send(parcel(Reply("broadcast.text", values), double, **CLOSED))
    await channel.close()
    assert siti.last.text == "Kabar untuk Bu Siti dari kami: Ada pelatihan baru. Sampai jumpa ya."


async def test_a_window_that_twilio_sees_closed_is_answered_by_the_template(double: TwilioDouble) -> None:
    siti = double.person(f"whatsapp:{HER}", heard=True)
    channel = channel_at(double, templates={"reminder": double.template("Sampai besok ya.")})
    double.fail_next("Messages.create", FaultKind.REFUSED, code=63016)
    await channel.send(parcel(REMINDER, double))
    await channel.close()
    assert siti.last.text == "Sampai besok ya."


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (63018, TryLater, "rate_limited"),
        (63017, TryLater, "rate_limited"),
        (63012, TryLater, "provider_trouble"),
        (63023, TryLater, "provider_trouble"),
        (63049, TryLater, "held_back"),
        (63032, TryLater, "held_back"),
        (63016, WindowClosed, "window_closed"),
        (63024, Blocked, "blocked"),
        (63014, Blocked, "blocked"),
        (21610, OptedOut, "opted_out"),
        (63003, Rejected, "bad_address"),
        (21211, Rejected, "bad_address"),
        (63013, Rejected, "template_fault"),
        (63030, Rejected, "template_fault"),
        (63015, Rejected, "sandbox_not_joined"),
        (63008, ChannelDown, "account_refused"),
        (63020, ChannelDown, "account_refused"),
        (12345, Rejected, "refused"),
    ],
)
async def test_a_refusal_names_its_class(
    channel: WhatsAppChannel,
    double: TwilioDouble,
    siti: TwilioPerson,
    code: int,
    kind: type[NotSent],
    reason: str,
) -> None:
    double.fail_next("Messages.create", FaultKind.REFUSED, code=code)
    with pytest.raises(kind) as refusal:
        await channel.send(parcel(Reply("long", {"text": "halo"}), double))
    assert refusal.value.reason == reason
    assert siti.messages == ()


async def test_pace_stops_everybody_and_meta_only_her(channel: WhatsAppChannel, double: TwilioDouble) -> None:
    double.fail_next("Messages.create", FaultKind.REFUSED, code=63018)
    double.fail_next("Messages.create", FaultKind.REFUSED, code=63049)
    plain = parcel(Reply("long", {"text": "halo"}), double)
    with pytest.raises(TryLater) as pace:
        await channel.send(plain)
    with pytest.raises(TryLater) as meta:
        await channel.send(plain)
    assert pace.value.pause_all
    assert not meta.value.pause_all
    assert meta.value.after >= timedelta(hours=1).total_seconds()


async def test_too_many_is_no_attempt_and_waits_as_told(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    double.fail_next("Messages.create", FaultKind.RATE, times=1, retry_after=7)
    double.fail_next("Messages.create", FaultKind.RATE, times=6)
    waits = []
    for _ in range(7):
        with pytest.raises(TryLater, match="too_many_requests") as busy:
            await channel.send(parcel(Reply("long", {"text": "halo"}), double))
        assert (busy.value.counts, busy.value.pause_all) == (False, True)
        waits.append(busy.value.after)
        double.clock.advance(seconds=busy.value.after)
    assert waits[0] == 7
    assert 16 <= waits[5] <= 48  # doubled five times, with jitter
    await channel.send(parcel(Reply("long", {"text": "halo"}), double))


async def test_refusals_of_one_moment_count_as_one(channel: WhatsAppChannel, double: TwilioDouble) -> None:
    double.fail_next("Messages.create", FaultKind.RATE, times=8)
    waits = []
    for _ in range(8):
        with pytest.raises(TryLater) as busy:
            await channel.send(parcel(Reply("long", {"text": "halo"}), double))
        waits.append(busy.value.after)
    assert max(waits) <= 1.5


@pytest.mark.parametrize("kind", [FaultKind.ERROR, FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER_ACCEPT])
async def test_an_unknown_outcome_is_uncertain(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson, kind: FaultKind
) -> None:
    double.fail_next("Messages.create", kind)
    with pytest.raises(Uncertain):
        await channel.send(parcel(Reply("long", {"text": "halo"}), double))
    assert len(siti.messages) == (kind is FaultKind.RESET_AFTER_ACCEPT)


async def test_a_silent_provider_is_uncertain(double: TwilioDouble, siti: TwilioPerson) -> None:
    double.fail_next("Messages.create", FaultKind.TIMEOUT_AFTER_ACCEPT)
    channel = channel_at(double, answer_within=0.2)
    with pytest.raises(Uncertain):
        await channel.send(parcel(Reply("long", {"text": "halo"}), double))
    await channel.close()
    assert len(siti.messages) == 1


async def test_a_refused_connection_is_a_free_retry(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    double.goes_away()
    with pytest.raises(TryLater, match="no_connection") as refused:
        await channel.send(parcel(CONSENT, double))
    assert not refused.value.counts
    double.comes_back()
    double.clock.advance(minutes=2)
    await channel.send(parcel(CONSENT, double))
    assert siti.last.labels == ["Boleh", "Baca dulu", "Tidak"]


async def test_a_wrong_token_stops_the_channel(double: TwilioDouble) -> None:
    channel = channel_at(double, auth_token="wrong")
    with pytest.raises(ChannelDown, match="account_refused"):
        await channel.open()
    with pytest.raises(ChannelDown, match="account_refused"):
        await channel.send(parcel(Reply("long", {"text": "halo"}), double))
    await channel.close()


async def test_opening_checks_the_account(channel: WhatsAppChannel, double: TwilioDouble) -> None:
    await channel.open()
    assert await channel.check() == double.sender
    double.fail_next("Messages.list", FaultKind.ERROR)
    with pytest.raises(TryLater):
        await channel.open()


async def test_the_answers_of_a_late_failure_come_by_status(channel: WhatsAppChannel, double: TwilioDouble) -> None:
    double.person(f"whatsapp:{HER}")
    sent = await channel.send(parcel(Reply("long", {"text": "halo"}), double))
    message = double.message(sent.provider_id)
    form = {"MessageSid": message.sid, "MessageStatus": "undelivered", "ErrorCode": "63016"}
    word = channel.status("t0k3n", form)
    assert word is not None
    assert (word.status, word.error) == ("failed", "window_closed")


async def test_variables_are_what_twilio_reads(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    await channel.send(parcel(CONSENT, double))
    variables = json.loads(siti.last.given["ContentVariables"])
    assert list(variables.values())[:2] == ["Halo, selamat datang.", "Boleh saya simpan data Ibu?"]
