"""What comes in: twice, at once, in the wrong order, poisonous, pressed again. What is no plain text is in `rows_odd.py`."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.acts import contact_of, makes_event, person_of
from tests.faults.court import Woman
from tests.faults.table import row
from tests.faults.trial import Trial

#: Update ids of the harness's own, beyond the referee's.
FIRST_UPDATE = 900_000


def update_of(woman: Woman, number: int, text: str, at: float | None = None, **more: Any) -> dict[str, Any]:
    """A text of hers as Telegram posts it."""
    chat = {"id": int(woman.address), "type": "private", "first_name": "Ibu"}
    user = {"id": int(woman.address), "is_bot": False, "first_name": "Ibu", "language_code": "id"}
    message = {"message_id": number, "date": int(at or 0), "chat": chat, "from": user, "text": text}
    return {"update_id": number, "message": {**message, **more}}


def answers_to(trial: Trial, woman: Woman) -> int:
    """How many messages of hers were answered."""
    rows = trial.place.asks(
        f"SELECT count(DISTINCT created_at) FROM outbox WHERE message_class = 0 AND address = '{woman.address}'"
    )
    return int(str(rows[0][0]))


@row("the same webhook twice, 50 times in parallel, 2 days later", "one effect")
def the_same_webhook_again(trial: Trial) -> None:
    siti, rini = trial.women(1)[0], trial.women(1, "whatsapp")[0]
    trial.program.start()
    trial.court.sets("twilio", copies=2)
    said = rini.says("bantuan")
    first = int(siti.says("bantuan"))
    siti.has_received("nomor")
    rini.has_received("nomor")
    update = update_of(siti, FIRST_UPDATE, "bantuan", trial.now().timestamp())
    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(lambda _: trial.posts_update(update), range(50)))
    assert statuses == {200}
    trial.court.asks("telegram", **{"do": "redeliver", "with": {"update_id": first}})
    trial.passes(days=2)
    assert trial.posts_update(update) == 200
    trial.court.asks("telegram", **{"do": "redeliver", "with": {"update_id": first}})
    trial.court.asks("twilio", **{"do": "redeliver", "with": {"sid": said}})
    rini.says("menu")
    rini.has_received("Ada yang bisa")
    trial.settles()
    assert (answers_to(trial, siti), answers_to(trial, rini)) == (2, 2)
    trial.holds()


@row(
    "shuffled inbound of one person",
    "in order of arrival; a late older message meets the present state and is never dropped",
)
def shuffled_inbound(trial: Trial) -> None:
    siti = trial.women(1)[0]
    trial.program.start()
    order = list(range(12))
    for _ in range(trial.rounds(1, 10)):
        trial.random.shuffle(order)
        base, before = FIRST_UPDATE + 100 * trial.random.randrange(10_000), answers_to(trial, siti)
        for place in order:
            assert trial.posts_update(update_of(siti, base + place, "bantuan", trial.now().timestamp())) == 200
        trial.settles()
        handled = trial.place.asks(
            f"SELECT message_id FROM inbox WHERE CAST(message_id AS INTEGER) BETWEEN {base} AND {base + 99} ORDER BY at"
        )
        assert [int(str(row[0])) - base for row in handled] == order
        assert answers_to(trial, siti) - before == len(order)
    trial.holds()


@row("a whole form typed at once, message after message", "serialised, in order of arrival")
def a_form_typed_at_once(trial: Trial) -> None:
    words = ["halo", "boleh", "ibu", "Rukmini", "cipondoh", "lewati", "jahit", "benar", "boleh"]
    for mode in trial.some("webhook", "polling"):
        trial = trial.anew(telegram__mode=mode)
        women = trial.women(6, first=500) + trial.women(6, "whatsapp", first=500)
        trial.program.start()
        for word in words:
            for woman in women:
                woman.says(word)
        for woman in women:
            woman.has_received("STOP SIARAN")
        trial.settles()
        names = trial.place.asks("SELECT count(*) FROM people WHERE name = 'Rukmini'")[0][0]
        assert names == len(women), f"I6: {names} of {len(women)} forms are whole"
        trial.holds()


@row(
    "a message that makes its handler crash, hang or eat memory",
    "tried ≤ 3 times, quarantined, she gets a plain apology, others unaffected",
)
def poison(trial: Trial) -> None:
    for kind in trial.some("raises", "dies", "eats", "hangs"):
        _poisoned(trial.anew(), kind)


def _poisoned(trial: Trial, kind: str) -> None:
    siti, *others = trial.women(4)
    trial.program.without = "health"
    trial.program.settings["limits.memory_mb"] = "400"
    trial.program.more["TEST_WATCHDOG"] = "2"
    trial.program.start()
    siti.says(f"racun {kind}")
    for _ in range(3):
        for woman in others:
            woman.says("bantuan")
    siti.has_received("Maaf", 60)
    for woman in others:
        woman.has_received("nomor", 60)
    trial.settles()
    found = trial.place.asks("SELECT address FROM quarantine")
    assert found == [(siti.address,)], f"{kind}: {found} were quarantined, not {siti.address}"
    tries = (trial.home / "tries").read_text("utf-8").count("tried")
    assert 1 <= tries <= 3, f"{kind}: tried {tries} times"
    trial.holds()


@row(
    "old button, pressed twice, by another person, with forged data",
    "idempotent, checked against owner and state, always answered",
)
def buttons_pressed_again(trial: Trial) -> None:
    siti, rini = trial.women(2)
    event = makes_event(trial, "tombol", 5)
    trial.program.start()
    for woman in (siti, rini):
        woman.says("menu")
        woman.waits_for("Ada yang bisa")
    for _ in range(2):
        siti.does("presses_data", data=f"enrol:{event}")
        siti.waits_for("erdaftar")
    enrolments = f"SELECT person_id, status FROM enrolments WHERE event_id = {event}"
    assert trial.place.asks(enrolments) == [(person_of(trial, siti), "enrolled")]
    hers = trial.place.asks(f"SELECT id FROM enrolments WHERE event_id = {event}")[0][0]
    forged = [
        f"offer-yes:{hers}",
        f"coming:{hers}",
        "approve:1",
        "enrol:999999",
        "enrol:",
        ":::",
        "close:1",
        "x" * 64,
        "leave:-1",
        "bc-send:1",
    ]
    for data in forged:
        rini.does("presses_data", data=data)
        rini.waits_for("")
    trial.settles()
    assert trial.place.asks(enrolments) == [(person_of(trial, siti), "enrolled")]
    assert trial.court.asks("telegram", get="unanswered") == []
    assert contact_of(trial, rini)
    trial.holds()


@row("a press that comes a week late", "kindly answered, never acted on")
def a_press_that_comes_late(trial: Trial) -> None:
    siti = trial.women(1)[0]
    event = makes_event(trial, "terlambat", 5)
    trial.program.start()
    late = update_of(siti, FIRST_UPDATE, "daftar terlambat", trial.now().timestamp() - 7 * 86_400)
    assert trial.posts_update(late) == 200
    siti.has_received("baru sampai sekarang")
    assert trial.place.asks(f"SELECT count(*) FROM enrolments WHERE event_id = {event}")[0][0] == 0
    trial.holds()
