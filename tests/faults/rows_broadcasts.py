"""A broadcast that is stopped, clicked twice, refused by its reader in the middle."""

from concurrent.futures import ThreadPoolExecutor

from models import broadcasting, roles
from models.database import writing
from tests.faults.acts import announces, contact_of, is_over, sent_of
from tests.faults.people import WOMEN
from tests.faults.table import row
from tests.faults.trial import Trial, quick


def _audience(trial: Trial) -> None:
    """Everybody whom the database knows has a phone."""
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN}})
    trial.women(WOMEN, "whatsapp", first=1)


@row("broadcast cancelled at 1 % … 99 %", "no new claim after the commit")
def cancelled_on_the_way(trial: Trial) -> None:
    for part in trial.some(0.01, 0.6) if not trial.long else (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
        trial = trial.anew(telegram__rate_per_second="60", twilio__rate_per_second="60")
        _audience(trial)
        trial.program.start()
        number = announces(trial, "Mungkin batal.")
        quick(lambda part=part: sent_of(trial, "Mungkin batal") >= part * 2 * WOMEN)  # type: ignore[misc]
        with writing(trial.place.engine) as session:
            broadcasting.cancel(session, roles.COMMAND_LINE, number, trial.now())
        trial.settles()
        quick(lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending')")[0][0] == 0)
        late = trial.place.asks(
            "SELECT count(*) FROM witness WHERE kind = 'outbox' AND new = 'sending' AND seq > "
            "(SELECT max(seq) FROM witness WHERE kind = 'broadcast' AND new = 'cancelled')"
        )
        assert late[0][0] == 0, f"I5: {late[0][0]} rows were claimed after the commit that stopped the broadcast"
        trial.holds()


@row("double click on send", "one broadcast")
def sent_twice_by_a_double_click(trial: Trial) -> None:
    _audience(trial)
    trial.program.start()
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(lambda _: _clicked(trial), range(8)))
    assert len(numbers) == 1
    quick(lambda: is_over(trial, numbers.copy().pop()))
    assert sent_of(trial, "Sekali klik") == 2 * WOMEN
    trial.holds()


def _clicked(trial: Trial) -> int:
    """One click; one that came second at the same instant is refused by the key, and looks again."""
    import sqlalchemy as sa

    try:
        return announces(trial, "Sekali klik.", once="draft:1")
    except sa.exc.IntegrityError:
        return announces(trial, "Sekali klik.", once="draft:1")


@row("opt-out midway", "she gets nothing")
def opted_out_midway(trial: Trial) -> None:
    trial = trial.anew(telegram__rate_per_second="30", twilio__rate_per_second="30")
    trial.court.asks("telegram", **{"do": "crowd", "with": {"first_id": 5_300_000_001, "count": WOMEN - 6}})
    trial.women(WOMEN, "whatsapp", first=1)
    last = trial.women(6, first=WOMEN - 5)  # they stand at the end of the line
    trial.program.start()
    number = announces(trial, "Kabar panjang.")
    quick(lambda: sent_of(trial, "Kabar panjang") > 0)
    for woman in last:
        woman.says("berhenti")
    for woman in last:
        woman.has_received("MULAI")
    quick(lambda: is_over(trial, number), 60)
    for woman in last:
        assert not any("Kabar panjang" in text for text in woman.texts), woman.number
        stopped = trial.place.asks(
            f"SELECT status, error FROM outbox WHERE broadcast_id = {number} AND contact_id = {contact_of(trial, woman)}"
        )
        assert stopped == [("cancelled", "opted_out")]
    trial.holds()
