"""Templates from the first draft to Meta's approval: created once, submitted once, found by their names, and sent."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.channels import whatsapp_proposals as proposals
from bot.channels.base import Rejected, WindowClosed
from bot.channels.whatsapp_proposals import PROPOSALS, Approval, AtTwilio, Proposal
from bot.channels.whatsapp_templates import KINDS, NAMES
from bot.commands.context import UsageProblem
from bot.conversation.reply import Reply
from bot.conversation.texts import Texts
from tests.channels.whatsapp_parts import HER, REMINDER, Notebook, channel_at, parcel
from tests.doubles.faults import FaultKind
from tests.doubles.twilio import TwilioDouble
from tests.doubles.twilio_content import Approval as Meta

Command = Callable[..., Result]
KEYS = {*NAMES, *(f"{name}_en" for name in NAMES)}


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double
        assert double.violations == []


@pytest.fixture
def templates(double: TwilioDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`templates("create")`: the command at the double."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BERDAYA_")]:
        monkeypatch.delenv(name)

    def command(*arguments: str, **more: str) -> Result:
        given = {
            "TWILIO__ACCOUNT_SID": double.account_sid, "TWILIO__AUTH_TOKEN": double.auth_token,
            "TWILIO__WHATSAPP_FROM": double.sender.removeprefix("whatsapp:"), "TWILIO__API_BASE_URL": double.url,
            "WEB__PUBLIC_URL": "http://127.0.0.1:9",
        } | more  # fmt: skip
        environ = {f"BERDAYA_{name}": value for name, value in given.items()}
        return CliRunner().invoke(app, ["templates", *arguments], env=environ)

    return command


def shown(result: Result) -> dict[str, dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return {entry["template"]: entry for entry in json.loads(result.stdout)}


def test_from_nothing_to_approved(templates: Command, double: TwilioDouble) -> None:
    at_first = shown(templates("list", "--json"))
    assert set(at_first) == KEYS
    assert {entry["approval"] for entry in at_first.values()} == {"missing"}
    created = shown(templates("create", "--json"))
    assert {entry["approval"] for entry in created.values()} == {"unsubmitted"}
    submitted = shown(templates("submit", "--json"))
    assert {entry["approval"] for entry in submitted.values()} == {"pending"}
    for content in double.contents.by_sid.values():
        double.decide(content.sid, Meta.APPROVED)
    result = templates("list")
    assert "nothing: it is in use" in result.stdout
    sid = submitted["reminder"]["sid"]
    assert f'[twilio.templates]\nreminder = "{sid}"\n' in result.stdout
    assert double.contents.by_sid[submitted["announcement"]["sid"]].category == "MARKETING"
    assert double.contents.by_sid[sid].category == "UTILITY"


def test_doing_it_twice_makes_nothing_new(templates: Command, double: TwilioDouble) -> None:
    for _ in range(2):
        templates("create")
    assert len(double.contents.by_sid) == len(PROPOSALS) == len(KEYS)
    for _ in range(2):
        assert templates("submit").exit_code == 0  # the double refuses a name that was submitted before


def test_what_broke_off_is_taken_up_again(templates: Command, double: TwilioDouble) -> None:
    double.fail_next("Content.create", FaultKind.RESET_AFTER_ACCEPT)
    result = templates("create")
    assert (result.exit_code, len(double.contents.by_sid)) == (1, 1)
    assert set(shown(templates("create", "--json"))) == KEYS
    assert len(double.contents.by_sid) == len(KEYS)


def test_meta_says_no_and_the_next_wording_gets_a_new_name(templates: Command, double: TwilioDouble) -> None:
    templates("create")
    sid = shown(templates("submit", "--json"))["offer"]["sid"]
    double.decide(sid, Meta.REJECTED, "INVALID_FORMAT")
    entry = shown(templates("create", "--json"))["offer"]
    assert (entry["sid"], entry["approval"], entry["reason"]) == (sid, "rejected", "INVALID_FORMAT")
    double.contents.by_sid[sid].types["twilio/quick-reply"]["body"] = "Halo {{1}}, kata-kata yang lama."
    entry = shown(templates("create", "--json"))["offer"]
    assert (entry["name"], entry["approval"]) == ("berdaya_offer_id_2", "unsubmitted")
    assert shown(templates("submit", "--json"))["offer"]["approval"] == "pending"


@pytest.mark.parametrize("state", Meta)
def test_every_state_has_a_next_step(templates: Command, double: TwilioDouble, state: Meta) -> None:
    templates("create")
    (sid,) = [sid for sid, made in double.contents.by_sid.items() if made.friendly_name == "berdaya_summary_en"]
    double.decide(sid, state)
    entry = shown(templates("list", "--json"))["summary_en"]
    assert entry["approval"] == state
    assert entry["next"]


def test_what_the_operator_configured_is_shown_and_left_alone(templates: Command, double: TwilioDouble) -> None:
    sid = double.template("Halo {{1}}, kegiatan {{2}} sudah dekat, sampai jumpa.", name="punya_kami")
    lost = "HX" + "0" * 32
    settings = {"TWILIO__TEMPLATES__REMINDER": sid, "TWILIO__TEMPLATES__OFFER": lost}
    entries = shown(templates("create", "--json", **settings))
    reminder, offer = entries["reminder"], entries["offer"]
    assert (reminder["sid"], reminder["approval"], reminder["configured"]) == (sid, "approved", True)
    assert "a SID Twilio does not know" in offer["next"]
    names = {content.friendly_name for content in double.contents.by_sid.values()}
    assert not names & {"berdaya_reminder_id", "berdaya_offer_id"}


def test_a_wrong_token_and_no_account_are_said_plainly(templates: Command) -> None:
    result = templates("list", TWILIO__AUTH_TOKEN="wrong")
    assert (result.exit_code, "twilio.auth_token" in result.stderr) == (1, True)
    nothing = dict.fromkeys(("TWILIO__ACCOUNT_SID", "TWILIO__AUTH_TOKEN", "TWILIO__WHATSAPP_FROM"), "")
    assert isinstance(templates("list", **nothing).exception, UsageProblem)


@pytest.mark.parametrize("proposal", PROPOSALS, ids=lambda p: str(p.key))
def test_every_wording_names_its_variables_in_order_and_the_buttons_after_them(proposal: Proposal) -> None:
    document = proposal.document(1)
    names = [f"{{{{{place}}}}}" for place in range(1, len(proposal.kind.values) + 1)]
    assert [part for part in names if part in proposal.says] == names
    assert len(document["variables"]) == len(names) + len(proposal.kind.titles)


def at_twilio(name: str, approval: Approval, body: str = "x") -> AtTwilio:
    return AtTwilio(f"HX{name}", name, body, approval)


def test_of_several_wordings_the_approved_counts_then_the_newest() -> None:
    first, second = at_twilio("berdaya_moved_id", Approval.APPROVED), at_twilio("berdaya_moved_id_2", Approval.PENDING)
    others = [at_twilio("berdaya_moved_en", Approval.PENDING), at_twilio("berdaya_moved_idx", Approval.APPROVED)]
    assert proposals.approved([second, first, *others]) == {"moved": first.sid}
    newer = replace(second, approval=Approval.APPROVED)
    assert proposals.approved([first, newer])["moved"] == newer.sid


async def test_a_running_channel_finds_them_by_name_also_later(templates: Command, double: TwilioDouble) -> None:
    for step in ("create", "submit"):
        await asyncio.to_thread(templates, step)
    siti, memory = double.person(f"whatsapp:{HER}"), Notebook()
    channel = channel_at(double, memory=memory)
    await channel.open()
    with pytest.raises(WindowClosed):
        await channel.send(parcel(REMINDER, double, window_open=False))
    (sid,) = [sid for sid, content in double.contents.by_sid.items() if content.friendly_name == "berdaya_reminder_id"]
    double.decide(sid, Meta.APPROVED)
    with pytest.raises(WindowClosed):  # it was asked a moment ago
        await channel.send(parcel(REMINDER, double, window_open=False))
    later = double.clock.now() + timedelta(minutes=11)
    await channel.send(parcel(REMINDER, double, window_open=False, now=later))
    assert "saya ingatkan: besok ada kegiatan Menjahit Dasar" in siti.last.text
    assert [action for _, action in siti.last.buttons] == ["attend:7:yes", "attend:7:no"]
    assert json.loads(memory.kept["templates"]) == {"reminder": sid}
    await channel.close()


async def test_what_was_found_holds_while_twilio_is_silent(double: TwilioDouble) -> None:
    sid = double.template(KINDS["question.answer"].says, name="x")
    double.fail_next("ContentAndApprovals.list", FaultKind.ERROR)
    siti = double.person(f"whatsapp:{HER}")
    texts = Texts({"id": {"question.answer": "{text}"}})
    channel = channel_at(double, memory=Notebook({"templates": json.dumps({"answer": sid})}), texts=texts)
    await channel.open()
    await channel.send(parcel(Reply("question.answer", {"called": "Bu Siti", "text": "Boleh."}), double,
                              window_open=False))  # fmt: skip
    await channel.close()
    assert "jawaban petugas untuk pertanyaannya: Boleh." in siti.last.text


async def test_what_is_too_long_for_a_template_is_not_tried(double: TwilioDouble) -> None:
    sid = double.template(KINDS["broadcast.text"].says, name="x")
    channel = channel_at(double, templates={"announcement": sid})
    long = Reply("broadcast.text", {"called": "Bu Siti", "text": "kabar " * 170})
    with pytest.raises(Rejected, match="too_long"):
        await channel.send(parcel(long, double, window_open=False))
    await channel.close()
    assert not double.sent
