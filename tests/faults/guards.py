"""Every guard, switched off: replaced before the program starts, never by a switch in the product (see `controls*.py`)."""

import time
from collections.abc import Callable
from typing import Any

Patch = Callable[[], None]


def put(owner: Any, name: str, new: Any) -> None:
    """Replace a part of the program. It must be there: otherwise the guard has moved, and this page with it."""
    assert hasattr(owner, name), f"{owner} has no {name} any more"
    setattr(owner, name, new)


def inbox_key() -> None:
    """A message is handled however often it comes."""
    from models import hot_path

    def is_new(session: Any, channel: str, account: str, message_id: str, now: Any) -> bool:
        real(session, channel, account, message_id, now)
        return True

    real = hot_path.is_new
    put(hot_path, "is_new", is_new)


def lease_fence() -> None:
    """Who comes late with a result writes it down all the same."""
    import sqlalchemy as sa

    from bot.delivery import results
    from models.base import Base
    from models.prepared import one_of

    number = Base.metadata.tables["outbox"].c.id
    anybodys = sa.select(number).where(sa.bindparam("owner", type_=sa.String()) != "")
    put(results, "_STILL_OURS", one_of("ids", number, anybodys))


def uncertain() -> None:
    """A send of unknown outcome is simply repeated, and nobody is asked."""
    from bot.delivery import results, sender

    def blind(problem: Any) -> Any:
        from bot.channels.base import TryLater, Uncertain

        return TryLater("blind", 0.2) if isinstance(problem, Uncertain) else problem

    judged = sender.Sender._judged

    def judge(self: Any, lane: Any, outcome: Any) -> Any:
        return judged(self, lane, blind(outcome))

    put(sender.Sender, "_judged", judge)
    recover = results.recover

    def forget(session: Any, now: Any, *, everything: bool) -> int:
        import sqlalchemy as sa

        from models.messages import OutboxMessage, Status

        lost = recover(session, now, everything=everything)
        session.flush()
        session.execute(
            sa.update(OutboxMessage).where(OutboxMessage.status == Status.UNCERTAIN)
            .values(status=Status.QUEUED, uncertain_episodes=0)
        )  # fmt: skip
        return lost

    from bot import running

    put(running, "recover", forget)


def once_key() -> None:
    """A reminder is written as often as its sweep sees it due."""
    from bot.jobs import reminders
    from models import outbox

    plain = outbox.row

    def row(*given: Any, **more: Any) -> Any:
        return plain(*given, **{**more, "once_key": None})

    put(outbox, "row", row)
    run = reminders.run

    def again(session: Any, now: Any, programme: Any) -> int:
        import sqlalchemy as sa

        from models.events import Meeting

        session.execute(sa.update(Meeting).values(swept={}))
        return run(session, now, programme)

    from bot.jobs import JOBS

    JOBS["reminders"] = again  # type: ignore[index]


def file_lock() -> None:
    """Two programs may run on one database."""
    from bot import lock

    put(lock, "_taken", lambda handle: True)
    put(lock.ServerLock, "acquire", lambda self: None)


def signature() -> None:
    """Whoever posts is believed."""
    from bot.channels import whatsapp

    put(whatsapp.WhatsAppChannel, "verify", lambda self, *given: True)
    import hmac

    put(hmac, "compare_digest", lambda a, b: True)


def event_lock() -> None:
    """Seats are counted without a lock."""
    from models import offers, seat_count, seats

    def unlocked(session: Any, event_id: int) -> Any:
        from models.events import Event

        time.sleep(0.002)
        return session.get(Event, event_id)

    for module in (seat_count, seats, offers):
        put(module, "lock_event", unlocked)


def seat_limit() -> None:
    """Everybody finds a free seat."""
    from models.seat_count import Seats

    put(Seats, "open_to_newcomers", property(lambda self: True))


def contact_order() -> None:
    """One person's messages are handled as they come, side by side."""
    from bot.delivery.receiving import Receiver

    async def receive(self: Any, heard: Any) -> None:
        import asyncio
        import random

        await asyncio.sleep(random.uniform(0, 0.2))
        await self._receive(heard)

    put(Receiver, "receive", receive)


def opt_out() -> None:
    """What was queued goes out, whatever she has said since."""
    from bot.delivery import claims

    ending = claims._ending

    def blind(work: Any, row: Any) -> Any:
        found = ending(work, row)
        return None if found and found[1] == "opted_out" else found

    put(claims, "_ending", blind)


def status_rank() -> None:
    """Whatever a provider says last is believed."""
    from bot.delivery import statuses
    from models.messages import Status

    class Flat(dict[Any, int]):
        def __missing__(self, key: Any) -> int:
            return -1

        def __getitem__(self, key: Any) -> int:
            return 1

        def get(self, key: Any, default: Any = None) -> Any:
            return 0

    put(statuses, "RANK", Flat(dict.fromkeys(Status, 0)))


def quiet_hours() -> None:
    """It is never night."""
    from models.programme import QuietHours

    put(QuietHours, "holds", lambda self, now: False)


def offset() -> None:
    """The offset moves as soon as an update is there."""
    from bot.channels.telegram_polling import Polling

    async def take_in(self: Any, updates: list[Any]) -> None:
        import asyncio

        if updates:
            self.offset = int(updates[-1]["update_id"]) + 1
            confirmed = asyncio.ensure_future(self.ask(self.offset))
            await asyncio.wait([confirmed], timeout=0.2)
        for update in updates:
            await self.take(update)

    put(Polling, "_take_in", take_in)


def quarantine() -> None:
    """A message that fails is tried for ever."""
    from bot.delivery import receiving

    put(receiving, "TRIES", 10**9)


def parked() -> None:
    """A status that comes before our own commit is thrown away."""
    from bot.delivery import statuses

    put(statuses, "apply_parked", lambda *given: None)


def reply_order() -> None:
    """A reply does not wait for the replies before it, nor for a provider's pause."""
    from bot.delivery.pacing import Pacer
    from models import hot_path

    put(hot_path, "has_waiting_reply", lambda *given: False)
    put(Pacer, "pause", lambda self, until: None)


def cancel_at_claim() -> None:
    """A stopped broadcast goes on."""
    import sqlalchemy as sa

    from models import broadcasting
    from models.broadcasts import Broadcast

    every = sa.select(Broadcast.id, Broadcast.content, Broadcast.repeat_uncertain).order_by(Broadcast.id)
    put(broadcasting, "running", lambda session, now: session.execute(every).all())


GUARDS: dict[str, Patch] = {
    patch.__name__: patch
    for patch in (
        inbox_key, lease_fence, uncertain, once_key, file_lock, signature, event_lock, seat_limit, contact_order, opt_out,
        status_rank, quiet_hours, offset, quarantine, parked, reply_order, cancel_at_claim,
    )
}  # fmt: skip
