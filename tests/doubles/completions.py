"""A language model at an OpenAI-compatible address, played on 127.0.0.1: it answers what a test says, and refuses what the
description of chat completions does not allow.

Written from https://platform.openai.com/docs/api-reference/chat/create: the parameters, which of them are needed, the roles,
and the form of answers and errors.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.doubles.server import Server, drop

KEY, MODEL = "sk-double", "small"
#: What a request may hold, and of which type; the rest is refused as unknown.
PARAMETERS: dict[str, type | tuple[type, ...]] = {
    "model": str, "messages": list, "frequency_penalty": (int, float), "logit_bias": dict, "logprobs": bool,
    "max_completion_tokens": int, "max_tokens": int, "metadata": dict, "modalities": list, "n": int, "prediction": dict,
    "presence_penalty": (int, float), "reasoning_effort": str, "response_format": dict, "seed": int, "service_tier": str,
    "stop": (str, list), "store": bool, "stream": bool, "stream_options": dict, "temperature": (int, float), "tool_choice": (str, dict),
    "tools": list, "top_logprobs": int, "top_p": (int, float), "user": str, "verbosity": str,
}  # fmt: skip
ROLES = frozenset({"developer", "system", "user", "assistant", "tool"})


@dataclass(frozen=True)
class Play:
    """What happens to a request that is in order."""

    content: str | None = None  #: what the model says
    status: int = 200
    raw: bytes | None = None  #: this instead of a proper answer
    location: str = ""  #: where a redirection leads
    cut: bool = False  #: the connection is reset
    gate: asyncio.Event | None = field(default=None, compare=False)  #: nothing is answered before it is open


class CompletionsDouble(Server):
    """One model with one key. `play` is what it does with each request; `asked` are the requests it was sent."""

    def __init__(self, play: Play) -> None:
        super().__init__()
        self.play = play
        self.asked: list[dict[str, Any]] = []
        self.refused: list[str] = []

    def application(self) -> web.Application:
        """One call, and no other."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def opened(self) -> None:
        """Nothing was left undone."""

    @property
    def texts(self) -> str:
        """Everything it was sent, as text."""
        return json.dumps(self.asked, ensure_ascii=False)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if problem := _problem(request, body):
            status, said = problem
            self.refused.append(said)
            error = {"message": said, "type": "invalid_request_error", "param": None, "code": None}
            return web.json_response({"error": error}, status=status)
        self.asked.append(json.loads(body))
        play = self.play
        if play.gate:
            await play.gate.wait()
        return drop(request) if play.cut else _played(play)


def _played(play: Play) -> web.Response:
    if play.location:
        return web.Response(status=play.status, headers={"Location": play.location})
    if play.raw is not None:
        return web.Response(status=play.status, body=play.raw, content_type="application/json")
    message = {
        "role": "assistant",
        "content": play.content,
        "refusal": None if play.content is not None else "I cannot.",
    }
    return web.json_response(
        {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": MODEL,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 700, "completion_tokens": 2, "total_tokens": 702},
        },
        status=play.status,
    )  # fmt: skip


def _problem(request: web.Request, body: bytes) -> tuple[int, str] | None:
    """What is wrong with a request: the HTTP status and a sentence."""
    if request.path != "/v1/chat/completions":
        return 404, f"unknown address {request.path}"
    if request.method != "POST":
        return 405, "POST is needed"
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        return 401, "wrong key"
    if request.content_type != "application/json":
        return 400, "the body must be JSON"
    try:
        asked = json.loads(body)
    except ValueError:
        return 400, "the body is no JSON"
    return _wrong_parameter(asked) or _wrong_messages(asked["messages"])


def _wrong_parameter(asked: Any) -> tuple[int, str] | None:
    if not isinstance(asked, dict):
        return 400, "the body must be an object"
    for name, value in asked.items():
        if name not in PARAMETERS:
            return 400, f"unknown parameter {name}"
        if value is not None and not isinstance(value, PARAMETERS[name]):
            return 400, f"{name} has the wrong type"
    for needed in ("model", "messages"):
        if not asked.get(needed):
            return 400, f"{needed} is missing"
    return None if asked["model"] == MODEL else (404, "no such model")


def _wrong_messages(messages: list[Any]) -> tuple[int, str] | None:
    for message in messages:
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return 400, "a message needs a role"
        if not isinstance(message.get("content"), str | list):
            return 400, "a message needs a content"
    return None
