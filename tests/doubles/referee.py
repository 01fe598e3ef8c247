"""The referee: a process that plays Telegram and Twilio for programs under trial, and alone knows what each woman received.

`python -m tests.doubles referee` prints its port. Orders are JSON by POST to `/`, each with one answer:

{"open": 1, "clock": "FILE"}                                  a new court: a Telegram and a Twilio of its own
{"court": 1, "of": "telegram", "do": "person", …}             any order of `control.py`, to one of the two
{"court": 1, "ledger": 1}                                     what is true (`truth.py`)
{"court": 1, "events": 1}                                     its second part alone
{"court": 1, "sends": {"text": "Halo", "after": 0}}           how many sends have these words, and when the first began
{"court": 1, "close": 1}
"""

import itertools
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.doubles.clock import Clock
from tests.doubles.control import Control, plain
from tests.doubles.server import HOST
from tests.doubles.telegram import TelegramDouble
from tests.doubles.truth import events, ledger, sends
from tests.doubles.twilio import TwilioDouble

Order = dict[str, Any]


class Court:
    """One trial: two providers that share a clock."""

    def __init__(self, clock: Clock) -> None:
        self.telegram, self.twilio = TelegramDouble(clock=clock).open(), TwilioDouble(clock=clock).open()
        self._control = {"telegram": Control(self.telegram), "twilio": Control(self.twilio)}

    def obey(self, order: Order) -> Any:
        """One order and its answer."""
        if "ledger" in order:
            return ledger(self.telegram, self.twilio)
        if "events" in order:
            return events(self.telegram, self.twilio)
        if "sends" in order:
            return sends(self.telegram, self.twilio, **order["sends"])
        return self._control[order.pop("of")].obey(order)

    def card(self) -> Order:
        """What a program under trial must know of the two."""
        return {
            "telegram": {"url": self.telegram.url, "token": self.telegram.token},
            "twilio": {
                "url": self.twilio.url, "account_sid": self.twilio.account_sid, "auth_token": self.twilio.auth_token,
                "sender": self.twilio.sender,
            },
        }  # fmt: skip

    def close(self) -> None:
        """End both."""
        self.telegram.close()
        self.twilio.close()


@dataclass
class Referee:
    """Any number of courts."""

    courts: dict[int, Court] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def answer(self, order: Order) -> Order:
        """`{"ok": …}`, or `{"error": …}` for an order that cannot be carried out."""
        try:
            return {"ok": self._obey(order)}
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as trouble:
            return {"error": f"{type(trouble).__name__}: {trouble}"}

    def _obey(self, order: Order) -> Any:
        if "open" in order:
            number = next(self._numbers)
            self.courts[number] = court = Court(Clock(Path(order["clock"])))
            return {"court": number, **court.card()}
        court = self.courts[order.pop("court")]
        if "close" in order:
            court.close()
            return True
        return court.obey(order)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body of an answer waits 40 ms for its head to be acknowledged
    referee: Referee

    def do_POST(self) -> None:
        """One order."""
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(self.referee.answer(order), default=plain).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(port: int) -> tuple[int, threading.Thread]:
    """Listen; the port and the thread that serves it."""
    handler = type("Handler", (_Handler,), {"referee": Referee()})
    server = _Listening((HOST, port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    return server.server_address[1], thread
