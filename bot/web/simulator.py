"""The simulator: its page, what its phones say, their pictures, its clock, and the stream of what changes.

Who may say what is decided here: women's phones are those whose names begin with «wa-» or «tg-», and the coordinator's
phone exists only where the root says so.
"""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.conversation.heard import Heard, MediaRef
from bot.web.bodies import NotRead, body_of
from bot.web.doors import Doors, SimulatorDoor
from bot.web.events import stream
from bot.web.pages import Pages
from bot.web.said import LARGEST_PICTURE, Nonsense, heard_in, picture_type

log = structlog.get_logger()

#: Largest message from a page, in bytes, and farthest the clock goes in one step.
MESSAGE, FARTHEST = 64 * 1024, timedelta(days=31)
_HER_PHONE = re.compile(r"(wa|tg)-[a-z0-9]{1,20}")

Answer = Callable[[Doors, SimulatorDoor, Request], Awaitable[Response]]


def routes(doors: Doors, pages: Pages) -> list[Route]:
    """The page and what its scripts call; nothing at all while the simulator is off."""
    door = doors.simulator
    if door is None:
        return []

    def route(path: str, answer: Answer, method: str = "POST") -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return await answer(doors, door, request)
            except Nonsense as problem:
                return JSONResponse({"problem": str(problem)}, 400)
            except NotRead as problem:
                return problem.answer

        return Route(path, endpoint, methods=[method])

    return [
        route("/simulator", partial(_page, pages), "GET"),
        route("/simulator/events", _events, "GET"),
        route("/simulator/photo/{ref}", _photo, "GET"),
        route("/simulator/photo", _take_photo),
        route("/simulator/say", _say),
        route("/simulator/clock", _clock),
    ]


async def _page(pages: Pages, doors: Doors, door: SimulatorDoor, request: Request) -> Response:
    return pages.page(
        "simulator.html",
        pages.language(request),
        programme=doors.programme,
        coordinator=door.coordinator,
        can_move=door.advance_clock is not None,
        can_find_reminder=door.advance_clock is not None and door.next_reminder is not None,
    )


async def _events(doors: Doors, door: SimulatorDoor, request: Request) -> Response:
    phones = [name for name in request.query_params.get("phones", "").split(",") if _may_be(name, door)][:8]
    for name in phones:
        await door.phones.refill(name)
    return stream(door.phones.screens, phones, doors.now, request.headers.get("last-event-id", ""))


async def _say(doors: Doors, door: SimulatorDoor, request: Request) -> Response:
    content = await _json(request)
    heard = heard_in(content, door.phones.account, doors.now())
    if not _may_be(heard.address, door):
        raise Nonsense("phone")
    return await _hand_in(door, heard, str(content.get("label", ""))[:80])


async def _take_photo(doors: Doors, door: SimulatorDoor, request: Request) -> Response:
    content_type = picture_type(request.headers.get("content-type", ""))
    about = dict(request.query_params)
    if not _may_be(about.get("phone", ""), door):
        raise Nonsense("phone")
    data = await body_of(request, LARGEST_PICTURE)
    media = MediaRef(door.phones.screens.keep_picture(data, content_type), content_type, len(data))
    return await _hand_in(door, heard_in(about, door.phones.account, doors.now(), media), "")


async def _hand_in(door: SimulatorDoor, heard: Heard, label: str) -> Response:
    door.phones.notes(heard, label)
    try:
        await door.receive(heard)
    except Exception as problem:
        log.error("a simulated message was not stored", error=type(problem).__name__)
        door.phones.was_not_stored(heard)
        return Response(status_code=503)
    door.phones.was_read(heard)
    return Response(status_code=204)


async def _photo(doors: Doors, door: SimulatorDoor, request: Request) -> Response:
    found = door.phones.screens.picture(request.path_params["ref"])
    if found is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(found[0], media_type=found[1], headers=headers)


async def _clock(doors: Doors, door: SimulatorDoor, request: Request) -> Response:
    """Move time forward: by `seconds`, or `to` the next reminder."""
    if door.advance_clock is None:
        return Response(status_code=404)
    content = await _json(request)
    step = await _until_reminder(doors, door) if content.get("to") == "reminder" else _seconds(content.get("seconds"))
    if step is None:
        return JSONResponse({"moved": False})
    await door.advance_clock(step.total_seconds())
    return JSONResponse({"moved": True, "now": doors.now().isoformat()})


async def _until_reminder(doors: Doors, door: SimulatorDoor) -> timedelta | None:
    due = await door.next_reminder() if door.next_reminder else None
    return None if due is None else max(due - doors.now(), timedelta()) + timedelta(seconds=1)


def _seconds(given: Any) -> timedelta:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= FARTHEST.total_seconds():
        raise Nonsense("seconds")
    return timedelta(seconds=given)


def _may_be(name: Any, door: SimulatorDoor) -> bool:
    return isinstance(name, str) and (bool(_HER_PHONE.fullmatch(name)) or (name != "" and name == door.coordinator))


async def _json(request: Request) -> dict[str, Any]:
    """The posted object. Only as JSON: a form on some other website could be posted here by a visitor's browser."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Nonsense("content-type")
    try:
        content = json.loads(await body_of(request, MESSAGE))
    except (ValueError, RecursionError):
        raise Nonsense("json") from None
    if not isinstance(content, dict):
        raise Nonsense("json")
    return content
