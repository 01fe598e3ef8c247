"""Time: clocks that jump, a scheduler that was down, updates of a day at once, a backup brought back."""

import time
from datetime import timedelta

from models.messages import MessageClass
from tests.faults.acts import makes_event, queues, sent_of, status_of, takes_seats
from tests.faults.court import Woman
from tests.faults.table import row
from tests.faults.trial import Trial, quick

REMINDERS = f"SELECT once_key, status, error FROM outbox WHERE message_class = {int(MessageClass.REMINDER)}"


def _enrolled(trial: Trial, count: int, starts_in: timedelta) -> list[Woman]:
    women = trial.women(count)
    event = makes_event(trial, "terjadwal", 100, starts_in)
    takes_seats(trial, event, women)
    return women


def _each_once(trial: Trial) -> list[tuple[object, ...]]:
    """Every reminder has an end, and its key is written once."""
    rows = trial.place.asks(REMINDERS)
    keys = [str(key) for key, _, _ in rows]
    assert len(set(keys)) == len(keys) and "None" not in keys, "a reminder was written twice"
    assert all(status in ("accepted", "delivered", "read") or error for _, status, error in rows)
    return rows


def _texts(trial: Trial, women: list[Woman]) -> list[int]:
    return [sum("Bisa datang?" in text for text in woman.texts) for woman in women]


@row("clock jumps ±1 h, ±1 day", "each reminder once, or `expired` with reason; none in quiet hours")
def the_clock_jumps(trial: Trial) -> None:
    women = _enrolled(trial, 4, timedelta(days=1, hours=7))  # tomorrow at 17.00: H-1 18.00 is due tonight
    trial.program.without = "hurried"
    trial.program.start()
    for hours in (1, -1, 9, -1, 24, -24, 1, 24) if trial.long else (9, -1, 24, -24, 24):
        trial.passes(hours=hours)
        time.sleep(3)  # the clock is read again within a second, the sweeps run each second
    trial.settles()
    rows = _each_once(trial)
    assert len(rows) == 2 * len(women)
    assert all(count <= 2 for count in _texts(trial, women))
    trial.holds()


@row("scheduler down 5 min, 3 h, 3 days", "each reminder once, or `expired` with reason")
def the_scheduler_was_down(trial: Trial) -> None:
    for gap in trial.some(timedelta(hours=3), timedelta(minutes=5), timedelta(days=3)):
        trial = trial.anew()
        trial.program.without = "hurried"
        women = _enrolled(trial, 4, timedelta(days=1, hours=2))  # reminders at 18.00 today and 10.00 tomorrow
        trial.passes(hours=7.95)  # 17.57
        trial.program.start()
        trial.program.stop()
        trial.passes(seconds=gap.total_seconds())
        trial.program.start()
        quick(lambda: len(trial.place.asks(REMINDERS)) >= len(women))
        trial.settles()
        rows = _each_once(trial)
        texts = _texts(trial, women)
        assert texts == ([0] * 4 if gap.days else [1] * 4), texts
        assert len(rows) == (2 if gap.days else 1) * len(women)
        trial.holds()


@row("reminders that fall due at night", "none in quiet hours; each goes once before the night or in the morning")
def nothing_at_night(trial: Trial) -> None:
    women = _enrolled(trial, 3, timedelta(hours=22))  # tomorrow at 8.00: two hours before is 6.00, in the quiet hours
    trial.passes(hours=12)  # 22.00
    trial.program.without = "hurried"
    trial.program.start()
    night = [queues(trial, woman, MessageClass.REMINDER, "Kabar malam") for woman in women]
    quick(lambda: len(trial.place.asks(REMINDERS)) > len(women))
    (talks,) = trial.women(1, first=60)
    talks.says("bantuan")
    talks.has_received("nomor")  # the sender works
    assert {status_of(trial, number)[0] for number in night} == {"queued"}
    assert _texts(trial, women) == [0] * len(women)
    assert sent_of(trial, "Kabar malam") == 0
    trial.passes(hours=9.1)  # 7.06
    quick(lambda: sent_of(trial, "Kabar malam") == len(women))
    trial.holds()


@row("a backlog of 24 h of updates at once", "in order, no storm of reminders", mode="polling")
def a_day_of_updates_at_once(trial: Trial) -> None:
    women = _enrolled(trial, 6, timedelta(days=3))
    for number in range(trial.rounds(10, 60)):
        for woman in women:
            woman.says("menu" if number % 2 else "bantuan")
    trial.passes(hours=23.5)
    trial.program.start()
    for woman in women:
        woman.has_received("nomor", 60)
    trial.settles(120)
    assert _texts(trial, women) == [0] * len(women)
    trial.holds()


@row("backup restored from three days ago", "old reminders are held for review, not sent")
def a_backup_is_restored(trial: Trial) -> None:
    women = _enrolled(trial, 4, timedelta(days=4))
    backup = trial.home / "backup.berdaya"
    for woman in women:
        queues(trial, woman, MessageClass.NOTICE, "Kabar lama")
    made = trial.program.runs("backup", str(backup))
    assert made.returncode == 0, made.stderr
    trial.program.start()
    quick(lambda: sent_of(trial, "Kabar lama") == len(women))
    trial.program.stop()
    trial.passes(days=3, hours=9)  # the evening before, and the reminder is due
    trial.place.engine.dispose()  # a restore wants the file for itself
    restored = trial.program.runs("restore", str(backup), "--yes")
    assert restored.returncode == 0, restored.stderr
    trial.program.start()
    (talks,) = trial.women(1, first=60)
    talks.says("bantuan")
    talks.has_received("nomor")
    quick(lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE status = 'held'")[0][0] != 0)
    trial.settles()
    assert sent_of(trial, "Kabar lama") == len(women), "what had been sent before was sent again"
    assert _texts(trial, women) == [0] * len(women)
    trial.tally.runs += 1
