"""What becomes of a message that is sent: every outcome of the contract, in order, and after a crash."""

import asyncio
import time
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.base import Blocked, ChannelDown, Rejected, TryLater, Uncertain, WindowClosed
from bot.delivery.inbox import LEASE, Outgoing
from bot.delivery.results import Ledger, Result, recover
from models.database import writing
from models.messages import MessageClass, OutboxMessage, Status
from models.people import Contact, OptOut
from tests.delivery.conftest import Office, Scripted


async def test_a_message_is_accepted_and_ends(office: Office) -> None:
    row = office.puts(office.contact())
    await office.until(lambda: office.row(row).status is Status.ACCEPTED)
    assert (office.row(row).provider_id, office.row(row).attempts) == ("m1", 1)


async def test_what_the_provider_put_off_is_sent_again_and_is_no_attempt(office: Office) -> None:
    office.channel.outcomes = [TryLater("rate", 3, pause_all=False, counts=False)]
    row = office.puts(office.contact())
    await office.until(lambda: len(office.channel.sent) == 1 and office.row(row).status is Status.QUEUED)
    assert office.row(row).attempts == 0
    office.passes(seconds=4)
    await office.until(lambda: office.row(row).status is Status.ACCEPTED)
    assert len(office.channel.sent) == 2


async def test_a_permanent_refusal_ends_at_once_with_its_reason(office: Office) -> None:
    office.channel.outcomes = [Rejected("bad_address")]
    row = office.puts(office.contact())
    await office.until(lambda: office.row(row).status is Status.FAILED)
    assert office.row(row).error == "bad_address"


async def test_a_blocked_contact_gets_nothing_more(office: Office) -> None:
    office.channel.outcomes = [Blocked("blocked")]
    siti = office.contact()
    first = office.puts(siti)
    await office.until(lambda: office.row(first).status is Status.FAILED)
    second = office.puts(siti)
    await office.until(lambda: office.row(second).status is Status.FAILED)
    assert len(office.channel.sent) == 1
    assert office.row(second).error == "blocked"


async def test_an_unknown_outcome_is_never_repeated_blindly_and_on_telegram_once_only(office: Office) -> None:
    office.channel.outcomes = [Uncertain("timeout"), Uncertain("timeout")]
    row = office.puts(office.contact())
    await office.until(lambda: office.row(row).status is Status.UNCERTAIN)
    office.passes(seconds=2)
    await office.until(lambda: office.row(row).uncertain_episodes == 2)
    office.passes(seconds=2)
    await office.until(lambda: office.row(row).status is Status.FAILED)
    assert (len(office.channel.sent), office.row(row).error) == (2, "unknown_outcome")


async def test_where_the_provider_can_be_asked_a_message_it_has_is_not_sent_again(database: sa.Engine) -> None:
    office = Office(database, Scripted("whatsapp", outcomes=[Uncertain("timeout")]), asked=frozenset({"whatsapp"}))
    async for _ in office.runs():
        row = office.puts(office.contact())
        await office.until(lambda: office.row(row).status is Status.UNCERTAIN)
        office.channel.at_provider = "SM1"
        office.passes(seconds=11)
        await office.until(lambda: office.row(row).status is Status.ACCEPTED)
        assert (len(office.channel.sent), office.row(row).provider_id) == (1, "SM1")


async def test_a_reply_that_must_wait_holds_back_those_behind_it(office: Office) -> None:
    siti = office.contact()
    office.channel.outcomes = [TryLater("hiccup", 5)]
    first = office.puts(siti, MessageClass.REPLY)
    second = office.puts(siti, MessageClass.REPLY)
    await office.until(lambda: office.row(first).error == "hiccup")
    await asyncio.sleep(0)
    assert office.row(second).status is Status.QUEUED
    office.passes(seconds=6)
    await office.until(lambda: office.row(second).status is Status.ACCEPTED)
    assert [parcel.token for parcel in office.channel.sent[1:]] == [office.row(first).token, office.row(second).token]


async def test_opting_out_reaches_what_is_already_waiting(office: Office) -> None:
    siti = office.contact()
    row = office.puts(siti, not_before=office.now.replace(hour=6))
    office.changes(lambda s: s.execute(sa.update(Contact).where(Contact.id == siti).values(opt_out=OptOut.ALL)))
    office.passes(hours=2)
    await office.until(lambda: office.row(row).status is Status.CANCELLED)
    assert (office.row(row).error, office.channel.sent) == ("opted_out", [])


async def test_quiet_hours_hold_back_reminders_but_not_replies(office: Office) -> None:
    office.passes(hours=10)  # 22.00 WIB
    siti, rina = office.contact(), office.contact("rina")
    reminder, reply = office.puts(siti, MessageClass.REMINDER), office.puts(rina, MessageClass.REPLY)
    await office.until(lambda: office.row(reply).status is Status.ACCEPTED)
    assert office.row(reminder).status is Status.QUEUED
    office.passes(hours=9)  # 07.00 WIB
    await office.until(lambda: office.row(reminder).status is Status.ACCEPTED)


async def test_what_comes_too_late_expires_visibly(office: Office) -> None:
    row = office.puts(office.contact(), expires_at=office.now)
    await office.until(lambda: office.row(row).status is Status.EXPIRED)
    assert office.channel.sent == []


async def test_a_refused_account_pauses_the_channel_with_one_alarm_and_drops_nothing(office: Office) -> None:
    office.channel.outcomes = [ChannelDown("token_revoked"), ChannelDown("token_revoked")]
    rows = [office.puts(office.contact("a")), office.puts(office.contact("b"))]
    await office.until(lambda: office.alarms != [] and all(office.row(r).status is Status.QUEUED for r in rows))
    assert office.alarms == ["telegram: token_revoked"]


async def test_outside_the_window_the_channel_is_told_so(database: sa.Engine) -> None:
    office = Office(database, Scripted("whatsapp", window_hours=24, outcomes=[WindowClosed("window_closed")]))
    async for _ in office.runs():
        siti = office.contact()
        office.passes(hours=24)
        row = office.puts(siti)
        await office.until(lambda: office.row(row).status is Status.FAILED)
        assert not office.channel.sent[0].window_open
        assert office.row(row).error == "window_closed"


async def test_after_a_crash_what_was_being_sent_is_uncertain(office: Office) -> None:
    office.channel.gate = asyncio.Event()
    row = office.puts(office.contact())
    await office.until(lambda: len(office.channel.sent) == 1)
    assert office.row(row).status is Status.SENDING
    with writing(office.database) as session:  # another process starts on the same file
        assert recover(session, office.now, everything=True) == 1
    assert (office.row(row).status, office.row(row).uncertain_episodes) == (Status.UNCERTAIN, 1)
    office.channel.gate.set()
    office.channel.gate = None
    office.passes(seconds=2)
    await office.until(lambda: office.row(row).status is Status.ACCEPTED)


async def test_who_lost_the_lease_has_nothing_to_say(office: Office) -> None:
    office.channel.gate = asyncio.Event()
    row = office.puts(office.contact())
    await office.until(lambda: len(office.channel.sent) == 1)
    take = sa.update(OutboxMessage).where(OutboxMessage.id == row).values(lease_by="another")
    office.changes(lambda s: s.execute(take))
    office.channel.gate.set()
    await office.until(lambda: not office.lane.chains)
    await office.writer.run(lambda session: None)
    assert office.row(row).lease_by == "another"


async def test_replies_overtake_notices_reminders_and_broadcasts(database: sa.Engine) -> None:
    office = Office(database, Scripted(), rate=1)
    kinds = [MessageClass.BROADCAST, MessageClass.REMINDER, MessageClass.NOTICE, MessageClass.REPLY]
    rows = [office.puts(office.contact(kind.name), kind) for kind in kinds]
    async for _ in office.runs():
        await office.until(lambda: all(office.row(row).status is Status.ACCEPTED for row in rows))
    assert [parcel.address for parcel in office.channel.sent] == ["REPLY", "NOTICE", "REMINDER", "BROADCAST"]


async def test_a_result_that_cannot_be_written_holds_back_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Ledger.record

    def breaks_on_poison(ledger: Ledger, session: Session, results: Sequence[Result]) -> None:
        if any(result.outgoing.address == "poison" for result in results):
            raise RuntimeError("poison")
        record(ledger, session, results)

    monkeypatch.setattr(Ledger, "record", breaks_on_poison)
    office.puts(office.contact("poison"))
    good = office.puts(office.contact("siti"))
    await office.until(lambda: office.row(good).status is Status.ACCEPTED)


async def test_a_message_whose_lease_is_nearly_over_is_handed_back_unsent(office: Office) -> None:
    siti = office.contact()
    old = Outgoing(
        1, siti, "telegram", "siti", MessageClass.NOTICE, {"key": "other.thanks", "values": {}}, "id", "token", None,
        office.now, since=time.monotonic() - LEASE.total_seconds(),
    )  # fmt: skip
    office.sender.take([old])
    await office.until(lambda: not office.lane.chains)
    assert office.channel.sent == []


async def test_a_slow_down_lowers_the_rate_of_the_sender(database: sa.Engine) -> None:
    slow = TryLater("too_many_requests", 0.01, pause_all=True, counts=False)
    office = Office(database, Scripted(outcomes=[slow]), rate=100)
    async for _ in office.runs():
        row = office.puts(office.contact())
        await office.until(lambda: len(office.channel.sent) == 1 and office.row(row).status is Status.QUEUED)
        assert office.lane.pacer.rate_at(time.monotonic()) == 70
        office.passes(seconds=1)
        await office.until(lambda: office.row(row).status is Status.ACCEPTED)
        assert office.row(row).attempts == 1  # what the provider asked us to repeat is no attempt
