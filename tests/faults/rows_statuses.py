"""The provider's later word: early, twice, backwards, never."""

from models.messages import MessageClass
from tests.faults.acts import queues, sent_of, status_of
from tests.faults.table import row
from tests.faults.trial import Trial, quick

_PLANS = (
    {"statuses": ["queued", "sent", "delivered", "read"], "before_answer": True},
    {"statuses": ["read", "delivered", "sent", "queued"], "before_answer": True},
    {"statuses": ["read", "delivered", "sent"], "before_answer": False},
    {"statuses": ["delivered", "delivered", "read", "read", "delivered"], "before_answer": False},
)


@row("status callback before our own commit, duplicated, backwards", "parked and matched; status never goes back")
def statuses_out_of_order(trial: Trial) -> None:
    women = trial.women(len(_PLANS), "whatsapp")
    trial.program.start()
    for plan, woman in zip(_PLANS, women, strict=True):
        trial.court.asks("twilio", **{"do": "plan_callbacks", "with": plan})
        number = queues(trial, woman, MessageClass.NOTICE, "Kabar")
        quick(lambda woman=woman: any("Kabar" in text for text in woman.texts))  # type: ignore[misc]
        quick(lambda number=number: status_of(trial, number)[0] == "read")  # type: ignore[misc]
    trial.settles()
    assert trial.place.asks("SELECT count(*) FROM parked_statuses")[0][0] == 0
    trial.holds()


@row("kill around the commit of a status", "posted again or parked; never lost, never backwards")
def killed_around_a_status(trial: Trial) -> None:
    for point in trial.some("status.before_commit", "status.after_commit"):
        for passage in range(1, trial.rounds(1, 4) + 1):
            trial = trial.anew()
            women = trial.women(3, "whatsapp")
            trial.program.crashes_at(point, passage)
            trial.program.start()
            rows = [queues(trial, woman, MessageClass.NOTICE, "Kabar") for woman in women]
            assert trial.program.falls() == -9
            trial.program.disarm()
            trial.leases_run_out()
            trial.program.start()
            quick(lambda: sent_of(trial, "Kabar") >= len(women))
            trial.settles()
            assert {status_of(trial, number)[0] for number in rows} <= {"accepted", "delivered", "read"}
            trial.holds()
