"""Reading what was posted, never more than is wanted."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


class NotRead(Exception):
    """The body could not be read whole: too large, or its sender hung up. `answer` is what to say."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.answer = Response(status_code=status)


async def body_of(request: Request, most: int) -> bytes:
    """The body, at most so many bytes. Raises NotRead, without reading on."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise NotRead(413)
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise NotRead(413)
            parts.append(part)
    except ClientDisconnect:
        raise NotRead(400) from None
    return b"".join(parts)
