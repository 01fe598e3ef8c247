"""Who takes part: the program in its three ways in, and its peers, each started against a double of its own."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import program, redis_server, script
from tests.bench.peers.ceiling import CONSTANT
from tests.bench.processes import Asked, Process, double, free_port

#: The address whose conversation is recorded; the women of a measurement are numbered after it.
RECORDED, FIRST = 628_111_000_000, 628_200_000_000

Start = Callable[[Path, str, Path], list[Process]]


@dataclass(frozen=True, slots=True)
class Entrant:
    """One competitor. `start` is given its folder, the double's address and the recorded conversation."""

    name: str
    start: Start
    provider: str = "telegram"
    compared_to: str = ""  #: whose figures it is measured against; empty: it is ours


@dataclass
class Running:
    """An entrant, started, with its double; `processes` are the ones that are measured."""

    entrant: Entrant
    double: Asked
    processes: list[Process]

    def cpu(self) -> float:
        """Processor time of everything it needs, in seconds."""
        return sum(process.cpu() for process in self.processes)


WEBHOOK, POLLING, WHATSAPP = "Berdaya, Telegram webhook", "Berdaya, Telegram polling", "Berdaya, WhatsApp"


def _program(mode: str) -> Start:
    def start(folder: Path, api: str, _: Path) -> list[Process]:
        settings = program.whatsapp(api) if mode == "whatsapp" else program.telegram(api, mode)
        process = program.Program(folder, settings)
        process.ready()
        return [process]

    return start


def _peer(module: str) -> Start:
    def start(folder: Path, api: str, recorded: Path) -> list[Process]:
        return [Process([peers_python(), "-m", f"tests.bench.peers.{module}", api, str(recorded)], folder, {})]

    return start


def _aiogram(appendfsync: str) -> Start:
    def start(folder: Path, api: str, recorded: Path) -> list[Process]:
        server, address = redis_server.start(folder / "redis", appendfsync)
        command = [peers_python(), "-m", "tests.bench.peers.aiogram_redis", api, str(recorded), address]
        return [Process(command, folder, {}), server]

    return start


def _ceiling(folder: Path, api: str, _: Path) -> list[Process]:
    return [Process([sys.executable, "-m", "tests.bench.peers.ceiling", api, str(free_port())], folder, {})]


def peers_python() -> str:
    """The interpreter with the peers' libraries: `make bench` makes it beside the program's own."""
    return str(Path(sys.prefix).parent / "build" / "bench" / "bin" / "python")


def entrants(ways: int, alone: bool) -> list[Entrant]:
    """Everybody who can take part on this machine, ours first by so many ways; `alone` leaves the libraries out."""
    ours = [
        Entrant(WEBHOOK, _program("webhook")),
        Entrant(POLLING, _program("polling")),
        Entrant(WHATSAPP, _program("whatsapp"), provider="twilio"),
    ]
    return [
        *ours[:ways],
        *([] if alone or not have_peers() else _libraries(POLLING if ways > 1 else WEBHOOK)),
        Entrant("ceiling: a constant, no state", _ceiling, compared_to=WEBHOOK),
    ]


def _libraries(against: str) -> list[Entrant]:
    with_redis = [
        Entrant(f"aiogram 3, Redis `{appendfsync}`", _aiogram(appendfsync), compared_to=against)
        for appendfsync in (redis_server.EVERY_SECOND, redis_server.ALWAYS)
        if redis_server.installed()
    ]
    return [
        Entrant("python-telegram-bot, pickle", _peer("ptb_conversation"), compared_to=against),
        Entrant("python-telegram-bot, aiosqlite", _peer("ptb_sqlite"), compared_to=against),
        *with_redis,
    ]


def have_peers() -> bool:
    """Whether the peers' libraries are installed; without them the program is measured alone."""
    return Path(peers_python()).exists()


def left_out(alone: bool) -> list[str]:
    """Who is missing on this machine, in words."""
    if alone:
        return ["The other libraries were left out."]
    if not have_peers():
        return ["The other libraries are not installed here (`make bench` installs them): they were left out."]
    return (
        [] if redis_server.installed() else ["No Redis server on this machine: aiogram was left out of these tables."]
    )


def started(entrant: Entrant, folder: Path, recorded: Path, stack: ExitStack) -> Running:
    """Start one and let it hold the conversation once; the first one's is recorded for all others."""
    asked, api = double(entrant.provider, folder / "double")
    stack.enter_context(asked)
    processes = [stack.enter_context(process) for process in entrant.start(folder / "program", api, recorded)]
    if entrant.provider == "twilio" and isinstance(processes[0], program.Program):
        asked.asks("webhook", url=f"{processes[0].url}/whatsapp/webhook")
    asked.asks("open", timeout=60)
    if entrant.compared_to:
        text = recorded.read_text("utf-8")
        if entrant.start is _ceiling:
            text = script.to_json(script.constant(script.from_json(text), CONSTANT))
    else:
        text = asked.asks("record", address=RECORDED)["script"]
        if not recorded.exists():
            recorded.write_text(text, "utf-8")
    asked.asks("script", text=text, first_address=FIRST)
    return Running(entrant, asked, processes)
