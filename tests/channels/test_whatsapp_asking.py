"""What the channel asks of Twilio: what became of a send, what was missed, files; and who really asked us."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from starlette.datastructures import FormData
from twilio.request_validator import (
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
)

from bot.channels.base import Rejected, TryLater, Uncertain
from bot.channels.whatsapp import WhatsAppChannel
from bot.conversation.heard import Kind, MediaRef
from bot.conversation.reply import Reply
from tests.channels.whatsapp_parts import CONSENT, HER, REMINDER, channel_at, parcel
from tests.doubles.faults import FaultKind
from tests.doubles.twilio import TwilioDouble
from tests.doubles.twilio_people import TwilioPerson

POSTED = Path(__file__).parents[1] / "payloads" / "whatsapp" / "posted_form.txt"
PATH = "/whatsapp/webhook?a=1"


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double
        assert double.violations == []


@pytest.fixture
def siti(double: TwilioDouble) -> TwilioPerson:
    return double.person(f"whatsapp:{HER}", heard=True)


@pytest.fixture
def known() -> set[str]:
    """Message SIDs that rows have."""
    return set()


@pytest.fixture
async def channel(double: TwilioDouble, known: set[str]) -> AsyncIterator[WhatsAppChannel]:
    channel = channel_at(double, known)
    yield channel
    await channel.close()


@pytest.mark.parametrize("reply", [CONSENT, Reply("long", {"text": "halo *semua*"})])
async def test_a_send_without_answer_is_found_again(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson, known: set[str], reply: Reply
) -> None:
    mine = parcel(reply, double)
    known.add((await channel.send(mine)).provider_id)  # the same words, sent a moment ago by another row
    double.fail_next("Messages.create", FaultKind.RESET_AFTER_ACCEPT)
    with pytest.raises(Uncertain):
        await channel.send(mine)
    assert await channel.reconcile(mine) == siti.last.sid
    known.add(siti.last.sid)
    assert await channel.reconcile(mine) is None


async def test_a_send_that_never_arrived_is_not_found(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    await channel.send(parcel(Reply("long", {"text": "lain"}), double))
    double.fail_next("Messages.create", FaultKind.RESET_BEFORE)
    with pytest.raises(Uncertain):
        await channel.send(parcel(CONSENT, double))
    assert await channel.reconcile(parcel(CONSENT, double)) is None


async def test_what_was_sent_long_before_the_row_is_not_it(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    await channel.send(parcel(CONSENT, double))
    double.clock.advance(hours=1)
    assert await channel.reconcile(parcel(CONSENT, double)) is None


async def test_a_message_that_fell_back_to_numbers_is_found(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    double.fail_next("Content.create", FaultKind.ERROR)
    sent = await channel.send(parcel(CONSENT, double))
    assert await channel.reconcile(parcel(CONSENT, double)) == sent.provider_id


async def test_a_template_is_found_by_its_values(double: TwilioDouble) -> None:
    double.person(f"whatsapp:{HER}")
    body = "Halo {{1}}, {{2}} ada kegiatan {{3}}: {{4}} di {{5}}. Sampai jumpa, kami tunggu Ibu di sana."
    channel = channel_at(double, templates={"reminder": double.template(body)})
    mine = parcel(REMINDER, double, window_open=False)
    sent = await channel.send(mine)
    assert await channel.reconcile(mine) == sent.provider_id
    other = replace(mine, reply=replace(REMINDER, values={**REMINDER.values, "event": "Memasak"}))
    assert await channel.reconcile(other) is None
    await channel.close()


async def test_a_shorter_template_is_found_by_what_it_shows(double: TwilioDouble) -> None:
    double.person(f"whatsapp:{HER}")
    sid = double.template("Halo {{1}}, sampai jumpa di sana ya.")
    channel = channel_at(double, templates={"reminder": sid})
    mine = parcel(REMINDER, double, window_open=False)
    sent = await channel.send(mine)
    assert await channel.reconcile(mine) == sent.provider_id
    await channel.close()


async def test_where_twilio_cannot_be_asked_it_is_asked_later(channel: WhatsAppChannel, double: TwilioDouble) -> None:
    double.fail_next("Messages.list", FaultKind.ERROR)
    with pytest.raises(TryLater):
        await channel.reconcile(parcel(CONSENT, double))


async def test_missed_messages_are_listed_oldest_first(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    siti.says("kemarin dulu")
    double.clock.advance(hours=2)
    start = double.clock.now()
    await channel.send(parcel(CONSENT, double))
    sids = [siti.says(f"pesan {number}") for number in range(250)]
    voice = siti.sends_voice()
    heard = await channel.missed(start)
    assert [h.message_id for h in heard if h.kind is Kind.TEXT] == sids
    assert [h.text for h in heard][:2] == ["pesan 0", "pesan 1"]
    (note,) = [h for h in heard if h.kind is Kind.VOICE]
    assert (note.message_id, note.address, note.account) == (voice, HER, double.sender)
    assert note.at - start < timedelta(minutes=1)
    assert note.media is not None
    assert await channel.fetch(note.media, 100) == b"OggS" + bytes(60)


async def test_files_are_fetched_within_limits(
    channel: WhatsAppChannel, double: TwilioDouble, siti: TwilioPerson
) -> None:
    sid = siti.sends_photo(b"x" * 1000)
    media = MediaRef(double.message(sid).given["MediaUrl0"], "image/jpeg")
    assert await channel.fetch(media, 1000) == b"x" * 1000
    with pytest.raises(Rejected, match="media_too_large"):
        await channel.fetch(media, 999)
    with pytest.raises(Rejected, match="media_gone"):
        await channel.fetch(MediaRef(f"{double.url}/2010-04-01/nothing", "image/jpeg"), 10)
    double.refusals.clear()  # that one address which is none


async def test_our_password_goes_to_twilio_only(double: TwilioDouble, siti: TwilioPerson) -> None:
    channel = channel_at(double, api_base_url="")
    with pytest.raises(Rejected, match="media_gone"):
        await channel.fetch(MediaRef(f"{double.url}/file", "image/jpeg"), 10)
    await channel.close()


def posted() -> FormData:
    pairs = parse_qsl(POSTED.read_text("utf-8").strip(), keep_blank_values=True)
    return FormData(dict(pairs))


def signed(channel_url: str, double: TwilioDouble, algorithm: str | None = None) -> dict[str, str]:
    signature = RequestValidator(double.auth_token).compute_signature(channel_url + PATH, posted(), algorithm)
    settings = {SIGNATURE_SETTINGS_HEADER: f"key=webhooks_sharedkey_1,algorithm={algorithm}"}
    return {SIGNATURE_HEADER: signature} | (settings if algorithm else {})


@pytest.mark.parametrize("algorithm", [None, HMAC_SHA256])
async def test_twilios_own_signature_is_known(double: TwilioDouble, algorithm: str | None) -> None:
    channel = channel_at(double, public_url="https://berdaya.example/bot/")
    headers = signed("https://berdaya.example/bot", double, algorithm)
    assert channel.verify(PATH, posted(), headers)
    assert channel.verify(f"http://127.0.0.1:8000{PATH}", posted(), headers)
    assert channel.verify(PATH, posted(), {name.lower(): value for name, value in headers.items()})


async def test_any_other_signature_is_refused(double: TwilioDouble) -> None:
    channel = channel_at(double, public_url="https://berdaya.example")
    headers = signed("https://berdaya.example", double)
    assert not channel.verify(PATH, posted(), {})
    assert not channel.verify(PATH, posted(), signed("https://somebody.example", double))
    assert not channel.verify("/whatsapp/webhook?a=2", posted(), headers)
    assert not channel.verify(PATH, FormData([*posted().multi_items(), ("Body", "x")]), headers)
    assert not channel.verify(PATH, posted(), {SIGNATURE_HEADER: "möp"})
    settings = {SIGNATURE_SETTINGS_HEADER: "key=1,algorithm=ROT13"}
    assert not channel.verify(PATH, posted(), headers | settings)
