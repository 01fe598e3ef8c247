"""Controls of the guards on the way out: each scenario must go wrong once its guard is off.

If nothing objects, either the guard is not what protects us or the check does not see: both are faults of the proof.
"""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta

from models import broadcasting, roles
from models.database import writing
from models.messages import MessageClass
from tests.faults.acts import announces, is_over, makes_event, queues, sent_of, status_of, takes_seats
from tests.faults.control import control
from tests.faults.people import WOMEN
from tests.faults.places import SqlitePlace
from tests.faults.trial import Trial, quick


@control("uncertain", "a send of unknown outcome is counted and never simply repeated", "I3")
def a_reset_after_acceptance(trial: Trial) -> bool:
    siti = trial.women(1)[0]
    trial.program.start()
    trial.court.fails("telegram", "reset_after_accept", times=3)
    queues(trial, siti, MessageClass.NOTICE, "Kabar")
    quick(lambda: sent_of(trial, "Kabar") == 4)
    trial.verdict()
    return False


@control("lease_fence", "who lost a lease has nothing to say any more", "I7")
def a_late_result(trial: Trial) -> bool:
    return stalled(trial)


def stalled(trial: Trial) -> bool:
    """A worker stops with a send in flight, another takes over, the first wakes: was its late word written down?

    The row is accepted by the second worker; the first then reports the reset of its own connection.
    """
    siti = trial.women(1)[0]
    first, second = trial.program, trial.another("second")
    first.without = ",".join(filter(None, (trial.without, "file_lock")))
    second.without = first.without
    first.start()
    trial.court.sets("telegram", delay=4)
    number = queues(trial, siti, MessageClass.NOTICE, "Kabar")
    quick(lambda: sent_of(trial, "Kabar") == 1)
    _freeze_outside_a_transaction(trial)
    time.sleep(4.5)  # the answer is there, and nobody reads it
    trial.court.sets("telegram", delay=0)
    trial.passes(seconds=60)
    second.start()
    quick(lambda: status_of(trial, number)[0] == "accepted" and sent_of(trial, "Kabar") == 2)
    accepted = trial.place.asks(f"SELECT provider_id FROM outbox WHERE id = {number}")
    first.thaw()
    time.sleep(3)
    now = trial.place.asks(f"SELECT provider_id FROM outbox WHERE id = {number}")
    second.kill()
    trial.verdict()
    return now != accepted


def _freeze_outside_a_transaction(trial: Trial) -> None:
    """On SQLite a process that is stopped while it writes would keep the file; that is another fault (a locked database)."""
    for _ in range(50):
        trial.program.freeze()
        if _is_free(trial):
            return
        trial.program.thaw()
        time.sleep(0.1)
    raise AssertionError("it is always writing")


def _is_free(trial: Trial) -> bool:
    if not isinstance(trial.place, SqlitePlace):
        return True
    with closing(sqlite3.connect(trial.place.file, isolation_level=None, timeout=0.2)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


@control("once_key", "a reminder goes once, however often its sweep sees it due", "I3")
def a_sweep_that_looks_again(trial: Trial) -> bool:
    women = trial.women(3)
    takes_seats(trial, makes_event(trial, "sekali", 10, timedelta(days=1, hours=2)), women)
    trial.passes(hours=8.1)
    trial.program.without = "once_key,hurried"
    trial.program.start()
    quick(lambda: sent_of(trial, "Bisa datang?") > len(women), 60)
    trial.verdict()
    return max(sum("Bisa datang?" in text for text in woman.texts) for woman in women) > 1


@control("opt_out", "after her stop nothing the program starts is sent", "I5")
def an_opt_out_midway(trial: Trial) -> bool:
    trial = trial.anew(telegram__rate_per_second="30", twilio__rate_per_second="30")
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN - 1}})
    trial.women(WOMEN, "whatsapp", first=1)
    (last,) = trial.women(1, first=WOMEN)
    trial.program.start()
    number = announces(trial, "Kabar panjang.")
    quick(lambda: sent_of(trial, "Kabar panjang") > 0)
    last.says("berhenti")
    quick(lambda: is_over(trial, number), 60)
    trial.verdict()
    return False


@control("cancel_at_claim", "nothing of a stopped broadcast is claimed", "a stopped broadcast went on")
def a_stopped_broadcast(trial: Trial) -> bool:
    trial = trial.anew(telegram__rate_per_second="40", twilio__rate_per_second="40")
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN}})
    trial.women(WOMEN, "whatsapp", first=1)
    trial.program.start()
    number = announces(trial, "Mungkin batal.")
    quick(lambda: sent_of(trial, "Mungkin batal") >= 20)
    with writing(trial.place.engine) as session:
        broadcasting.pause(session, roles.COMMAND_LINE, number, trial.now())
    time.sleep(3)
    late = trial.place.asks(
        "SELECT count(*) FROM witness WHERE kind = 'outbox' AND new = 'sending' AND seq > "
        "(SELECT max(seq) FROM witness WHERE kind = 'broadcast' AND new = 'paused')"
    )
    return int(str(late[0][0])) > 0


@control("status_rank", "a status never goes back", "I7")
def a_status_that_goes_back(trial: Trial) -> bool:
    siti = trial.women(1, "whatsapp")[0]
    plan = {"statuses": ["read", "delivered", "sent"], "pause": 0.3}
    trial.court.asks("twilio", **{"do": "plan_callbacks", "with": plan})
    trial.program.start()
    queues(trial, siti, MessageClass.NOTICE, "Kabar")
    siti.has_received("Kabar")
    time.sleep(2)
    trial.verdict()
    return False


@control("parked", "a status that comes before our own commit is kept", "a status was lost")
def a_status_that_comes_early(trial: Trial) -> bool:
    siti = trial.women(1, "whatsapp")[0]
    plan = {"statuses": ["queued", "sent", "delivered", "read"], "before_answer": True}
    trial.court.asks("twilio", **{"do": "plan_callbacks", "with": plan})
    trial.program.start()
    number = queues(trial, siti, MessageClass.NOTICE, "Kabar")
    siti.has_received("Kabar")
    trial.settles()
    time.sleep(1)
    return status_of(trial, number)[0] != "read"


@control("quiet_hours", "reminders and broadcasts wait for the morning", "a reminder went at night")
def a_reminder_at_night(trial: Trial) -> bool:
    siti = trial.women(1)[0]
    trial.passes(hours=12)
    trial.program.start()
    queues(trial, siti, MessageClass.REMINDER, "Kabar malam")
    quick(lambda: sent_of(trial, "Kabar malam") == 1, 20)
    return sent_of(trial, "Kabar malam") == 1


@control("reply_order", "a reply waits for the replies before it", "a later reply overtook an earlier one")
def replies_in_order(trial: Trial) -> bool:
    siti = trial.women(1)[0]
    trial.program.start()
    trial.court.fails("telegram", "500", to=int(siti.address))
    siti.says("bantuan")
    quick(lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE error = 'provider_trouble'")[0][0] == 1)
    siti.says("menu")
    quick(lambda: len(siti.texts) == 2, 30)
    return "Ada yang bisa" in siti.texts[0]
