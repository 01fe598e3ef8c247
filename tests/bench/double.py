"""A fast double as a process of its own: `python -m tests.bench.double telegram|twilio`.

It plays both sides: the women who write, and the provider that takes the program's answers. It is told what to do by lines of
JSON on its standard input and answers each with one line on its standard output. The strict doubles in `tests/doubles`
say whether a call is right; this one says how fast it was, so it does as little as possible for each.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import uvloop

from tests.bench import script
from tests.bench.limit import Sends
from tests.bench.provider import Provider
from tests.bench.telegram_side import TelegramSide
from tests.bench.twilio_side import TwilioSide
from tests.bench.wire import ServedConnection
from tests.bench.women import Crowd

#: How long the last replies may take once nobody writes any more, in seconds: who handles one update at a time needs 10.
WIND_DOWN = 40.0
#: Silence after which a recorded turn has had all its replies, in seconds.
QUIET = 0.15


class Double:
    """One provider and its women, told what to do."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.crowd: Crowd | None = None

    async def does(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Carry out one wish: the method of that name."""
        what = wish.pop("do")
        answer: dict[str, Any] = await getattr(self, f"_{what}")(**wish)
        return answer

    async def _webhook(self, url: str) -> dict[str, Any]:
        """Where messages go, for a provider that is not told by the program."""
        self.provider.goes_to(url)
        return {}

    async def _open(self, timeout: float) -> dict[str, Any]:
        """Wait until the program has opened the channel."""
        async with asyncio.timeout(timeout):
            await self.provider.opened.wait()
        return {}

    async def _record(self, address: int) -> dict[str, Any]:
        """Let one woman hold the conversation, and write down what she is answered."""
        exchanges: list[script.Exchange] = []
        for turn in script.REGISTRATION:
            before = exchanges[-1].answers[-1] if exchanges else None
            action = before.action(turn.presses) if turn.presses and before else ""
            exchange = script.Exchange(turn.says, turn.presses, action)
            heard = await self._heard(address, exchange, before)
            if not any(turn.hears in answer.text for answer in heard):
                raise LookupError(f"«{turn.says or turn.presses}»: nothing with «{turn.hears}» in {heard}")
            exchanges.append(script.Exchange(turn.says, turn.presses, action, heard))
        return {"script": script.to_json(exchanges)}

    async def _greet(self, address: int) -> dict[str, Any]:
        """One woman writes her first message; returns with the first reply."""
        await self._heard(address, script.Exchange(script.REGISTRATION[0].says), None, quiet=0.0)
        return {}

    async def _heard(
        self, address: int, exchange: script.Exchange, before: script.Answer | None, quiet: float = QUIET
    ) -> tuple[script.Answer, ...]:
        heard: list[script.Answer] = []

        def listen(whom: int, answer: script.Answer) -> bool:
            heard.extend([answer] * (whom == address))
            return True

        self.provider.listener = listen
        self.provider.deliver(address, exchange, before, lambda: None, lambda: None)
        async with asyncio.timeout(20):
            while not heard:
                await asyncio.sleep(0.002)
        seen = 0
        while len(heard) > seen:
            seen = len(heard)
            await asyncio.sleep(quiet)
        self.provider.listener = None
        return tuple(heard)

    async def _script(self, text: str, first_address: int) -> dict[str, Any]:
        """The conversation that is held from now on, and after which address its women are numbered."""
        self.crowd = Crowd(self.provider, script.from_json(text), first_address)
        crowd = self.crowd
        self.provider.listener = lambda whom, answer: crowd.hears(whom, answer, self.provider.shown_after)
        return {}

    async def _run(self, conversations: int, seconds: float, warm_up: float, delay: float) -> dict[str, Any]:
        """Hold so many conversations at once for a time; waits of the warm-up do not count."""
        assert self.crowd is not None
        self.provider.delay = delay
        self.crowd.begin(conversations)
        await asyncio.sleep(warm_up)
        self.crowd.measure()
        await asyncio.sleep(seconds)
        self.crowd.stopping = True
        result = self.crowd.result | {"seconds": seconds}
        result["waits"] = list(result["waits"])
        await self._until(lambda: not self.crowd or not self.crowd.women, WIND_DOWN)
        after = self.crowd.result
        self.crowd.women.clear()
        self.provider.delay = 0.0
        return result | {name: after[name] for name in ("all_steps", "replies", "wrong", "unanswered")}

    async def _collect(self, per_second: int = 0, delay: float = 0.0) -> dict[str, Any]:
        """From now on keep a record of what is sent to nobody of the crowd."""
        self.provider.sends = Sends(per_second)
        self.provider.delay = delay
        return {}

    async def _await(self, sent: int, timeout: float) -> dict[str, Any]:
        """Wait until so many were sent; the record so far."""
        await self._until(lambda: len(self.provider.sends.times) >= sent, timeout)
        return self.provider.sends.result

    async def _until(self, happened: Callable[[], bool], seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not happened() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.005)


async def _serve(kind: str) -> None:
    provider: Provider = TelegramSide() if kind == "telegram" else TwilioSide()
    double, loop = Double(provider), asyncio.get_running_loop()
    server = await loop.create_server(lambda: ServedConnection(provider.handle), "127.0.0.1", 0, backlog=2048)
    reader = asyncio.StreamReader(limit=2**26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _tell({"port": server.sockets[0].getsockname()[1]})
    while line := await reader.readline():
        try:
            _tell(await double.does(json.loads(line)))
        except Exception as problem:  # whoever asked is told, whatever it was
            _tell({"error": f"{type(problem).__name__}: {problem}"})


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1]))
