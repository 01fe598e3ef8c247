"""The practical ceiling in Python: uvicorn without a framework, aiohttp, and one constant sentence for whatever is said.

No state, no database, no understanding, nothing kept: what is left is HTTP and JSON.
"""

import asyncio
import json
import sys
from typing import Any

import aiohttp
import uvicorn
import uvloop

from tests.bench.accounts import TOKEN

CONSTANT = "Terima kasih, pesannya sudah kami terima."


async def main(api: str, port: int) -> None:
    base = f"{api}/bot{TOKEN}"
    tasks: set[asyncio.Task[None]] = set()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as session:

        async def call(method: str, **fields: Any) -> None:
            body = json.dumps(fields).encode()
            headers = {"Content-Type": "application/json"}
            async with session.post(f"{base}/{method}", data=body, headers=headers) as answer:
                await answer.read()

        async def answer(update: dict[str, Any]) -> None:
            query = update.get("callback_query")
            message = query["message"] if query else update["message"]
            if query:
                await call("answerCallbackQuery", callback_query_id=query["id"])
            await call("sendMessage", chat_id=message["chat"]["id"], text=CONSTANT)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return
            body, more = b"", True
            while more:
                event = await receive()
                body, more = body + event.get("body", b""), event.get("more_body", False)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})
            task = asyncio.ensure_future(answer(json.loads(body)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False, lifespan="off"))
        serving = asyncio.ensure_future(server.serve())
        await call("setWebhook", url=f"http://127.0.0.1:{port}/")
        await serving


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
