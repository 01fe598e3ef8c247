"""A small reverse proxy before several `serve`: each request goes to the next of them, or to another if that one is gone."""

import itertools
from collections.abc import Callable, Sequence

import aiohttp
from aiohttp import web

from tests.doubles.server import Server

#: How long one of them may take before the next is asked, in seconds. A webhook may be handed in twice.
PATIENCE = 5.0
_OF_ONE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length", "host")


class Proxy(Server):
    """Asks the addresses behind it in turn."""

    def __init__(self, behind: Callable[[], Sequence[str]], port: int = 0) -> None:
        """`behind` names the servers there are at this moment, as scheme, host and port."""
        super().__init__(port)
        self._behind, self._turn = behind, itertools.count()
        self.answered: list[str] = []  #: which of them answered, for each request in order

    def application(self) -> web.Application:
        """Everything is passed on."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        return app

    def opened(self) -> None:
        """Nothing was left undone."""

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, behind = await request.read(), self._behind()
        turn = next(self._turn)
        for place in range(len(behind)):
            url = behind[(turn + place) % len(behind)]
            try:
                return await self._ask(url, request, body)
            except (aiohttp.ClientError, TimeoutError):
                continue
        return web.Response(status=502)

    async def _ask(self, url: str, request: web.Request, body: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        patience = aiohttp.ClientTimeout(total=PATIENCE)
        async with self.http.request(
            request.method, url + request.path_qs, data=body, headers=headers, timeout=patience, allow_redirects=False
        ) as answer:
            content = await answer.read()
            self.answered.append(url)
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
            kept.pop("Content-Encoding", None)
            return web.Response(body=content, status=answer.status, headers=kept)
