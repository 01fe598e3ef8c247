"""`berdaya templates`: the WhatsApp templates the texts need, from the first draft to Meta's approval."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.channels import whatsapp_proposals as proposals
from bot.channels.twilio_client import TwilioClient
from bot.channels.twilio_transport import Refused, Trouble
from bot.channels.whatsapp_proposals import Approval, AtTwilio, Standing
from bot.commands.context import REFUSED, ConfigFile, UsageProblem, settings
from bot.config import Config

T = TypeVar("T")
JsonFlag = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
app = typer.Typer(help="WhatsApp templates: list, create at Twilio, submit to Meta.", no_args_is_help=True)

_NEXT = {
    Approval.MISSING: "run `berdaya templates create`",
    Approval.UNSUBMITTED: "run `berdaya templates submit`",
    Approval.RECEIVED: "wait: Meta usually answers within a day",
    Approval.PENDING: "wait: Meta usually answers within a day",
    Approval.APPROVED: "nothing: it is in use",
    Approval.REJECTED: "change its words in bot/channels/whatsapp_templates.py, then create and submit",
    Approval.PAUSED: "send less of it; Meta lifts the pause by itself",
    Approval.DISABLED: "change its words in bot/channels/whatsapp_templates.py, then create and submit",
}


@app.command("list")
def list_(config: ConfigFile = None, as_json: JsonFlag = False) -> None:
    """Show each template, how far it is, and what to do next."""
    configuration = settings(config)
    _show(_with_twilio(configuration, proposals.listed), configuration, as_json)


@app.command()
def create(config: ConfigFile = None, as_json: JsonFlag = False) -> None:
    """Create at Twilio what is missing. Creating twice makes nothing new; nothing is shown to Meta yet."""
    configuration = settings(config)

    async def work(client: TwilioClient) -> list[AtTwilio]:
        found = await proposals.listed(client)
        for standing in _standings(found, configuration):
            number = proposals.next_number(standing, found)
            if number is not None:
                await proposals.create(client, standing.proposal, number)
                print(f"created {standing.proposal.name(number)}", file=sys.stderr)
        return await proposals.listed(client)

    _show(_with_twilio(configuration, work), configuration, as_json)


@app.command()
def submit(config: ConfigFile = None, as_json: JsonFlag = False) -> None:
    """Show to Meta what was created and not yet submitted."""
    configuration = settings(config)

    async def work(client: TwilioClient) -> list[AtTwilio]:
        for standing in _standings(await proposals.listed(client), configuration):
            if standing.found and standing.approval is Approval.UNSUBMITTED and not standing.is_configured:
                await proposals.submit(client, standing.found, standing.proposal.kind.category)
                print(f"submitted {standing.found.name}", file=sys.stderr)
        return await proposals.listed(client)

    _show(_with_twilio(configuration, work), configuration, as_json)


def _standings(found: Sequence[AtTwilio], config: Config) -> list[Standing]:
    return proposals.standings(found, {name: sid for name, sid in config.twilio.templates.items() if sid})


def _with_twilio(config: Config, work: Callable[[TwilioClient], Awaitable[T]]) -> T:
    """What `work` finds out with a client. Raises UsageProblem without an account, Exit when Twilio refuses."""
    twilio = config.twilio
    if not twilio.enabled:
        raise UsageProblem("Set twilio.account_sid, twilio.auth_token and twilio.whatsapp_from first.")

    async def run() -> T:
        client = TwilioClient(twilio.account_sid, twilio.auth_token.get_secret_value(), twilio.api_base_url)
        try:
            return await work(client)
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except Trouble as problem:
        advice = " Check twilio.account_sid and twilio.auth_token." if _is_stranger(problem) else ""
        print(f"Twilio menolak. Twilio did not do it: {problem}.{advice} What was done stays done.", file=sys.stderr)
        raise typer.Exit(REFUSED) from None


def _is_stranger(problem: Trouble) -> bool:
    return isinstance(problem, Refused) and problem.status in (401, 403)


def _show(found: Sequence[AtTwilio], config: Config, as_json: bool) -> None:
    standing = _standings(found, config)
    if as_json:
        print(json.dumps([_as_json(one) for one in standing], ensure_ascii=False))
        return
    table = Table("template", "approval", "SID", "next")
    for one in standing:
        reason = f"Meta: {one.found.reason}. " if one.found and one.found.reason else ""
        table.add_row(one.proposal.key, one.approval, one.found.sid if one.found else "–", reason + _next(one))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    _print_settings(standing)


def _next(one: Standing) -> str:
    if one.is_configured and one.approval is Approval.MISSING:
        return f"twilio.templates.{one.proposal.key} names a SID Twilio does not know: correct or empty it"
    return _NEXT[one.approval]


def _print_settings(standing: Sequence[Standing]) -> None:
    """The lines for config.toml. The program finds its own templates without them; they hold also when it cannot ask."""
    ours = [s for s in standing if s.approval is Approval.APPROVED and s.found and not s.is_configured]
    if ours:
        print("\n`berdaya run` finds these by their names. To fix them, write into config.toml:\n\n[twilio.templates]")
        for one in ours:
            print(f'{one.proposal.key} = "{one.found.sid if one.found else ""}"')


def _as_json(one: Standing) -> dict[str, str | bool | None]:
    return {
        "template": one.proposal.key,
        "language": one.proposal.language,
        "approval": one.approval,
        "sid": one.found.sid if one.found else None,
        "name": one.found.name if one.found else None,
        "reason": one.found.reason if one.found else "",
        "configured": one.is_configured,
        "next": _next(one),
    }
