"""Controls of the guards on the way in, of seats and of processes: each scenario must go wrong once its guard is off.

If nothing objects, either the guard is not what protects us or the check does not see: both are faults of the proof.
"""

import base64
import hashlib
import hmac
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from tests.faults.acts import makes_event
from tests.faults.control import control
from tests.faults.places import POSTGRESQL, SQLITE
from tests.faults.trial import Trial, quick


@control("inbox_key", "a redelivered message has no second effect", "I1")
def a_redelivery(trial: Trial) -> bool:
    siti = trial.women(1)[0]
    trial.program.start()
    said = int(siti.says("bantuan"))
    siti.has_received("nomor")
    trial.court.asks("telegram", **{"do": "redeliver", "with": {"update_id": said}})
    quick(lambda: len(siti.texts) == 2, 20)
    trial.verdict()
    return False


@control("offset", "Telegram forgets an update only once it is committed", "I1", mode="polling")
def a_kill_behind_the_offset(trial: Trial) -> bool:
    women = trial.women(3)
    trial.program.crashes_at("inbox.before_commit")
    for woman in women:
        woman.says("bantuan")
    trial.program.launch().falls()
    trial.program.disarm()
    trial.program.start()
    time.sleep(3)
    trial.verdict(settled=False)
    return False


@control("file_lock", "two programs never run on one database", "two programs ran", (SQLITE, POSTGRESQL))
def a_second_run(trial: Trial) -> bool:
    trial.program.start()
    second = trial.another("second")
    second.start()
    both = trial.program.is_alive and second.is_alive
    second.kill()
    return both


@control("signature", "only the provider may post", "a forged message was taken")
def a_forged_message(trial: Trial) -> bool:
    siti = trial.women(1, "whatsapp")[0]
    trial.program.start()
    form = urllib.parse.urlencode(
        {"MessageSid": "SM" + "0" * 32, "From": f"whatsapp:{siti.address}", "Body": "bantuan"}
    )
    forged = base64.b64encode(hmac.new(b"guessed", form.encode(), hashlib.sha1).digest()).decode()
    headers = {"X-Twilio-Signature": forged, "Content-Type": "application/x-www-form-urlencoded"}
    return trial.program.posts("/whatsapp/webhook", form.encode(), headers) == 200


@control("seat_limit", "no seat is given twice", "I4")
def a_full_event(trial: Trial) -> bool:
    return _rush(trial)


@control("event_lock", "seats are counted under the event's lock", "I4", (POSTGRESQL,))
def a_rush_without_a_lock(trial: Trial) -> bool:
    return _rush(trial)


def _rush(trial: Trial) -> bool:
    women = trial.women(60)
    event = makes_event(trial, "rebutan", 10)
    trial.program.start()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda woman: woman.does("presses_data", data=f"enrol:{event}"), women))
    quick(lambda: trial.place.asks(f"SELECT count(*) FROM enrolments WHERE event_id = {event}")[0][0] == len(women), 60)
    trial.verdict()
    return False


@control(
    "contact_order", "one person's messages are handled in the order in which they arrived", "I6", (SQLITE, POSTGRESQL)
)
def messages_of_one_person_at_once(trial: Trial) -> bool:
    from tests.faults.rows_inbound import FIRST_UPDATE, update_of

    siti = trial.women(1)[0]
    trial.program.start()
    now = trial.now().timestamp()
    with ThreadPoolExecutor(20) as pool:
        for place in range(40):
            pool.submit(trial.posts_update, update_of(siti, FIRST_UPDATE + place, "bantuan", now))
            time.sleep(0.005)
    trial.verdict()
    return False


@control("quarantine", "a poisonous message is set aside after its third try", "it was tried again and again")
def a_poisonous_message(trial: Trial) -> bool:
    siti = trial.women(1)[0]
    trial.program.without = "quarantine,health"
    trial.program.start()
    siti.says("racun raises")
    tries = trial.home / "tries"
    quick(lambda: tries.exists() and tries.read_text("utf-8").count("tried") > 10, 30)
    return True
