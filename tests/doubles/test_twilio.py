"""The Twilio double plays its part: window, inbound posts, callbacks, lists, faults. Calls: plain HTTP."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.doubles.faults import FaultKind
from tests.doubles.plain_http import request, requests
from tests.doubles.server import Server
from tests.doubles.twilio import SENDER, TwilioDouble
from tests.doubles.twilio_content import Approval
from tests.doubles.twilio_delivery import CallbackPlan
from tests.doubles.twilio_people import TwilioPerson

HER = "whatsapp:+6281200001234"
GOOD = {"To": HER, "From": SENDER, "Body": "halo"}


class Program(Server):
    """Stands for the program: takes posts, remembers them, answers with the statuses it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[tuple[web.Request, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.answer = "<Response/>"

    def application(self) -> web.Application:
        """One route for everything, and one picture."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._post)
        app.router.add_get("/gambar.png", self._picture)
        return app

    def opened(self) -> None:
        """Nothing to resume."""

    def waits(self, count: int) -> list[dict[str, str]]:
        """The forms, once there are so many."""
        deadline = time.monotonic() + 10
        with self.changed:
            while len(self.posts) < count and (left := deadline - time.monotonic()) > 0:
                self.changed.wait(left)
        assert len(self.posts) >= count
        return [form for _, form in self.posts]

    async def _post(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.posts.append((request, form))
        self.tell_waiters()
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(text=self.answer, content_type="text/xml", status=status)

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG\r\n\x1a\n", content_type="image/png")


@pytest.fixture
def program() -> Iterator[Program]:
    """A listener."""
    with Program() as program:
        yield program


@pytest.fixture
def double(program: Program) -> Iterator[TwilioDouble]:
    """An open double that posts to the program."""
    with TwilioDouble() as double:
        double.webhook_url = f"{program.url}/whatsapp/webhook?a=1#rc=2&rp=all"
        yield double


@pytest.fixture
def siti(double: TwilioDouble) -> TwilioPerson:
    """A woman whose window is open."""
    return double.person(HER, "Siti", heard=True)


def messages_path(double: TwilioDouble) -> str:
    """The path of the Messages resource."""
    return f"/2010-04-01/Accounts/{double.account_sid}/Messages.json"


def send(double: TwilioDouble, **form: Any) -> tuple[int, dict[str, Any]]:
    """Messages.create."""
    return request(double, "POST", messages_path(double), data=form)


def test_inbound_posts_are_signed_and_tried_again(double: TwilioDouble, siti: TwilioPerson, program: Program) -> None:
    program.statuses = [503, 503]
    sid = siti.says("halo")
    forms = program.waits(3)
    assert [form["MessageSid"] for form in forms] == [sid] * 3
    last, form = program.posts[-1]
    url = double.webhook_url.partition("#")[0]
    assert RequestValidator(double.auth_token).validate(url, form, last.headers["X-Twilio-Signature"])
    assert len({post.headers["I-Twilio-Idempotency-Token"] for post, _ in program.posts}) == 1
    assert (form["From"], form["WaId"], form["Body"]) == (HER, "6281200001234", "halo")


def test_every_kind_of_inbound_has_its_fields(double: TwilioDouble, siti: TwilioPerson, program: Program) -> None:
    sid = double.template("Halo Ibu, sampai besok ya.", {"come:1": "Bisa"})
    assert send(double, To=HER, From=SENDER, ContentSid=sid)[0] == 201
    siti.presses("Bisa")
    siti.sends_location(-6.17, 106.63, "Balai")
    siti.sends_photo(caption="ini")
    press, place, photo = program.waits(3)
    assert (press["MessageType"], press["ButtonPayload"], press["ButtonText"]) == (
        "interactive",
        "come:1",
        "Bisa",
    )
    assert (place["Latitude"], place["Label"], place["Body"]) == ("-6.17", "Balai", "")
    assert (photo["NumMedia"], photo["MediaContentType0"]) == ("1", "image/jpeg")
    assert photo["MediaUrl0"].startswith(double.url)
    hidden = double.person("whatsapp:ID.abc123")
    hidden.says("halo")
    form = program.waits(4)[-1]
    assert (form["From"], form["ExternalUserId"], "WaId" in form) == (
        "whatsapp:ID.abc123",
        "ID.abc123",
        False,
    )


def test_a_missed_inbound_is_found_in_the_list(double: TwilioDouble, siti: TwilioPerson, program: Program) -> None:
    double.miss_next_inbound()
    missed, heard = siti.says("satu"), siti.says("dua")
    assert [form["MessageSid"] for form in program.waits(1)] == [heard]
    path, since = messages_path(double), {"To": SENDER, "DateSent>": "2026-01-01T00:00:00Z"}
    listed = request(double, "GET", path, params=since)[1]
    assert [m["sid"] for m in listed["messages"]] == [heard, missed]
    first = request(double, "GET", path, params=since | {"PageSize": "1"})[1]
    following = request(double, "GET", first["next_page_uri"])[1]
    assert [m["sid"] for m in following["messages"]] == [missed]
    assert following["next_page_uri"] is None
    assert request(double, "GET", path, params={"From": SENDER})[1]["messages"] == []


def test_a_message_outside_the_window_is_taken_and_fails_later(
    double: TwilioDouble, siti: TwilioPerson, program: Program
) -> None:
    double.clock.advance(hours=24)
    callback = f"{program.url}/whatsapp/status/1"
    assert send(double, **GOOD, StatusCallback=callback)[0] == 201
    assert [form["MessageStatus"] for form in program.waits(2)] == ["queued", "undelivered"]
    assert program.posts[-1][1]["ErrorCode"] == "63016"
    assert siti.messages == ()
    sid = double.template("Halo Ibu, sampai besok ya.")
    assert send(double, To=HER, From=SENDER, ContentSid=sid)[0] == 201
    assert siti.has_received("besok").is_template
    listed = request(double, "GET", "/v1/ContentAndApprovals")[1]["contents"]
    assert [content["approval_requests"]["status"] for content in listed] == ["approved"]
    double.decide(sid, Approval.REJECTED)
    assert send(double, To=HER, From=SENDER, ContentSid=sid, StatusCallback=callback)[0] == 201
    assert program.waits(4)[-1]["ErrorCode"] == "63016"
    siti.says("halo")
    assert send(double, **GOOD)[0] == 201
    assert siti.waits_for("halo").text == "halo"
    assert not double.refusals


def test_status_callbacks_come_in_the_order_of_the_plan(
    double: TwilioDouble, siti: TwilioPerson, program: Program
) -> None:
    callback = f"{program.url}/whatsapp/status/1"
    double.callbacks = CallbackPlan(("read", "sent", "sent"), before_answer=True)
    send(double, **GOOD, StatusCallback=callback)
    assert [form["MessageStatus"] for _, form in program.posts] == ["read", "sent", "sent"]
    double.fail_next("Messages.create", FaultKind.UNDELIVERED, code=63024)
    send(double, **GOOD, StatusCallback=callback)
    assert program.posts[-1][1]["ErrorCode"] == "63024"
    assert len(siti.messages) == 1


def test_media_is_fetched_from_the_program(double: TwilioDouble, siti: TwilioPerson, program: Program) -> None:
    send(double, **GOOD | {"Body": "lihat", "MediaUrl": f"{program.url}/gambar.png"})
    photo = siti.waits_for("lihat").photo
    assert photo is not None
    assert photo.content_type == "image/png"
    send(
        double,
        **GOOD | {"Body": "hilang", "MediaUrl": f"{program.url}/hilang.png", "StatusCallback": program.url},
    )
    assert program.waits(2)[-1]["ErrorCode"] == "63019"


def test_a_speaking_webhook_is_a_violation(double: TwilioDouble, siti: TwilioPerson, program: Program) -> None:
    program.answer = "<Response><Message>halo</Message></Response>"
    siti.says("halo")
    program.waits(1)
    deadline = time.monotonic() + 10
    with double.changed:
        while not double.violations and time.monotonic() < deadline:
            double.changed.wait(0.1)
    assert [refusal.call for refusal in double.violations] == ["webhook"]


def test_faults_strike_as_planned(double: TwilioDouble, siti: TwilioPerson) -> None:
    for kind, status, code in [
        ("429", 429, 20429),
        ("500", 500, 20500),
        ("401", 401, 20003),
        ("refused", 400, 21610),
    ]:
        double.fail_next("Messages.create", kind, code=21610)
        answered, answer = send(double, **GOOD)
        assert (answered, answer["code"]) == (status, code)
    for kind, received in {FaultKind.RESET_BEFORE: 0, FaultKind.RESET_AFTER_ACCEPT: 1}.items():
        double.fail_next("Messages.create", kind, to=HER)
        with pytest.raises(aiohttp.ClientError):
            send(double, **GOOD)
        assert len(siti.messages) == received
    double.fail_next("Messages.create", FaultKind.TIMEOUT_AFTER_ACCEPT)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(requests(double, "POST", messages_path(double), data=GOOD), 0.3))
    assert len(siti.messages) == 2
    double.rate_limit = 0.01
    assert [send(double, **GOOD)[0] for _ in range(2)] == [201, 429]
    assert not double.violations


def test_strangers_are_not_served(double: TwilioDouble) -> None:
    double.auth_token = "another"
    right = TwilioDouble()
    right.port = double.port
    assert send(right, **GOOD)[1]["code"] == 20003
