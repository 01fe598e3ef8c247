"""Webhooks: who may post, what is answered, and that nothing absurd breaks them."""

from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest

from bot.web.app import web_application
from tests.web.echo import SECRET, SIGNATURE, Echo, Served

TELEGRAM = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
TWILIO = {"X-Twilio-Signature": SIGNATURE, "Content-Type": "application/x-www-form-urlencoded"}
UPDATE = {"update_id": 7, "message": {"chat": {"id": 5, "type": "private"}, "text": "halo"}}
FORM = {"MessageSid": "SM1", "From": "whatsapp:+6281200001234", "Body": "", "ButtonText": "Menu"}


def test_an_update_with_the_secret_is_handled_and_acknowledged(site: httpx.Client, echo: Echo) -> None:
    assert site.post("/telegram/webhook", json=UPDATE, headers=TELEGRAM).status_code == 200
    assert echo.updates == [{"id": 7, "chat": 5}]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "ü"])
def test_without_the_secret_nothing_is_read(site: httpx.Client, echo: Echo, secret: str | None) -> None:
    headers = [] if secret is None else [(b"X-Telegram-Bot-Api-Secret-Token", secret.encode())]
    assert site.post("/telegram/webhook", content=b"{", headers=headers).status_code == 403
    assert echo.updates == []


def test_an_update_that_was_not_stored_comes_again(site: httpx.Client, echo: Echo) -> None:
    echo.fails = True
    assert site.post("/telegram/webhook", json=UPDATE, headers=TELEGRAM).status_code == 503
    echo.fails = False
    assert site.post("/telegram/webhook", json=UPDATE, headers=TELEGRAM).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"7", b'"x"', b"\xff\xfe", b"[" * 100_000, b"1" * 10_000,
        b'{"update_id": 1}', b'{"update_id": 1, "message": 5}', b'{"update_id": 1, "message": {"chat": []}}',
        b'{"update_id": NaN, "message": null}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_update_is_acknowledged_and_forgotten(site: httpx.Client, echo: Echo, body: bytes) -> None:
    assert site.post("/telegram/webhook", content=body, headers=TELEGRAM).status_code == 200
    assert echo.updates == []


def test_a_body_no_provider_sends_is_not_read_to_its_end(site: httpx.Client) -> None:
    assert site.post("/telegram/webhook", content=b" " * 1_100_000, headers=TELEGRAM).status_code == 413
    parts = (b" " * 60_000 for _ in range(20))
    assert site.post("/telegram/webhook", content=parts, headers=TELEGRAM).status_code == 413
    assert site.post("/whatsapp/webhook", content=b"a=" + b"x" * 66_000, headers=TWILIO).status_code == 413


def test_a_signed_form_is_verified_whole_and_handled(site: httpx.Client, echo: Echo) -> None:
    answer = site.post("/whatsapp/webhook?x=a%2Fb&y", content=urlencode(FORM), headers=TWILIO)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text.endswith("<Response/>")
    assert echo.verified == [("/whatsapp/webhook?x=a%2Fb&y", list(FORM.items()))]
    assert echo.forms == [("", FORM)]


def test_a_form_without_a_signature_is_not_read(site: httpx.Client, echo: Echo) -> None:
    assert site.post("/whatsapp/webhook", data=FORM).status_code == 403
    assert echo.verified == []


def test_a_form_with_a_wrong_signature_is_not_interpreted(site: httpx.Client, echo: Echo) -> None:
    headers = {**TWILIO, "X-Twilio-Signature": "forged"}
    for path in ("/whatsapp/webhook", "/whatsapp/status/t0k3n"):
        assert site.post(path, content=urlencode(FORM), headers=headers).status_code == 403
    assert echo.forms == []


def test_a_status_is_told_with_its_token(site: httpx.Client, echo: Echo) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert site.post("/whatsapp/status/t0k3n", content=urlencode(form), headers=TWILIO).status_code == 200
    assert echo.forms == [("t0k3n", form)]


def test_a_form_that_was_not_stored_comes_again(site: httpx.Client, echo: Echo) -> None:
    echo.fails = True
    for path in ("/whatsapp/webhook", "/whatsapp/status/t0k3n"):
        assert site.post(path, content=urlencode(FORM), headers=TWILIO).status_code == 503


@pytest.mark.parametrize("body", [b"", b"=&=&", b"%ff%00=%zz", b"\xff\xfe\x00", b"&".join([b"MediaUrl0=x"] * 1000)])
def test_an_absurd_form_breaks_nothing(site: httpx.Client, body: bytes) -> None:
    assert site.post("/whatsapp/webhook", content=body, headers=TWILIO).status_code == 200


def test_webhooks_of_channels_that_are_off_refuse_everybody(echo: Echo) -> None:
    app = web_application(replace(echo.doors(), telegram=None, whatsapp=None))
    with Served(app, echo.channel.screens.close) as url:
        for path in ("/telegram/webhook", "/whatsapp/webhook", "/whatsapp/status/x"):
            assert httpx.post(url + path, json=UPDATE, headers={**TELEGRAM, **TWILIO}).status_code == 403


def test_webhooks_are_for_posting_only(site: httpx.Client) -> None:
    assert site.get("/telegram/webhook").status_code == 405
