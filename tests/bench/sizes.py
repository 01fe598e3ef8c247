"""How much is measured: everything, or just enough to see that it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of one run."""

    rounds: int  #: of each measurement that alternates
    seconds: float  #: of each measurement of inbound messages
    warm_up: float  #: seconds before each that do not count
    ways: int  #: into the program that are measured: Telegram's webhook, polling, WhatsApp
    conversations: tuple[int, int, int]  #: at once: one, many, many behind a slow provider
    recipients: int  #: of a broadcast without limits
    limited_seconds: float  #: how long a broadcast within a limit lasts
    limits: int  #: how many of the providers' limits are tried
    people: int  #: of the large database
    rates: tuple[int, ...]  #: of the broadcasts beside which latency is measured, after the one without limit
    sent: int  #: of its broadcast
    due: int  #: reminders
    enrolments: tuple[int, int]  #: of the small and the large programme
    starts: tuple[int, ...]  #: people in the databases it is started on; 0 is no database yet
    idle: float  #: seconds of silence before resident memory is read
    alone: bool = False  #: without the other libraries


FULL = Sizes(
    rounds=3, seconds=3.0, warm_up=0.5, ways=3, conversations=(1, 50, 200), recipients=10_000, limited_seconds=20.0, limits=4,
    people=1_000_000, rates=(1000, 30), sent=100_000, due=1_000, enrolments=(10_000, 1_000_000), starts=(0, 1_000_000), idle=3.0,
)  # fmt: skip
QUICK = Sizes(
    rounds=1, seconds=0.3, warm_up=0.1, ways=1, conversations=(1, 3, 6), recipients=60, limited_seconds=1.0, limits=1,
    people=500, rates=(), sent=200, due=20, enrolments=(100, 300), starts=(500,), idle=0.2,
)  # fmt: skip
