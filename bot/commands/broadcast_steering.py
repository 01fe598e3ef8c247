"""Steering broadcasts that are queued: how far one has come, pausing it, going on, stopping it for good."""

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.live import Live
from sqlalchemy.orm import Session

from bot.commands import broadcast_words as words
from bot.commands.context import ConfigFile, UsageProblem, clock, open_database, settings
from models import broadcasting, roles
from models.broadcasting import BroadcastOver, NoSuchBroadcast, Progress
from models.broadcasts import Broadcast, BroadcastStatus
from models.database import reading, writing

#: How often `--follow` looks, in seconds.
LOOKS = 1.0
#: Broadcasts in the list.
RECENT = 20

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The number `broadcast status` shows.", metavar="ID")]


def status(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(help="Which one; without it, the newest are listed.", metavar="ID")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Keep looking until it has ended.")] = False,
    as_json: Json = False,
    config: ConfigFile = None,
) -> None:
    """How far a broadcast has come. Every person it is for stands in exactly one line."""
    if follow and (as_json or number is None or not sys.stdout.isatty()):
        raise UsageProblem("--follow needs an ID and a terminal, and goes without --json.")
    database = open_database(settings(config or context.obj))
    if number is None:
        _list(database, as_json=as_json)
    elif follow:
        _follow(database, number)
    else:
        _tell(*_found(database, number), as_json=as_json)


def pause(context: typer.Context, number: Number, as_json: Json = False, config: ConfigFile = None) -> None:
    """Send nothing more of it for now."""
    done = {
        BroadcastStatus.PAUSED: "Siaran dijeda. It was paused already.",
        None: "Siaran dijeda. It is paused: what was being sent may still arrive, nothing else goes out until `resume`.",
    }
    _steer(context, number, broadcasting.pause, done, as_json, config)


def resume(context: typer.Context, number: Number, as_json: Json = False, config: ConfigFile = None) -> None:
    """Go on where it was paused."""
    going = "Siaran berjalan. It was not paused, and goes on."
    states = (BroadcastStatus.FREEZING, BroadcastStatus.SCHEDULED, BroadcastStatus.SENDING)
    done: dict[BroadcastStatus | None, str] = dict.fromkeys(states, going)
    _steer(context, number, broadcasting.resume, done | {None: "Siaran dilanjutkan. It goes on."}, as_json, config)


def cancel(context: typer.Context, number: Number, as_json: Json = False, config: ConfigFile = None) -> None:
    """Stop it for good. What has left has left."""
    done: dict[BroadcastStatus | None, str] = {None: "Siaran dihentikan. It is stopped for good: nothing more is sent."}
    _steer(context, number, broadcasting.cancel, done, as_json, config)


def _steer(
    context: typer.Context, number: int, act: Callable[[Session, int | None, int, datetime], Broadcast],
    done: dict[BroadcastStatus | None, str], as_json: bool, config: Path | None,
) -> None:  # fmt: skip
    """Do it, and say what was done; `done` is keyed by the state before, None being any other."""
    database, now = open_database(settings(config or context.obj)), clock()()
    with writing(database) as session:
        found = broadcasting.locked(session, number)
        if found is None:
            words.refuse(_unknown(number))
        before = BroadcastStatus(found.status)
        try:
            act(session, roles.COMMAND_LINE, number, now)
        except BroadcastOver:
            words.refuse(f"Siaran {number} sudah selesai. Broadcast {number} is over: {words.DOING[before]}.")
    if not as_json:
        print(done.get(before, done[None]))
    _tell(*_found(database, number), as_json=as_json)


def _found(database: sa.Engine, number: int) -> tuple[Broadcast, Progress]:
    with reading(database) as session:
        try:
            return session.get_one(Broadcast, number), broadcasting.progress(session, number)
        except (NoSuchBroadcast, sa.exc.NoResultFound):
            words.refuse(_unknown(number))


def _tell(broadcast: Broadcast, progress: Progress, *, as_json: bool) -> None:
    words.print_if(as_json, words.as_json(broadcast, progress))
    if not as_json:
        words.console().print(words.page(broadcast, progress))


def _list(database: sa.Engine, *, as_json: bool) -> None:
    with reading(database) as session:
        found = {one.id: (one, broadcasting.progress(session, one.id)) for one in broadcasting.recent(session, RECENT)}
    words.print_if(as_json, [words.as_json(*one) for one in found.values()])
    if not as_json:
        words.console().print(words.listed(found) if found else "Belum ada siaran. There are no broadcasts yet.")


def _follow(database: sa.Engine, number: int) -> None:
    """Until it has ended, or Ctrl+C, which stops the looking alone."""
    broadcast, progress = _found(database, number)
    began, at_first = time.monotonic(), progress.waiting
    with Live(words.page(broadcast, progress), console=words.console()) as live:
        try:
            while not _over(progress):
                time.sleep(LOOKS)
                broadcast, progress = _found(database, number)
                live.update(words.page(broadcast, progress, _rest(progress, at_first, time.monotonic() - began)))
        except KeyboardInterrupt:
            return


def _over(progress: Progress) -> bool:
    return progress.status in (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED) and not progress.waiting


def _rest(progress: Progress, at_first: int, seconds: float) -> timedelta | None:
    """How long the rest takes if it goes on as it went since we looked."""
    done = at_first - progress.waiting
    return timedelta(seconds=seconds * progress.waiting / done) if done > 0 and progress.waiting else None


def _unknown(number: int) -> str:
    return f"Tidak ada siaran {number}. There is no broadcast {number}; `berdaya broadcast status` lists them."
