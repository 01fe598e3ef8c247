"""The stream of a simulator's page: what is on its phones, what changes, and what time it is (server-sent events).

An event's id names the run of the program and the last mark the page has seen. A page that comes back says it, and gets
what it missed; one that comes from another run of the program gets everything.
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from bot.web.doors import Screens

#: How long a page waits before it comes back, in milliseconds, and between two looks at the clock, in seconds.
RETRY, LOOKS = 700, 1.0
#: A clock that differs by more than this was moved, in seconds.
MOVED = 0.7


def stream(screens: Screens, phones: Sequence[str], now: Callable[[], datetime], last_id: str) -> Response:
    """Everything after `last_id` on these phones, and on and on until the page leaves or the program ends."""
    return EventSourceResponse(
        _events(screens, phones, now, _mark_in(last_id, screens.life)),
        ping=20,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    screens: Screens, phones: Sequence[str], now: Callable[[], datetime], mark: int
) -> AsyncIterator[ServerSentEvent]:
    clock = _Watch(now)
    yield ServerSentEvent(json.dumps({"life": screens.life, "mark": screens.mark}), event="hello", retry=RETRY)
    while not screens.closed:
        if clock.was_moved():
            yield ServerSentEvent(json.dumps({"now": now().isoformat()}), event="clock")
        newest = screens.mark
        for at, kind, content in screens.changes(phones, mark):
            yield ServerSentEvent(json.dumps(content, ensure_ascii=False), event=kind, id=f"{screens.life}-{at}")
        mark = newest
        await screens.wait(newest, LOOKS)


class _Watch:
    """Notices that the program's clock was moved, by whomever."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._offset: float | None = None

    def was_moved(self) -> bool:
        offset = self._now().timestamp() - time.monotonic()
        moved = self._offset is None or abs(offset - self._offset) > MOVED
        self._offset = offset if moved else self._offset
        return moved


def _mark_in(last_id: str, life: str) -> int:
    run, _, mark = last_id.partition("-")
    return int(mark) if run == life and mark.isdecimal() and len(mark) < 18 else 0
