"""`berdaya coordinator`: the first coordinator, and who holds the role."""

from typing import Annotated

import phonenumbers
import typer

from bot.commands.context import REFUSED, ConfigFile, UsageProblem, clock, office, settings
from models import invitations, roles
from models.people import RoleName

app = typer.Typer(help="Coordinators: add the first, list, remove.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Option("--name", help="How she is called.")],
    telegram: Annotated[str | None, typer.Option("--telegram", help="Her Telegram chat id.")] = None,
    whatsapp: Annotated[str | None, typer.Option("--whatsapp", help="Her WhatsApp address, +62….")] = None,
    simulator: Annotated[str | None, typer.Option("--simulator", help="A simulated phone's name.")] = None,
    config: ConfigFile = None,
) -> None:
    """Add a coordinator. Without an address, prints a one-time code that she sends to the bot."""
    given = [(c, a) for c, a in (("telegram", telegram), ("whatsapp", whatsapp), ("simulator", simulator)) if a]
    if len(given) > 1:
        raise UsageProblem("Give one address: --telegram, --whatsapp or --simulator.")
    if not name.strip():
        raise UsageProblem("--name must not be empty.")
    now = clock()()
    with office(settings(config)) as session:
        if given:
            channel, address = given[0]
            person_id = roles.add_coordinator(session, name.strip(), channel, _usable(channel, address), now)
            print(f"{name.strip()} is a coordinator now (person {person_id}, {channel}).")
        else:
            code = invitations.create(session, roles.COMMAND_LINE, name.strip(), now)
            print(f"One-time code for {name.strip()}: {code}\nShe sends it to the bot within 7 days.")


def _usable(channel: str, address: str) -> str:
    """An address as the channel will say it. Raises UsageProblem for what cannot be one."""
    if channel == "telegram" and not address.lstrip("-").isdecimal():
        raise UsageProblem(f"--telegram takes a chat id, a whole number; {address!r} is none.")
    if channel == "whatsapp" and (plain := address.removeprefix("whatsapp:")).lstrip("+").isdecimal():
        number = phonenumbers.parse(plain, "ID")
        if not phonenumbers.is_possible_number(number):
            raise UsageProblem(f"--whatsapp: {address!r} is no possible number. Write it like +6281200001234.")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return address.removeprefix("whatsapp:")


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """List the coordinators."""
    with office(settings(config)) as session:
        for person, channels in roles.listed(session):
            print(f"{person.id}\t{person.name}\t{', '.join(channels) or 'no contact'}")


@app.command()
def remove(
    person: Annotated[int, typer.Argument(help="The number `coordinator list` shows.")],
    config: ConfigFile = None,
) -> None:
    """Take the role from somebody. Her own registration stays."""
    with office(settings(config)) as session:
        removed = roles.revoke(session, person, RoleName.COORDINATOR, clock()())
    print("Removed." if removed else "There is no coordinator with this number.")
    if not removed:
        raise typer.Exit(REFUSED)
