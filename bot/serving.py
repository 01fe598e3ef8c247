"""`berdaya serve`: webhooks and pages, any number of processes. It sends the replies it has just committed, and no more.

A reply to a woman to whom another is still on its way is left to the one process that delivers (`bot/working.py`).
"""

import asyncio
import signal
import socket

import uvicorn

from bot.app import Berdaya
from bot.cluster import keeping_in_step, shares_its_pace, wind_down
from bot.doors import web_app
from bot.opening import opened
from bot.running import UVICORN, Server


class Serving:
    """One process that serves."""

    def __init__(self, app: Berdaya, listener: socket.socket, starts: int = 1) -> None:
        """`listener` may be shared with other processes. `starts` counts this one among those of its parent."""
        self.app, self._listener, self._starts = app, listener, starts
        self.stopping = asyncio.Event()

    async def until_stopped(self) -> None:
        """Serve until SIGTERM or SIGINT; then take nothing new, and let replies that are on their way arrive."""
        app = self.app
        pacers = shares_its_pace(app)
        if self._starts > 1:
            app.receiver.be_cautious()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, self.stopping.set)
        app.writer.start()
        sender = asyncio.create_task(app.sender.run())
        others = [*keeping_in_step(app, pacers), *(asyncio.create_task(opened(c)) for c in app.channels.values())]
        server = Server(uvicorn.Config(web_app(app), **UVICORN))
        web = asyncio.create_task(server.serve(sockets=[self._listener]))
        web.add_done_callback(lambda task: self.stopping.set())
        await self.stopping.wait()
        server.should_exit = True
        await asyncio.gather(web, return_exceptions=True)
        await wind_down(app, sender, others)
        if not web.cancelled() and web.exception():
            raise SystemExit(1)
