"""Letting go: what may be kept is kept, and no longer."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.jobs import retention
from models.handover import ask, close
from models.invitations import create as invite
from models.links import calendar_token
from models.messages import (
    FailedStep,
    InboxEntry,
    MessageClass,
    MessageCount,
    OutboxMessage,
    ParkedStatus,
    QuarantinedMessage,
    Status,
)
from models.office import InviteCode, Link, QuestionLine
from models.outbox import put
from models.people import Contact
from models.retention import Retention
from models.seats import enrol, leave
from tests.models.world import World


def rows(world: World, table: Any) -> int:
    return world.look(lambda s: s.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def sent(world: World, contact: int, **more: Any) -> int | None:
    message = {"key": "menu", "values": {"name": "Siti"}}
    ended: dict[str, Any] = {"status": Status.ACCEPTED, "ended_at": world.now}
    with world.writes() as session:
        return put(session, session.get_one(Contact, contact), MessageClass.REPLY, message, world.now, **ended | more)


def test_an_address_without_a_yes_is_gone_a_day_after_her_last_message(world: World) -> None:
    stranger, siti = world.contact("baru"), world.person("Siti")
    sent(world, stranger)
    world.passes(hours=23)
    world.do(retention.run)
    assert world.look(lambda s: s.get(Contact, stranger)) is not None
    world.passes(hours=1)
    world.do(retention.run)
    assert world.look(lambda s: s.get(Contact, stranger)) is None
    assert (rows(world, Contact), rows(world, OutboxMessage)) == (2, 0)
    assert siti


def test_ids_of_handled_messages_stay_a_week(world: World) -> None:
    with world.writes() as session:
        for number in range(3):
            at = world.now - timedelta(days=3 * number)
            session.add(InboxEntry(channel="telegram", account="1", message_id=str(number), at=at))
        session.add(FailedStep(channel="t", account="1", message_id="1", attempts=1, at=world.now - timedelta(days=8)))
        session.add(ParkedStatus(channel="t", token="x", status="read", at=world.now - timedelta(days=8)))
    world.passes(days=2)
    world.do(retention.run)
    left = world.look(lambda s: list(s.scalars(sa.select(InboxEntry.message_id).order_by(InboxEntry.message_id))))
    assert left == ["0", "1"]
    assert (rows(world, FailedStep), rows(world, ParkedStatus)) == (0, 0)


def test_what_a_message_said_is_wiped_after_a_week_and_becomes_a_count_after_ninety_days(world: World) -> None:
    siti = world.person("Siti")
    contact = world.look(lambda s: s.query(Contact).filter_by(person_id=siti).one()).id
    first = sent(world, contact)
    world.passes(days=6)
    second = sent(world, contact)
    world.passes(days=1)
    world.do(retention.run)
    assert world.get(OutboxMessage, first).content is None
    assert world.get(OutboxMessage, second).content is not None
    world.passes(days=6)
    world.do(retention.run)
    assert world.get(OutboxMessage, second).content is None
    world.passes(days=90)
    world.do(retention.run)
    assert rows(world, OutboxMessage) == 0
    counts = world.look(lambda s: list(s.scalars(sa.select(MessageCount))))
    assert sorted((c.month, c.channel, c.message_class, c.status, c.count) for c in counts) == [
        ("2026-11", "telegram", MessageClass.REPLY, "accepted", 2)
    ]


def test_the_last_message_to_somebody_erased_is_gone_when_it_has_ended(world: World) -> None:
    contact = world.contact("siti")
    ended, waits = sent(world, contact), sent(world, contact, status=Status.QUEUED, ended_at=None)
    with world.writes() as session:
        session.execute(sa.update(OutboxMessage).values(contact_id=None))
    world.passes(minutes=1)
    world.do(retention.run)
    assert world.look(lambda s: s.get(OutboxMessage, ended)) is None
    assert world.look(lambda s: s.get(OutboxMessage, waits)) is not None


def test_bodies_in_quarantine_are_wiped_after_a_day(world: World) -> None:
    with world.writes() as session:
        session.add(
            QuarantinedMessage(
                channel="telegram", account="1", message_id="1", address="siti", body={"text": "x"}, error="boom",
                at=world.now,
            )
        )  # fmt: skip
    world.passes(hours=24)
    world.do(retention.run)
    kept = world.look(lambda s: s.scalars(sa.select(QuarantinedMessage)).one())
    assert (kept.body, kept.address, kept.error) == (None, "", "boom")


def test_links_and_codes_that_open_nothing_go(world: World) -> None:
    world.do(calendar_token, world.person("Siti"))
    world.do(invite, world.ratna, "Dewi")
    world.passes(days=61)
    world.do(retention.run)
    assert (rows(world, Link), rows(world, InviteCode)) == (0, 0)


def test_closed_handovers_are_forgotten_after_their_time(world: World) -> None:
    siti = world.person("Siti")
    contact = world.look(lambda s: s.query(Contact).filter_by(person_id=siti).one()).id
    question = world.do(ask, contact, "Rahasia")
    world.do(close, world.ratna, question.id)
    world.passes(days=5)
    world.do(retention.run, retention=Retention(question_days=5))
    assert rows(world, QuestionLine) == 0


def test_an_offer_for_a_channel_that_is_switched_off_passes_on(world: World) -> None:
    sewing = world.event(capacity=1)
    siti, ani, wati = (world.person(name) for name in ("Siti", "Ani", "Wati"))
    for woman in (siti, ani, wati):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    with world.writes() as session:
        session.execute(sa.update(OutboxMessage).values(expires_at=world.now + timedelta(hours=1)))
    world.passes(hours=3)
    world.do(retention.run)
    assert [world.status(woman, sewing) for woman in (ani, wati)] == ["waitlisted", "offered"]
    assert [row.error for row in world.messages(ani, Status.EXPIRED)] == ["too_late"]
