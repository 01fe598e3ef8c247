"""Pictures and calendar files at their unguessable, expiring addresses."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.doors import Doors

#: What a token looks like; anything else is not looked up.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
_ODD = re.compile(r"[^A-Za-z0-9._-]")
#: Pictures are shown where they are linked, all else is saved.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})


def routes(doors: Doors) -> list[Route]:
    """`/media/TOKEN` and `/calendar/TOKEN.ics`."""

    async def media(request: Request) -> Response:
        return await _file(doors, "/media/{}", request.path_params["token"])

    async def calendar(request: Request) -> Response:
        return await _file(doors, "/calendar/{}.ics", request.path_params["token"])

    return [Route("/media/{token}", media), Route("/calendar/{token}.ics", calendar)]


async def _file(doors: Doors, path: str, token: str) -> Response:
    found = await doors.file(path.format(token)) if _TOKEN.fullmatch(token) else None
    if found is None:
        return Response(status_code=404)
    data, name, content_type = found
    place = "inline" if content_type in _SHOWN else "attachment"
    return Response(
        data,
        media_type=content_type,
        headers={
            "Cache-Control": "private, max-age=60",
            "Content-Disposition": f'{place}; filename="{_ODD.sub("_", name)}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        },
    )
