"""The Twilio double refuses what Twilio and WhatsApp would refuse. Calls go by plain HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.doubles.plain_http import request
from tests.doubles.refusals import Reason
from tests.doubles.twilio import SENDER, TwilioDouble
from tests.doubles.twilio_people import TwilioPerson

HER = "whatsapp:+6281200001234"
GOOD = {"To": HER, "From": SENDER, "Body": "halo"}
NO_BODY = {"To": HER, "From": SENDER}


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    """An open double."""
    with TwilioDouble() as double:
        yield double


@pytest.fixture
def siti(double: TwilioDouble) -> TwilioPerson:
    """A woman whose window is open."""
    return double.person(HER, "Siti", heard=True)


def send(double: TwilioDouble, **form: Any) -> tuple[int, dict[str, Any]]:
    """Messages.create."""
    return request(double, "POST", f"/2010-04-01/Accounts/{double.account_sid}/Messages.json", data=form)


def create(double: TwilioDouble, types: dict[str, Any], **more: Any) -> tuple[int, dict[str, Any]]:
    """Content.create."""
    return request(double, "POST", "/v1/Content", json={"language": "id", "types": types, **more})


def quick(body: str = "Mau?", *titles: str, **more: Any) -> dict[str, Any]:
    """A quick-reply type."""
    actions = [{"type": "QUICK_REPLY", "title": title, "id": f"id{n}"} | more for n, title in enumerate(titles)]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def picker(count: int = 1, button: str = "Pilih", **more: Any) -> dict[str, Any]:
    """A list-picker type."""
    items = [{"id": f"id{n}", "item": f"Baris {n}"} | more for n in range(count)]
    return {"twilio/list-picker": {"body": "Mana?", "button": button, "items": items}}


SENDS: list[tuple[dict[str, Any], dict[str, Any], int]] = [
    ({"Body": "a" * 1600}, {"Body": "a" * 1601}, 21617),
    ({"Body": "😀" * 800}, {"Body": "😀" * 801}, 21617),
    ({}, {"Body": " \n"}, 21619),
    ({}, {"Body": ""}, 21619),
    ({}, {"To": "+6281200001234"}, 21211),
    ({"To": "whatsapp:ID.abcDEF123"}, {"To": "whatsapp:ID.abc-123"}, 21211),
    ({}, {"From": "whatsapp:+6281199999999"}, 63007),
    ({}, {"From": ""}, 21603),
    ({}, {"ContentVariables": "{}"}, 92007),
    ({}, {"To": SENDER}, 63031),
    ({}, {"ScheduleType": "fixed", "SendAt": "2026-12-01T00:00:00Z"}, 35118),
    ({"MediaUrl": "http://127.0.0.1:9/a.jpg"}, {"MediaUrl": "gambar.jpg"}, 0),
    (
        {"PersistentAction": "geo:-6.17,106.63|Balai Warga"},
        {"PersistentAction": "Balai Warga"},
        63021,
    ),
    ({"StatusCallback": "http://127.0.0.1:9/s"}, {"StatusCallback": "ftp://127.0.0.1/s"}, 0),
]


@pytest.mark.parametrize(("good", "bad", "code"), SENDS)
def test_a_send_keeps_the_rules(
    double: TwilioDouble, siti: TwilioPerson, good: dict[str, Any], bad: dict[str, Any], code: int
) -> None:
    assert send(double, **GOOD | good)[0] == 201
    assert not double.refusals
    status, answer = send(double, **GOOD | bad)
    assert status == 400
    assert code in (0, answer["code"])
    assert len(double.violations) == 1


def test_a_send_says_something_exactly_once(double: TwilioDouble, siti: TwilioPerson) -> None:
    sid = create(double, quick("Mau?", "Ya"))[1]["sid"]
    assert send(double, **NO_BODY)[1]["code"] == 21619
    assert send(double, **GOOD, ContentSid=sid)[1]["code"] == 21619
    assert send(double, **NO_BODY, ContentSid="HX" + "0" * 32)[1]["code"] == 21655
    assert send(double, **NO_BODY, ContentSid=sid)[0] == 201
    two = [
        *NO_BODY.items(),
        ("MediaUrl", "http://127.0.0.1:9/a.png"),
        ("MediaUrl", "http://127.0.0.1:9/b.png"),
    ]
    path = f"/2010-04-01/Accounts/{double.account_sid}/Messages.json"
    assert request(double, "POST", path, data=two)[1]["code"] == 21620


CONTENTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (quick("Mau?", "Ya", "Tidak", "Nanti"), quick("Mau?", "Ya", "Tidak", "Nanti", "Lagi")),
    (quick("Mau?", "a" * 20), quick("Mau?", "a" * 21)),
    (quick("Mau?", "Ya", "Tidak"), quick("Mau?", "Ya", "Ya")),
    (quick("Mau?", "Ya"), quick("Mau?", " ")),
    (quick("Mau?", "Ya"), quick("Mau?")),
    (quick("Mau?", "Ya", id="a" * 200), quick("Mau?", "Ya", id="a" * 201)),
    (quick("a" * 1024, "Ya"), quick("a" * 1025, "Ya")),
    (picker(1), picker(0)),
    (picker(10), picker(11)),
    (picker(1, "a" * 20), picker(1, "a" * 21)),
    (picker(1, item="a" * 24), picker(1, item="a" * 25)),
    (picker(1, description="a" * 72), picker(1, description="a" * 73)),
    (picker(1, id="a" * 200), picker(1, id="a" * 201)),
    (picker(2), picker(2, id="sama")),
    ({"twilio/text": {"body": "Halo {{1}} {{2}}"}}, {"twilio/text": {"body": "Halo {{1}} {{3}}"}}),
    ({"twilio/text": {"body": "Halo {{1}}"}}, {"twilio/text": {"body": "Halo {{nama}}"}}),
    ({"twilio/text": {"body": "Halo"}}, {}),
    (
        {"twilio/location": {"latitude": -6.2, "longitude": 106.6}},
        {"twilio/location": {"latitude": -96.2, "longitude": 106.6}},
    ),
    (
        {"twilio/media": {"media": ["http://127.0.0.1/a.jpg"]}},
        {"twilio/media": {"media": []}},
    ),
]


@pytest.mark.parametrize(("good", "bad"), CONTENTS)
def test_a_content_keeps_the_rules(double: TwilioDouble, good: dict[str, Any], bad: dict[str, Any]) -> None:
    status, content = create(double, good)
    assert (status, content["sid"][:2], double.refusals) == (201, "HX", [])
    assert create(double, bad)[0] == 400
    assert [r.reason for r in double.violations] == [Reason.RULE]


def test_snake_case_types_are_refused_instead_of_making_an_empty_content(double: TwilioDouble) -> None:
    assert create(double, {"twilio_quick_reply": quick("a", "b")["twilio/quick-reply"]})[0] == 400


VARIABLES: list[tuple[dict[str, Any] | str, int]] = [
    ({"1": "Bu Siti", "2": "besok"}, 201),
    ({"1": "Bu Siti"}, 400),
    ({"1": "Bu Siti", "2": "besok", "3": "lebih"}, 400),
    ({"1": "Bu Siti", "2": ""}, 400),
    ({"1": "Bu Siti", "2": "pagi\nsiang"}, 400),
    ({"1": "Bu Siti", "2": "a\tb"}, 400),
    ({"1": "Bu Siti", "2": "a    b"}, 201),
    ({"1": "Bu Siti", "2": "a     b"}, 400),
    ({"1": "Bu Siti", "2": 7}, 400),
    ("bukan json", 400),
]


@pytest.mark.parametrize(("variables", "status"), VARIABLES)
def test_variables_fit_the_placeholders(
    double: TwilioDouble, siti: TwilioPerson, variables: dict[str, Any] | str, status: int
) -> None:
    sid = create(double, quick("Halo {{1}}, sampai {{2}} ya.", "Ya"))[1]["sid"]
    text = variables if isinstance(variables, str) else json.dumps(variables)
    answered, answer = send(double, **NO_BODY, ContentSid=sid, ContentVariables=text)
    assert answered == status
    assert status == 201 or answer["code"] == 21656


def test_filled_titles_are_measured_again_and_defaults_fill_in(double: TwilioDouble, siti: TwilioPerson) -> None:
    sid = create(double, quick("Mau?", "{{1}}"), variables={"1": "Ya"})[1]["sid"]
    assert send(double, **NO_BODY, ContentSid=sid)[0] == 201
    assert siti.last.labels == ["Ya"]
    assert send(double, **NO_BODY, ContentSid=sid, ContentVariables=json.dumps({"1": "a" * 21}))[0] == 400


@pytest.mark.parametrize(
    "bad",
    [{"Text": "halo"}, {"ContentSid": "HX1"}, {"ValidityPeriod": "lama"}, {"RiskCheck": "maybe"}],
)
def test_the_specification_refuses_a_send(double: TwilioDouble, siti: TwilioPerson, bad: dict[str, Any]) -> None:
    _skip_without_specification(double)
    assert send(double, **GOOD | bad)[0] == 400
    assert [r.reason for r in double.violations] == [Reason.SPECIFICATION]


def test_the_specification_refuses_contents_and_lists(double: TwilioDouble) -> None:
    _skip_without_specification(double)
    assert create(double, {"twilio/text": {"body": "a", "colour": "red"}})[0] == 400
    assert create(double, {"twilio/text": {"body": 1}})[0] == 400
    assert request(double, "POST", "/v1/Content", json={"types": {"twilio/text": {"body": "a"}}})[0] == 400
    messages = f"/2010-04-01/Accounts/{double.account_sid}/Messages.json"
    assert request(double, "GET", messages, params={"Since": "2026-11-24"})[0] == 400
    assert request(double, "GET", messages, params={"DateSent>": "kemarin"})[0] == 400
    assert request(double, "GET", messages, params={"PageSize": "1001"})[0] == 400
    assert {r.reason for r in double.violations} == {Reason.SPECIFICATION}


def _skip_without_specification(double: TwilioDouble) -> None:
    if not double.checks_specification:
        pytest.skip("NO SPECIFICATION beside the repository: names and types are not checked")


TEMPLATES = [
    ("pengingat_1", "UTILITY", "Halo {{1}}, sampai besok ya.", 201),
    ("Pengingat", "UTILITY", "Halo {{1}}, sampai besok ya.", 400),
    ("pengingat_1", "NEWS", "Halo {{1}}, sampai besok ya.", 400),
    ("pengingat_1", "UTILITY", "{{1}}, sampai besok ya.", 400),
    ("pengingat_1", "UTILITY", "Sampai besok ya, Bu {{1}}", 400),
    ("pengingat_1", "UTILITY", "Halo Ibu {{1}} {{2}} sampai besok ya.", 400),
    ("pengingat_1", "UTILITY", "Halo {{1}}!", 400),
]


@pytest.mark.parametrize(("name", "category", "body", "status"), TEMPLATES)
def test_a_template_keeps_metas_rules(double: TwilioDouble, name: str, category: str, body: str, status: int) -> None:
    sid = create(double, {"twilio/text": {"body": body}})[1]["sid"]
    path, asked = f"/v1/Content/{sid}/ApprovalRequests/whatsapp", {"name": name, "category": category}
    assert request(double, "POST", path, json=asked)[0] == status
    if status == 201:
        assert request(double, "POST", path, json=asked)[0] == 400, "a name serves once"
        assert request(double, "GET", path.removesuffix("/whatsapp"))[1]["whatsapp"]["status"] == "pending"


def test_a_list_can_never_be_a_template(double: TwilioDouble) -> None:
    sid = create(double, picker())[1]["sid"]
    path = f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert request(double, "POST", path, json={"name": "daftar", "category": "UTILITY"})[0] == 400
