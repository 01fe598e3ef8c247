"""What comes in and is no plain text: huge, deep, broken, not words at all."""

from typing import Any

from tests.faults.rows_inbound import FIRST_UPDATE, answers_to, update_of
from tests.faults.table import row
from tests.faults.trial import Trial


@row(
    "64 KB text, deep JSON, 1,000 media, emoji, RTL override, zero-width, NUL, lone surrogates",
    "no 5xx, no state change by accident, memory flat",
)
def strange_bodies(trial: Trial) -> None:
    siti, rini = trial.women(1)[0], trial.women(1, "whatsapp")[0]
    trial.program.start()
    siti.says("bantuan")
    siti.has_received("nomor")
    before, people = trial.program.memory(), trial.place.asks("SELECT count(*) FROM people")
    now, number = trial.now().timestamp(), FIRST_UPDATE
    texts = [
        "x" * 65_536,
        "😀" * 4000,
        "\u202eterbalik\u202c",
        "\u200b\u200d\u2060",
        "a\x00b",
        "\ud800 sendiri",
        "\\ud83d",
        "'; DROP TABLE people; --",
    ]
    for _ in range(trial.rounds(3, 60)):
        for text in texts:
            number += 1
            assert trial.posts_update(update_of(siti, number, text, now)) < 500
            rini.does("sends_form", form={"Body": text.encode("utf-8", "replace").decode()[:16_000]})
    assert trial.posts_update(update_of(siti, number + 1, "bantuan", now, **_nested())) < 500
    for body in _broken_bodies():
        assert trial.posts_raw(body) < 500
    media = {"NumMedia": "1000", **{f"MediaUrl{n}": "http://127.0.0.1/x" for n in range(1000)}}
    rini.does("sends_form", form=media)
    trial.settles()
    assert trial.place.asks("SELECT count(*) FROM people") == people
    assert trial.place.asks("SELECT count(*) FROM conversations WHERE form IS NOT NULL")[0][0] == 0
    assert trial.program.memory() - before < 60 * 2**20, "memory grew"
    posted = [status for event in trial.ledger()["events"] for status in event["statuses"]]
    assert all(status < 500 for status in posted)
    trial.holds()


def _nested() -> dict[str, Any]:
    nested: dict[str, Any] = {"text": "x"}
    for _ in range(500):
        nested = {"reply_to_message": nested}
    return nested


def _broken_bodies() -> list[bytes]:
    deep = b'{"update_id": 1, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    wrong = [
        b"",
        b"null",
        b"[1]",
        b"\xff\xfe",
        b'{"update_id": "x"}',
        b'{"update_id": 1e400, "message": {}}',
        b"{" * 5000,
    ]
    return [deep, *wrong]


@row("sticker, voice, location, contact, edited, reaction, group chat", "each has a defined answer; in groups: silence")
def things_that_are_no_words(trial: Trial) -> None:
    siti, rini = trial.women(1)[0], trial.women(1, "whatsapp")[0]
    trial.program.start()
    for woman in (siti, rini):
        for act, given, answer in (
            ("sends_sticker", {}, "stiker"), ("sends_voice", {}, "suara"), ("sends_contact", {"phone_number": "+6281"}, "nomor"),
            ("sends_location", {"latitude": -6.2, "longitude": 106.6}, "lokasi"), ("sends_photo", {}, "foto"),
        ):  # fmt: skip
            woman.does(act, **given)
            woman.waits_for(answer)
    before = answers_to(trial, siti)
    siti.does("edits", text="bantuan", message_id=1)
    siti.does("reacts", emoji="👍", message_id=1)
    group = {"id": -77, "type": "group", "title": "RW 05"}
    grouped = update_of(siti, FIRST_UPDATE, "bantuan", trial.now().timestamp())
    grouped["message"]["chat"] = group
    assert trial.posts_update(grouped) == 200
    siti.says("bantuan")
    siti.waits_for("nomor")
    trial.settles()
    assert answers_to(trial, siti) == before + 1
    assert trial.place.asks("SELECT count(*) FROM outbox WHERE address = '-77'")[0][0] == 0
    trial.holds()
