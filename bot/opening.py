"""Opening a channel: again and again while its provider, or our own database, is away."""

import asyncio

import structlog

from bot.channels.base import Channel, ChannelDown, TryLater
from bot.delivery.writer import TROUBLE

log = structlog.get_logger()

#: Between two attempts, in seconds.
REOPEN = 15.0


async def opened(channel: Channel) -> None:
    """Return when the channel is open."""
    while True:
        try:
            await channel.open()
        except (ChannelDown, TryLater) as problem:
            log.error("channel not open yet", channel=channel.name, reason=problem.reason)
        except TROUBLE as problem:
            log.error("channel not open yet", channel=channel.name, error=type(problem).__name__)
        else:
            log.info("channel open", channel=channel.name, account=channel.account)
            return
        await asyncio.sleep(REOPEN)
