"""`berdaya broadcast`: announce something to many. What can be done with it later is in `broadcast_steering.py`."""

import sys
from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
import typer

from bot.app import TEXTS
from bot.commands import broadcast_steering as steering
from bot.commands import broadcast_words as words
from bot.commands.broadcast_plan import Plan, planned
from bot.commands.context import ConfigFile, UsageProblem, clock, open_database, settings
from bot.conversation.places import gazetteer
from bot.conversation.texts import Texts
from bot.settings import programme_of
from handlers.coordinator_broadcast import LONGEST
from models import broadcasting, roles
from models.audience import OFFERED, AudienceKind, UnknownAudience, parse_audience
from models.database import reading, writing
from models.programme import WIB

#: How far `--at` may lie back: a minute named while it lasts is not past.
SLACK = timedelta(minutes=1)
_AUDIENCES = "all, topic:CODE, kecamatan:CODE, event:SLUG or not-enrolled"

app = typer.Typer(help="Broadcasts: announce something to many, and steer it.", invoke_without_command=True)
for act in (steering.status, steering.pause, steering.resume, steering.cancel):
    app.command()(act)


@app.callback()
def broadcast(
    context: typer.Context,
    audience: Annotated[str | None, typer.Option("--audience", help=f"For whom: {_AUDIENCES}.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="What it says.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="When: ISO, such as 2026-12-05T09:00 (WIB). Without it, now.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Queue it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would come to; queue nothing.")] = False,
    as_json: steering.Json = False,
    config: ConfigFile = None,
) -> None:
    """Announce something: shows for how many, how long it takes and how it looks, asks, and queues it."""
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    now = clock()()
    who, said, starts_at = _audience(audience), _text(text), _moment(at, now)
    if not (yes or dry_run or sys.stdin.isatty()):
        raise UsageProblem("Nobody can be asked here: say --yes to queue it, or --dry-run to look first.")
    configuration = settings(config)
    database = open_database(configuration)
    with reading(database) as session:
        try:
            plan = planned(session, configuration, programme_of(configuration), who, said, starts_at, now)
        except UnknownAudience:
            words.refuse(f"There is no such {who.partition(':')[0]}: {who.partition(':')[2]}.")
    if not as_json:
        words.tell_plan(words.console(), plan, Texts.load(TEXTS), now)
    if dry_run:
        words.print_if(as_json, plan.to_json() | {"id": None})
        return
    _queue(database, plan, now, as_json=as_json, asks=not yes)


def _queue(database: sa.Engine, plan: Plan, now: datetime, *, as_json: bool, asks: bool) -> None:
    if not plan.expected.recipients:
        words.print_if(as_json, plan.to_json() | {"id": None})
        words.refuse("Tidak ada penerimanya. Nobody would get it, so nothing was queued.")
    if asks and not typer.confirm(f"Kirim ke {plan.expected.recipients:,} orang? Send it to so many people?", err=True):
        words.refuse("Nothing was queued.")
    with writing(database) as session:
        made = broadcasting.create(session, roles.COMMAND_LINE, plan.audience, plan.content, plan.starts_at, now)
    words.print_if(as_json, plan.to_json() | {"id": made.id})
    if not as_json:
        print(
            f"Siaran {made.id} masuk antrean. Broadcast {made.id} is queued: a running `berdaya run` begins it at once."
        )
        print(f"See it: berdaya broadcast status {made.id}. Stop it: berdaya broadcast cancel {made.id}.")


def _audience(given: str | None) -> str:
    if not given:
        raise UsageProblem(f"Say for whom: --audience {_AUDIENCES}.")
    try:
        found = parse_audience(given)
        if found.kind not in OFFERED:
            raise UnknownAudience(audience=given)
    except UnknownAudience:
        raise UsageProblem(f"--audience {given!r} is none. Choose {_AUDIENCES}.") from None
    if found.kind is AudienceKind.KECAMATAN and found.what not in gazetteer() and found.what != "luar":
        words.refuse(f"There is no such kecamatan: {found.what}.")
    return str(found)


def _text(given: str | None) -> str:
    text = (given or "").replace("\x00", "").strip()
    if not text:
        raise UsageProblem("Say what to announce: --text 'Ada kelas baru …'.")
    if len(text) > LONGEST:
        raise UsageProblem(f"--text has {len(text)} letters, at most {LONGEST} fit.")
    return text


def _moment(given: str | None, now: datetime) -> datetime:
    """When it is wanted (aware); now if nothing is said."""
    if given is None:
        return now
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise UsageProblem(
            f"--at {given!r} is no time. Write it like 2026-12-05T09:00 (WIB), or with its zone."
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=WIB)
    if at < now - SLACK:
        words.refuse(f"--at {words.told_moment(at)} is past; it is {words.told_moment(now)} now.")
    return max(at, now)
