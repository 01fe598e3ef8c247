"""The program is killed: before and after every commit, with a send in flight, at random."""

from models.messages import MessageClass
from tests.faults.acts import announces, is_over, queues, sent_of, status_of, write_until
from tests.faults.people import WOMEN, write_women
from tests.faults.table import row
from tests.faults.trial import Trial, first_send_after, monotonic, quick

#: Seconds within which a restarted program must have sent again.
RESUMES = 10.0
#: Seconds a provider takes to answer what must still be in flight when the program is killed; less than any send may take.
THINKS = 9.0


def _killed_at(trial: Trial, point: str, passage: int = 1, said: str = "bantuan") -> None:
    """One kill at a crash point while women on both messengers write, and what follows after the restart."""
    program = trial.program
    women = [*trial.women(3), *trial.women(2, "whatsapp")]
    (later,) = trial.women(1, first=60)
    program.crashes_at(point, passage)
    program.start()
    write_until(women, said, lambda: not program.is_alive)
    assert program.falls() == -9
    began = _resumed(trial)
    if not trial.due():  # everything had been sent
        later.says(said)
    trial.tally.recovered_in(first_send_after(trial, began))
    later.says(said)
    for woman in (*women, later):
        woman.has_received("nomor")
    trial.holds()


def _resumed(trial: Trial) -> float:
    """Start again, unarmed; when that began."""
    trial.program.disarm()
    trial.leases_run_out()
    began = monotonic()
    trial.program.start()
    return began


@row("kill before the inbox commit", "no 2xx was given; redelivered and handled")
def killed_before_the_inbox_commit(trial: Trial) -> None:
    for mode in trial.some("polling", "webhook") * trial.rounds(1, 3):
        passage = trial.random.randint(1, 3)
        _killed_at(trial.anew(telegram__mode=mode), "inbox.before_commit", passage)


@row("kill after commit, before 2xx", "redelivery is recognised, no second effect")
def killed_after_the_commit_before_the_2xx(trial: Trial) -> None:
    for mode in trial.some("polling", "webhook") * trial.rounds(1, 3):
        passage = trial.random.randint(1, 3)
        _killed_at(trial.anew(telegram__mode=mode), "inbox.after_commit", passage)


@row("kill after commit, before the send", "sent after restart")
def killed_before_the_send(trial: Trial) -> None:
    for passage in range(1, trial.rounds(1, 5) + 1):
        _killed_at(trial.anew(), "send.before", passage)
        assert passage > 1 or trial.tally.duplicates == 0  # later ones find the sends before them in flight
    for point in trial.some("claim.before_commit", "claim.after_commit", "sweep.before_commit", "sweep.after_commit"):
        for passage in range(1, trial.rounds(1, 4) + 1):
            _killed_during_a_broadcast(trial.anew(), point, passage)


@row(
    "kill while the send is in flight, or before its result is stored",
    "`uncertain`; repeated by class, Twilio asked first; duplicates ≤ sends in flight",
)
def killed_with_sends_in_flight(trial: Trial) -> None:
    for point in trial.some("send.after", "result.before_commit", "result.after_commit"):
        for passage in range(1, trial.rounds(1, 5) + 1):
            _killed_at(trial.anew(), point, passage)
    _killed_while_providers_think(trial.anew())


def _killed_during_a_broadcast(trial: Trial, point: str, passage: int) -> None:
    program = trial.program
    write_women(trial.place.engine, "telegram", WOMEN + 1, 60, trial.now())
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN + 60}})
    trial.women(WOMEN, "whatsapp", first=1)
    program.crashes_at(point, passage)
    announces(trial, "Ada kelas baru.")
    program.launch()
    assert program.falls() == -9
    began = _resumed(trial)
    trial.tally.recovered_in(first_send_after(trial, began))
    quick(lambda: is_over(trial, 1))
    trial.holds()


def _killed_while_providers_think(trial: Trial) -> None:
    """Everything that can be in flight is, when the program dies; each class by its own policy."""
    program, court = trial.program, trial.court
    women = trial.women(4) + trial.women(2, "whatsapp", first=10)
    court.sets("telegram", delay=THINKS)
    court.sets("twilio", delay=THINKS)
    program.start()
    classes = (
        MessageClass.NOTICE,
        MessageClass.REMINDER,
        MessageClass.NOTICE,
        MessageClass.REMINDER,
        MessageClass.NOTICE,
    )
    rows = [queues(trial, woman, kind, "Titipan") for woman, kind in zip(women[1:], classes, strict=True)]
    women[0].says("bantuan")
    quick(lambda: sent_of(trial, "Titipan") == len(rows) and sent_of(trial, "nomor") == 1)
    program.kill()
    assert all(status_of(trial, number)[0] == "sending" for number in rows)
    court.sets("telegram", delay=0)
    court.sets("twilio", delay=0)
    began = _resumed(trial)
    trial.tally.recovered_in(first_send_after(trial, began))
    trial.settles()
    sends = [send for send in trial.ledger()["sends"] if "Titipan" in str(send["text"])]
    by_channel = {name: sum(1 for send in sends if send["channel"] == name) for name in ("telegram", "whatsapp")}
    assert by_channel == {"telegram": 6, "whatsapp": 2}, (
        by_channel
    )  # once more where nobody can be asked, and only there
    trial.holds()


@row(
    "kill with a broadcast in flight that must rather be lost than repeated",
    "`failed(unknown_outcome)`, never sent twice",
)
def a_broadcast_that_is_never_repeated(trial: Trial) -> None:
    program = trial.program
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN}})
    trial.women(WOMEN, "whatsapp", first=1)
    trial.court.sets("telegram", delay=3)
    trial.court.sets("twilio", delay=3)
    program.start()
    announces(trial, "Sekali saja.", repeat=False)
    quick(lambda: sent_of(trial, "Sekali saja") > 20)
    program.kill()
    trial.court.sets("telegram", delay=0)
    trial.court.sets("twilio", delay=0)
    _resumed(trial)
    quick(lambda: is_over(trial, 1))
    sends = trial.ledger()["sends"]
    assert len({send["address"] for send in sends}) == len(sends)
    assert trial.place.asks("SELECT count(*) FROM outbox WHERE error = 'unknown_outcome'")[0][0] != 0
    trial.holds()


@row("SIGTERM under load", "drains within 10 s, 0 lost, 0 duplicates")
def told_to_stop_under_load(trial: Trial) -> None:
    for mode in ("webhook", "polling")[: trial.rounds(1, 2)] * trial.rounds(1, 5):
        _stopped_under_load(trial.anew(telegram__mode=mode, telegram__rate_per_second="100"))


def _stopped_under_load(trial: Trial) -> None:
    program, women = trial.program, trial.women(30) + trial.women(30, "whatsapp")
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_040, "count": WOMEN - 39}})
    trial.women(WOMEN - 31, "whatsapp", first=32)
    trial.women(1, "whatsapp", first=1)
    trial.court.woman("telegram", 1)
    trial.court.sets("telegram", delay=0.2)
    trial.court.sets("twilio", delay=0.2)
    program.start()
    announces(trial, "Di tengah jalan.")
    quick(lambda: sent_of(trial, "Di tengah jalan") > 10)
    for woman in women:
        woman.says("bantuan")
    began = monotonic()
    assert program.stop() == 0
    assert monotonic() - began <= 10.0
    assert trial.place.asks("SELECT count(*) FROM outbox WHERE status IN ('sending', 'uncertain')")[0][0] == 0
    began = _resumed(trial)
    quick(lambda: is_over(trial, 1))
    for woman in women:
        woman.has_received("nomor")
    before = trial.tally.duplicates, trial.tally.uncertain
    trial.holds()
    assert (trial.tally.duplicates, trial.tally.uncertain) == before


@row(
    "200 random kill -9 during a 10,000-recipient broadcast",
    "0 lost; duplicates ≤ in-flight total, each counted",
    first=True,
)
def killed_again_and_again(trial: Trial) -> None:
    kills, recipients = trial.rounds(6, 200), trial.rounds(400, 10_000)
    trial = trial.anew(telegram__rate_per_second=str(trial.rounds(80, 40)), telegram__mode="polling")
    program = trial.program
    write_women(trial.place.engine, "telegram", WOMEN + 1, recipients - 2 * WOMEN, trial.now())
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": recipients - WOMEN}})
    trial.women(WOMEN, "whatsapp", first=1)
    talking = trial.women(3)
    announces(trial, "Untuk semua.")
    done = 0
    while done < kills and not is_over(trial, 1):
        trial.leases_run_out()
        began = monotonic()
        program.start()
        for woman in talking:
            woman.says("bantuan")
        trial.tally.recovered_in(first_send_after(trial, began))
        _rest(trial.random.uniform(0, 0.8))
        program.kill()
        done += 1
    assert done == kills or not trial.long, f"it was over after {done} kills"
    program.start()
    quick(lambda: is_over(trial, 1), 600)
    trial.holds()
    reached = {send["address"] for send in trial.ledger()["sends"] if "Untuk semua" in str(send["text"])}
    unknown = trial.place.asks("SELECT address FROM outbox WHERE error = 'unknown_outcome'")
    assert len(reached | {row[0] for row in unknown}) == recipients, "somebody is neither reached nor told of"
    trial.tally.given_up += len({row[0] for row in unknown} - reached)
    trial.tally.runs += done - 1


def _rest(seconds: float) -> None:
    import time

    time.sleep(seconds)


@row("first resumed send after restart", "≤ 10 s")
def the_first_send_after_a_restart(trial: Trial) -> None:
    for channel in trial.some("telegram", "whatsapp"):
        for _ in range(trial.rounds(1, 5)):
            trial = trial.anew(telegram__mode="polling" if channel == "telegram" else "webhook")
            (siti,) = trial.women(1, channel)
            trial.program.start()
            siti.says("bantuan")
            siti.has_received("nomor")
            trial.program.kill()
            queues(trial, siti, MessageClass.NOTICE, "Setelah bangun")
            began = _resumed(trial)
            took = first_send_after(trial, began)
            trial.tally.recovered_in(took)
            assert took <= RESUMES
            trial.holds()
