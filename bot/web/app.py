"""The web application: all routes, from the doors the root hands in. Nothing here stores or decides anything."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from bot.web import files, health, simulator, webhooks
from bot.web.doors import Doors
from bot.web.pages import OwnFiles, Pages


def web_application(doors: Doors) -> Starlette:
    """The application. Webhooks come first: they are what is called most."""
    pages = Pages()
    return Starlette(
        routes=[
            *webhooks.routes(doors),
            *health.routes(doors),
            *files.routes(doors),
            Route("/", _front(doors, pages)),
            *simulator.routes(doors, pages),
            Mount("/static", OwnFiles()),
        ]
    )


def _front(doors: Doors, pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    """`/`: the simulator while it is on, else a plain page without data."""

    async def front(request: Request) -> Response:
        if doors.simulator is not None:
            return RedirectResponse("/simulator", 307)
        return pages.page("front.html", pages.language(request), programme=doors.programme)

    return front
