"""Whether the program is up, whether it can work, and its numbers for Prometheus."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.web.doors import Doors, Readiness

#: How long the database may take to answer before it counts as away, in seconds.
PATIENCE = 5.0


def routes(doors: Doors) -> list[Route]:
    """`/healthz`: the process lives. `/readyz`: 503 only for the database, channels in the body. `/metrics`."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        found = await _readiness(doors)
        content = {"database": found.database, "channels": dict(found.channels)}
        return JSONResponse(content, 200 if found.is_ready else 503)

    async def metrics(_: Request) -> Response:
        return Response(doors.metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _readiness(doors: Doors) -> Readiness:
    try:
        return await asyncio.wait_for(doors.ready(), PATIENCE)
    except Exception as problem:
        return Readiness(type(problem).__name__)
