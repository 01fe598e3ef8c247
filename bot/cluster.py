"""What the processes of a cluster have in common: what they need of the settings, and the pace they share.

`bot/serving.py` takes messages in and answers them, `bot/working.py` does everything that happens by itself.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from bot.app import Berdaya
from bot.channels.base import Channel, NotSent
from bot.config import Config
from bot.delivery.lanes import Lane
from bot.delivery.shared_pacing import SharedPacer
from models.senders import SenderKey

#: After so many seconds the server ends a transaction of ours. Any step is shorter; a stopped process may hold locks that long.
LONGEST_TRANSACTION = 15
#: The first PostgreSQL that can do so, as its driver numbers it.
_LIMITS_TRANSACTIONS = 170_000


def refusals(config: Config) -> Iterator[str]:
    """Why several processes cannot share this configuration, a plain sentence each."""
    if config.database.url.startswith("sqlite"):
        yield "`serve` and `work` need a PostgreSQL database (`database.url`). On SQLite everything is `berdaya run`."
    if config.simulator_on:
        yield (
            "The simulated phones live in one process. Use `berdaya run` for them; here, set up Telegram or WhatsApp "
            "and leave `simulator.enabled` out."
        )
    if config.telegram.enabled and config.telegram.mode != "webhook":
        yield (
            'With several processes Telegram must come by webhook: set `telegram.mode = "webhook"`. '
            "Polling is for `berdaya run` alone."
        )


def shares_its_pace(app: Berdaya) -> list[SharedPacer]:
    """From now on this process claims nothing until it is told to, and its pace is that of all."""
    bound_transactions(app.database)
    return [_share(lane) for lane in app.sender.lanes.values()]


def keeping_in_step(app: Berdaya, pacers: list[SharedPacer]) -> list["asyncio.Task[None]"]:
    """Tasks that keep the shared pace known to all, to be cancelled at the end."""
    return [asyncio.create_task(pacer.keep_in_step(app.writer)) for pacer in pacers]


async def wind_down(app: Berdaya, sender: "asyncio.Task[None]", others: list["asyncio.Task[Any]"]) -> None:
    """Claim nothing more, let what is on its way arrive, then end the tasks, the channels and the writer."""
    await app.receiver.settled()
    app.sender.stop()
    await asyncio.gather(sender, return_exceptions=True)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for channel in app.channels.values():
        with contextlib.suppress(NotSent, OSError):
            await channel.close()
    await app.listening.close()
    await asyncio.to_thread(app.writer.stop)
    app.database.dispose()


def key_of(channel: Channel) -> SenderKey:
    """The sender a channel speaks for."""
    return SenderKey(channel.name, channel.account)


def address_of(database: sa.Engine) -> str:
    """The database's URL as other libraries read it, password included."""
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


def bound_transactions(database: sa.Engine, seconds: int = LONGEST_TRANSACTION) -> None:
    """Let the server end transactions of this process that last longer.

    One that was stopped while it sent many statements at once is not «idle in transaction» to the server, and would hold
    its locks for as long as it sleeps.
    """

    @sa.event.listens_for(database, "connect")
    def limit(connection: Any, record: Any) -> None:
        if connection.info.server_version >= _LIMITS_TRANSACTIONS:
            connection.execute(f"SET transaction_timeout = '{seconds}s'")
            connection.commit()


def _share(lane: Lane) -> SharedPacer:
    shared = SharedPacer(lane.pacer.rate, lane.pacer.chat_rate, key_of(lane.channel))
    lane.pacer, lane.claims = shared, False
    return shared
