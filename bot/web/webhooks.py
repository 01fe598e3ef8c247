"""Where Telegram and Twilio post. Who posts is checked first; 2xx is answered only after the commit.

A status beyond 2xx always means «not stored, send it again»: 403 for whoever is not the provider, 413 for what no
provider sends, 503 while nothing can be stored. What comes from the provider and cannot be understood is logged and
answered 200, since it would only come again.
"""

import hmac
import json
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.bodies import NotRead, body_of
from bot.web.doors import Doors, Form, TelegramDoor, WhatsAppDoor

log = structlog.get_logger()

#: Largest update and largest form read, in bytes.
UPDATE, FORM = 1024 * 1024, 64 * 1024
TELEGRAM_SECRET, TWILIO_SIGNATURE = "x-telegram-bot-api-secret-token", "x-twilio-signature"
#: What a parser raises at a body that has the wrong shape.
_SHAPELESS = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError)
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def routes(doors: Doors) -> list[Route]:
    """The webhooks of the configured channels. An address nobody may post to answers 403 to everybody."""
    telegram, whatsapp = doors.telegram, doors.whatsapp

    async def telegram_update(request: Request) -> Response:
        return await _telegram(request, telegram)

    async def whatsapp_message(request: Request) -> Response:
        return await _whatsapp(request, whatsapp, None)

    async def whatsapp_status(request: Request) -> Response:
        return await _whatsapp(request, whatsapp, request.path_params["token"])

    return [
        Route("/telegram/webhook", telegram_update, methods=["POST"]),
        Route("/whatsapp/webhook", whatsapp_message, methods=["POST"]),
        Route("/whatsapp/status/{token}", whatsapp_status, methods=["POST"]),
    ]


async def _telegram(request: Request, door: TelegramDoor | None) -> Response:
    given = request.headers.get(TELEGRAM_SECRET, "")
    if door is None or not given or not hmac.compare_digest(given.encode(), door.secret.encode()):
        return Response(status_code=403)
    try:
        update: Any = json.loads(await body_of(request, UPDATE))
    except NotRead as problem:
        return problem.answer
    except (ValueError, RecursionError):
        update = None
    if not isinstance(update, dict):
        log.error("no update in a request from Telegram")
        return Response()
    return await _stored(door.handle(update), Response())


async def _whatsapp(request: Request, door: WhatsAppDoor | None, status_of: str | None) -> Response:
    if door is None or TWILIO_SIGNATURE not in request.headers:
        return Response(status_code=403)
    try:
        body = await body_of(request, FORM)
    except NotRead as problem:
        return problem.answer
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    if not door.verify(_path_and_query(request), Form(pairs), request.headers):
        return Response(status_code=403)
    form = dict(reversed(pairs))
    work = door.handle(form) if status_of is None else door.status(status_of, form)
    return await _stored(work, Response(_NOTHING_TO_SAY, media_type="text/xml"))


async def _stored(work: Awaitable[None], answer: Response) -> Response:
    """The answer once the work is committed; 503 when it could not be."""
    try:
        await work
    except _SHAPELESS as problem:
        log.error("a provider's message could not be understood", error=type(problem).__name__)
    except Exception as problem:
        log.error("a provider's message was not stored", error=type(problem).__name__)
        return Response(status_code=503, headers={"Retry-After": "5"})
    return answer


def _path_and_query(request: Request) -> str:
    """As the provider wrote it, since its signature covers it."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
