"""A message the provider took and then could not deliver, because her window was closed, goes once more by template."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.base import DeliveryStatus, Sent
from bot.delivery import statuses
from bot.delivery.claims import Terms, claim
from bot.delivery.inbox import Outgoing
from bot.delivery.results import Ledger, Result
from bot.delivery.wording import WINDOW_MARGIN
from bot.jobs import JOBS
from models import broadcasting, notices, outbox
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import MessageClass, OutboxMessage, ParkedStatus, Status
from models.people import Contact
from models.seats import enrol, leave
from tests.models.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def sends(world: World, provider_id: str) -> list[Outgoing]:
    """Everything due is claimed and accepted."""
    with world.writes() as session:
        rows = claim(session, Terms("whatsapp", "test", world.programme, True), world.now, 100, 100)
    with world.writes() as session:
        Ledger("test", world.programme).record(
            session, [Result(row, Sent(f"{provider_id}{row.id}"), world.now) for row in rows]
        )
    return rows


def fails(world: World, row: Outgoing, provider_id: str) -> None:
    """The provider's late word on one try."""
    word = DeliveryStatus("whatsapp", row.token, provider_id, "failed", "window_closed")
    world.do(statuses.apply, word)


def the_row(world: World) -> OutboxMessage:
    return world.look(lambda session: session.scalars(sa.select(OutboxMessage)).one())


def noticed(world: World, message_class: MessageClass = MessageClass.NOTICE) -> Outgoing:
    siti = world.person("Siti", "whatsapp")
    with world.writes() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.person_id == siti)).one()
        outbox.put(session, contact, message_class, notices.content("question.answer", text="Ya."), world.now)
    (row,) = sends(world, "SM1-")
    return row


def test_it_goes_once_more_outside_the_window_and_then_never_again(world: World) -> None:
    first = noticed(world)
    assert not first.outside_window
    fails(world, first, "SM1-1")
    assert the_row(world).status == Status.QUEUED
    (second,) = sends(world, "SM2-")
    assert second.outside_window
    assert second.last_heard_at is not None
    assert world.now - second.last_heard_at >= timedelta(hours=24) - WINDOW_MARGIN  # so the channel takes a template
    fails(world, first, "SM1-1")  # the provider repeats what it said of the first try
    assert (the_row(world).status, the_row(world).provider_id) == (Status.ACCEPTED, "SM2-1")
    assert world.look(lambda session: session.scalar(sa.select(sa.func.count()).select_from(ParkedStatus))) == 1
    fails(world, second, "SM2-1")
    assert (the_row(world).status, the_row(world).error) == (Status.FAILED, "window_closed")


def test_a_reply_has_no_template_and_ends(world: World) -> None:
    fails(world, noticed(world, MessageClass.REPLY), "SM1-1")
    assert (the_row(world).status, the_row(world).error) == (Status.FAILED, "window_closed")


def counts(world: World, broadcast_id: int) -> dict[str, int]:
    return dict(world.look(lambda session: broadcasting.progress(session, broadcast_id)).counts)


def test_a_broadcasts_counts_add_up_all_the_way(world: World) -> None:
    world.person("Siti", "whatsapp", news=True)
    sent = world.do(broadcasting.create, world.ratna, "all", notices.announcement("Ada kelas."), world.now)
    for _ in range(2):
        world.do(JOBS["broadcasts"])
    (first,) = sends(world, "SM1-")
    world.do(JOBS["broadcasts"])
    assert world.get(Broadcast, sent.id).status == BroadcastStatus.FINISHED
    fails(world, first, f"SM1-{first.id}")
    assert counts(world, sent.id) == {"queued": 1}
    (second,) = sends(world, "SM2-")
    assert counts(world, sent.id) == {"accepted": 1}
    fails(world, second, f"SM2-{second.id}")
    assert counts(world, sent.id) == {"failed": 1}


def test_nothing_more_of_a_stopped_broadcast_goes_out(world: World) -> None:
    world.person("Siti", "whatsapp", news=True)
    sent = world.do(broadcasting.create, world.ratna, "all", notices.announcement("Ada kelas."), world.now)
    for _ in range(2):
        world.do(JOBS["broadcasts"])
    (first,) = sends(world, "SM1-")
    world.do(broadcasting.cancel, world.ratna, sent.id)
    fails(world, first, f"SM1-{first.id}")
    assert the_row(world).status == Status.FAILED


def test_the_time_to_answer_an_offer_begins_with_the_second_try(world: World) -> None:
    siti, wati = world.person("Siti"), world.person("Wati", "whatsapp")
    sewing = world.event(capacity=1)
    for woman in (siti, wati):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    (first,) = sends(world, "SM1-")
    told = world.enrolment(wati, sewing).offer_expires_at
    world.passes(minutes=30)
    fails(world, first, f"SM1-{first.id}")
    assert world.enrolment(wati, sewing).offer_expires_at is None
    sends(world, "SM2-")
    again = world.enrolment(wati, sewing).offer_expires_at
    assert told is not None
    assert again == told + timedelta(minutes=30)
