"""The referee as seen from a trial: its process, the women it plays, its fault plan and its ledger."""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.e2e.program import ROOT

Entry = dict[str, Any]


class Referee:
    """One referee process; any number of courts."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.doubles", "referee"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline().split()[1])
        self._connections = threading.local()

    def asks(self, order: Mapping[str, Any]) -> Any:
        """Give one order; the answer. Raises AssertionError with the referee's words."""
        body = json.dumps(order)
        answer = json.loads(self._posted(body))
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["ok"]

    def _posted(self, body: str) -> bytes:
        connection = getattr(self._connections, "one", None)
        if connection is None:
            connection = self._connections.one = http.client.HTTPConnection("127.0.0.1", self._port, timeout=90)
        connection.request("POST", "/", body)
        return bytes(connection.getresponse().read())

    def court(self, clock: Path) -> "Court":
        """A Telegram and a Twilio for one trial. `clock` is the offset file the program reads too."""
        return Court(self, self.asks({"open": 1, "clock": str(clock)}))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:  # it has nothing left to say
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Court:
    """The two providers of one trial. `card` says where they are."""

    def __init__(self, referee: Referee, card: Mapping[str, Any]) -> None:
        self._referee, self._number = referee, card["court"]
        self.card = card
        self._names = 0

    def asks(self, provider: str, **order: Any) -> Any:
        """An order of `tests/doubles/control.py` to one provider."""
        return self._referee.asks({"court": self._number, "of": provider, **order})

    def sets(self, provider: str, **values: Any) -> None:
        """Change settings of a provider, such as `delay` in seconds."""
        self.asks(provider, set=values)

    def fails(self, provider: str, kind: str, call: str = "", **more: Any) -> None:
        """Plan a fault of the next send; `more` as in the doubles' `fail_next`."""
        if provider == "telegram":
            given = {"method": call or "sendMessage", "kind": kind, **more}
        else:
            given = {"call": call or "Messages.create", "kind": kind, **more}
        self.asks(provider, **{"do": "fail_next", "with": given})

    def woman(self, channel: str, number: int) -> "Woman":
        """One of those whom the database knows already (`people.py`), by her number."""
        return Woman(self, channel, number)

    def ledger(self) -> dict[str, list[Entry]]:
        """What is true so far (`tests/doubles/truth.py`)."""
        return dict(self._referee.asks({"court": self._number, "ledger": 1}))

    def events(self) -> list[Entry]:
        """What came to the program so far: a part of the ledger."""
        return list(self._referee.asks({"court": self._number, "events": 1}))

    def sends(self, text: str = "", after: float = 0) -> Entry:
        """Of the sends with these words that began after a moment (monotonic): their `count`, and when the `first` began."""
        return dict(self._referee.asks({"court": self._number, "sends": {"text": text, "after": after}}))

    def close(self) -> None:
        """Both providers end."""
        self._referee.asks({"court": self._number, "close": 1})

    def next_name(self) -> str:
        """A name for somebody new."""
        self._names += 1
        return f"person {self._names}"


class Woman:
    """Somebody on a messenger, played by the referee."""

    def __init__(self, court: Court, channel: str, number: int) -> None:
        self.channel, self.number = channel, number
        self.address = address(channel, number)
        self._court, self._provider = court, "telegram" if channel == "telegram" else "twilio"
        self._name = court.next_name()
        name = f"Ibu {number}"
        given: dict[str, Any] = {"name": name, "user_id": int(self.address)} if channel == "telegram" else {
            "address": f"whatsapp:{self.address}", "profile_name": name, "heard": True,
        }  # fmt: skip
        court.asks(self._provider, **{"new": "person", "as": self._name, "with": given})

    def does(self, what: str, **given: Any) -> Any:
        """Anything a woman of the double can do."""
        return self._court.asks(self._provider, **{"do": what, "who": self._name, "with": given})

    def says(self, text: str) -> str:
        """Types a message; its id at the provider."""
        return str(self.does("says", text=text))

    def presses(self, label: str) -> str:
        """Presses the newest button of that label."""
        return str(self.does("presses", label=label))

    def waits_for(self, wanted: str, seconds: float = 40) -> str:
        """The newest message since her last act that contains these words. Raises AssertionError if none comes."""
        return str(self.does("waits_for", wanted=wanted, seconds=seconds)["text"])

    def has_received(self, wanted: str, seconds: float = 40) -> str:
        """The same among all messages."""
        return str(self.does("has_received", wanted=wanted, seconds=seconds)["text"])

    @property
    def texts(self) -> list[str]:
        """Everything she received."""
        messages = self._court.asks(self._provider, get="messages", who=self._name)
        return [str(message["text"]) for message in messages]


def address(channel: str, number: int) -> str:
    """The address of a woman by her number, as the program keeps it."""
    return str(5_300_000_000 + number) if channel == "telegram" else f"+62812{90_000_000 + number}"
