"""`python -m tests.doubles telegram|twilio [--port N] [--clock FILE]`: prints its port and obeys JSON lines.

`python -m tests.doubles referee [--port N]` plays both for any number of trials and obeys by HTTP (`referee.py`).

It ends when its input ends. Warnings (no specification found) go to the error stream.
"""

import argparse
import sys
from pathlib import Path

from tests.doubles import referee
from tests.doubles.clock import Clock
from tests.doubles.control import Control
from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble


def main() -> None:
    """Read the arguments and run until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.doubles", description=__doc__)
    parser.add_argument("provider", choices=["telegram", "twilio", "referee"])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--clock", type=Path, help="file with an offset in seconds")
    arguments = parser.parse_args()
    if arguments.provider == "referee":
        port, _ = referee.serve(arguments.port)
        print(f"port {port}", flush=True)
        sys.stdin.read()
        return
    kind = TelegramDouble if arguments.provider == "telegram" else TwilioDouble
    with kind(port=arguments.port, clock=Clock(arguments.clock)) as double:
        print(f"port {double.port} specification {'on' if double.checks_specification else 'OFF'}", flush=True)
        for answer in Control(double).answers(sys.stdin):
            print(answer, flush=True)


if __name__ == "__main__":
    main()
