"""How a broadcast is told in a terminal: what it would come to, and how far it has come."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

import typer
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot.commands.broadcast_plan import Plan
from bot.commands.context import REFUSED
from bot.conversation.texts import Texts
from models.audience import Reach
from models.broadcasting import Progress
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import OPEN, Status
from models.programme import WIB
from models.template_fit import ANNOUNCEMENT, LONGEST, Trouble

#: What each state of a person means for a broadcast.
REACH = {
    Reach.REACHABLE: "reached", Reach.WINDOW_CLOSED: "by template", Reach.OPTED_OUT: "stopped messages",
    Reach.BLOCKED: "blocked", Reach.NO_CONSENT: "no consent to announcements", Reach.NO_CONTACT: "no address",
}  # fmt: skip
#: What each state of a message means.
STATUS = {
    Status.QUEUED: "waiting for their turn", Status.SENDING: "being sent", Status.UNCERTAIN: "perhaps sent, being found out",
    Status.HELD: "held for a coordinator's decision", Status.ACCEPTED: "sent", Status.DELIVERED: "arrived",
    Status.READ: "read", Status.FAILED: "not reached", Status.EXPIRED: "too late, not sent",
    Status.CANCELLED: "taken back",
}  # fmt: skip
#: What a broadcast is doing.
DOING = {
    BroadcastStatus.FREEZING: "writing down for whom it is", BroadcastStatus.SCHEDULED: "waiting for its time",
    BroadcastStatus.SENDING: "sending", BroadcastStatus.PAUSED: "paused", BroadcastStatus.CANCELLED: "stopped for good",
    BroadcastStatus.FINISHED: "finished",
}  # fmt: skip


def console() -> Console:
    """Where it is told; lines are not broken to the width of a terminal where there is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def print_if(as_json: bool, data: Any) -> None:
    """Print data as JSON, if JSON was asked for."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False))


def refuse(why: str) -> NoReturn:
    """End with exit code 1 and a sentence."""
    print(why, file=sys.stderr)
    raise typer.Exit(REFUSED)


_TROUBLE = {
    Trouble.NO_TEMPLATE: "no template is approved for announcements (`berdaya templates list`)",
    Trouble.TOO_LONG: f"the text is longer than the {LONGEST} characters that fit into the template",
    Trouble.NO_PICTURE: "the template has no picture",
}


def tell_plan(console: Console, plan: Plan, texts: Texts, now: datetime) -> None:
    """For whom it would be, when, how long, and as it will look."""
    console.print(f"Siaran: {plan.audience}", markup=False)
    if plan.expected.by_channel:
        console.print(_counts(plan))
    excluded = ", ".join(f"{REACH[Reach(reason)]} {count:,}" for reason, count in plan.excluded.items())
    without = f"; {plan.expected.audience - plan.expected.recipients:,} get nothing ({excluded})" if excluded else ""
    console.print(f"{plan.expected.audience:,} people: {plan.expected.recipients:,} get it{without}.", soft_wrap=True)
    console.print(_when(plan, now), soft_wrap=True)
    if plan.days > 1:
        console.print(
            f"Meta allows {plan.limit:,} people a day outside their 24-hour window: {plan.by_template:,} go over {plan.days} days.",
            soft_wrap=True,
        )
    console.print(Panel(Text(plan.shown(texts, now)), title="as it will look", expand=False))
    if plan.by_template:
        console.print(_by_template(plan), markup=False, soft_wrap=True)


def told_span(span: timedelta) -> str:
    """«at once», «about 40 seconds», «about 3 hours»."""
    seconds = span.total_seconds()
    if seconds < 1:
        return "at once"
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 1.5 * size:
            return f"about {round(seconds / size)} {unit}s"
    return f"about {round(seconds)} second{'s' if round(seconds) > 1 else ''}"


def told_moment(at: datetime) -> str:
    """«5 December 2026 09:00 WIB»."""
    return f"{at.astimezone(WIB):%-d %B %Y %H:%M} WIB"


def page(broadcast: Broadcast, progress: Progress, rest: timedelta | None = None) -> RenderableType:
    """How far a broadcast has come, to the unit; `rest`: how long it may still take, if that can be said."""
    ended = progress.recipients - progress.waiting
    lines = [
        f"Siaran {progress.id}: {DOING[progress.status]}; to {broadcast.audience}; from {told_moment(broadcast.starts_at)}"
    ]
    if progress.status is BroadcastStatus.FREEZING:
        lines.append(f"so far up to person {broadcast.last_person_id:,} of {broadcast.highest_person_id:,}")
    if not progress.recipients:
        return Group(*(Text(line) for line in lines), _ends(progress))
    bar = Table.grid(padding=(0, 1))
    left = f", {told_span(rest)} left" if rest else ""
    bar.add_row(
        ProgressBar(progress.recipients, ended, width=40),
        f"{ended:,} of {progress.recipients:,} have an end{left}",
    )
    return Group(*(Text(line) for line in lines), bar, _ends(progress))


def listed(broadcasts: Mapping[int, tuple[Broadcast, Progress]]) -> Table:
    """The newest broadcasts, a row each."""
    table = Table("id", "status", "to", "from", "recipients", "have an end", "not reached")
    for number, (broadcast, progress) in broadcasts.items():
        table.add_row(
            str(number), DOING[progress.status], escape(broadcast.audience), told_moment(broadcast.starts_at),
            f"{progress.recipients:,}", f"{progress.recipients - progress.waiting:,}", f"{progress.counts.get(Status.FAILED, 0):,}",
        )  # fmt: skip
    return table


def as_json(broadcast: Broadcast, progress: Progress) -> dict[str, Any]:
    """A broadcast as plain data. The sum of `counts` is `recipients`; with the sum of `excluded` it is `audience_size`."""
    return {
        "id": progress.id,
        "status": progress.status.value,
        "audience": broadcast.audience,
        "starts_at": broadcast.starts_at.isoformat(),
        "ended_at": broadcast.ended_at.isoformat() if broadcast.ended_at else None,
        "audience_size": progress.audience,
        "recipients": progress.recipients,
        "waiting": progress.waiting,
        "counts": {status.value: progress.counts.get(status, 0) for status in Status},
        "failures": dict(progress.failures),
        "excluded": dict(progress.excluded),
    }


def _counts(plan: Plan) -> Table:
    states = [reach for reach in Reach if any(reach in found for found in plan.expected.by_channel.values())]
    table = Table("channel", *(REACH[reach] for reach in states), "takes")
    for channel, found in sorted(plan.expected.by_channel.items()):
        takes = told_span(timedelta(seconds=plan.seconds[channel])) if channel in plan.seconds else "–"
        table.add_row(channel, *(f"{found.get(reach, 0):,}" for reach in states), takes)
    return table


def _by_template(plan: Plan) -> str:
    if plan.troubles:
        return f"{plan.by_template:,} would get nothing: {'; '.join(_TROUBLE[trouble] for trouble in plan.troubles)}."
    how = f", on one line: {plan.flat}" if plan.flat != plan.text else ""
    return f"{plan.by_template:,} get it by the approved template «{ANNOUNCEMENT}»{how}"


def _when(plan: Plan, now: datetime) -> str:
    begins = "now" if plan.begins_at <= now else f"on {told_moment(plan.begins_at)}"
    quiet = " (after the quiet hours)" if plan.begins_at > max(plan.starts_at, now) else ""
    told = told_span(plan.takes)
    return f"Begins {begins}{quiet} and goes {told if told == 'at once' else f'out within {told}'}."


def _ends(progress: Progress) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    for status in (*OPEN, *(status for status in Status if status not in OPEN)):
        if count := progress.counts.get(status):
            table.add_row(f"{count:,}", STATUS[status] + _why(progress, status))
    for reason, count in progress.excluded.items():
        table.add_row(f"{count:,}", f"got no message: {REACH[Reach(reason)]}")
    table.add_row(f"{progress.audience:,}", "in all")
    return table


def _why(progress: Progress, status: Status) -> str:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(progress.failures.items()))
    return f" ({reasons})" if status is Status.FAILED and reasons else ""
