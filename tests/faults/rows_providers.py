"""What providers do to us: limits, errors, silence, refusals, an account that is shut."""

from typing import Any

from models.messages import MessageClass
from tests.faults.acts import closed, contact_of, queues, sent_of, status_of
from tests.faults.table import row
from tests.faults.trial import Trial, monotonic, quick

CHANNELS = ("telegram", "whatsapp")
PROVIDER = {"telegram": "telegram", "whatsapp": "twilio"}


def _attempts(trial: Trial, number: int) -> int:
    return int(str(trial.place.asks(f"SELECT attempts FROM outbox WHERE id = {number}")[0][0]))


@row("429 with and without retry_after", "waits as told, whole sender pauses, attempts not burnt")
def too_many_requests(trial: Trial) -> None:
    for channel, told in trial.some(("telegram", 3), ("telegram", None), ("whatsapp", None), ("whatsapp", 3)):
        for _ in range(trial.rounds(1, 3)):
            _slowed_down(trial.anew(), channel, told)


def _slowed_down(trial: Trial, channel: str, told: float | None) -> None:
    women = trial.women(6, channel)
    trial.program.start()
    trial.court.fails(PROVIDER[channel], "429", retry_after=told)
    began = monotonic()
    rows = [queues(trial, women[0], MessageClass.NOTICE, "Kabar")]
    quick(lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE error = 'too_many_requests'")[0][0] == 1)
    rows += [queues(trial, woman, MessageClass.NOTICE, "Kabar") for woman in women[1:]]
    trial.settles()
    quick(lambda: sent_of(trial, "Kabar") == len(women))
    first = float(trial.court.sends()["first"])
    assert first - began >= (told or 0.4), f"sent again after {first - began} s of {told}"
    assert {_attempts(trial, number) for number in rows} == {1}
    trial.holds()


@row("5xx; refused; DNS", "waits, attempts not burnt; free retry")
def a_provider_that_is_away(trial: Trial) -> None:
    for away, channel in trial.some(
        (_errors, "telegram"), (_refuses_connections, "telegram"), (_errors, "whatsapp"), (_refuses_connections, "whatsapp"),
        (_has_no_name, "telegram"),
    ):  # fmt: skip
        away(trial.anew(), channel)


def _errors(trial: Trial, channel: str) -> None:
    women = trial.women(4, channel)
    trial.program.start()
    for woman in women:  # again and again: an outage of some seconds
        to = int(woman.address) if channel == "telegram" else f"whatsapp:{woman.address}"
        trial.court.fails(PROVIDER[channel], "500", times=3 if channel == "telegram" else 1, to=to)
    rows = [queues(trial, woman, MessageClass.NOTICE, "Kabar") for woman in women]
    quick(lambda: sent_of(trial, "Kabar") == len(women), 60)
    trial.settles()
    assert {status_of(trial, number)[0] for number in rows} <= {"accepted", "delivered", "read"}
    trial.holds()


def _refuses_connections(trial: Trial, channel: str) -> None:
    women = trial.women(3, channel)
    trial.program.start()
    trial.court.asks(PROVIDER[channel], do="goes_away")
    rows = [queues(trial, woman, MessageClass.NOTICE, "Kabar") for woman in women]
    quick(lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE error = 'no_connection'")[0][0] == len(women))
    trial.court.asks(PROVIDER[channel], do="comes_back")
    quick(lambda: sent_of(trial, "Kabar") == len(women), 60)
    trial.settles()
    assert {_attempts(trial, number) for number in rows} == {1}
    trial.holds()


def _has_no_name(trial: Trial, channel: str) -> None:
    """The provider's host cannot be looked up for a while."""
    women = trial.women(3, channel)
    port = trial.court.card["telegram"]["url"].rpartition(":")[2]
    trial.program.settings["telegram.api_base_url"] = f"http://telegram.test:{port}"
    trial.program.without = "dns"
    lookup = trial.home / "lookup"
    trial.program.more["TEST_LOOKUP"] = str(lookup)
    trial.program.start()
    rows = [queues(trial, woman, MessageClass.NOTICE, "Kabar") for woman in women]
    quick(lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE error = 'no_connection'")[0][0] == len(women))
    lookup.write_text("127.0.0.1")
    quick(lambda: sent_of(trial, "Kabar") == len(women), 60)
    trial.settles()
    assert {_attempts(trial, number) for number in rows} == {1}
    trial.holds()


@row("reset or read timeout after the provider accepted", "`uncertain`, never blind")
def no_answer_after_it_was_accepted(trial: Trial) -> None:
    for kind in trial.some("reset_after_accept", "timeout_after_accept"):
        trial = trial.anew()
        women = {channel: trial.women(2, channel) for channel in CHANNELS}
        trial.program.start()
        for channel in CHANNELS:
            trial.court.fails(PROVIDER[channel], kind, times=2)
        rows = [queues(trial, woman, MessageClass.NOTICE, "Kabar") for channel in CHANNELS for woman in women[channel]]
        quick(lambda: sent_of(trial, "Kabar") >= len(rows))
        quick(
            lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE uncertain_episodes = 1")[0][0] == len(rows), 60
        )
        quick(lambda: all(closed(status_of(trial, number)[0]) for number in rows), 60)
        channels = [send["channel"] for send in trial.ledger()["sends"]]
        assert channels.count("whatsapp") == 2, "Twilio could have been asked"
        assert channels.count("telegram") <= 4
        assert {status_of(trial, number)[0] for number in rows} <= {"accepted", "delivered", "read"}
        trial.holds()


@row("reset before the provider accepted", "`uncertain`; Twilio is asked, Telegram gets it once more; nothing is lost")
def a_connection_cut_before_it_was_accepted(trial: Trial) -> None:
    women = trial.women(2) + trial.women(2, "whatsapp")
    trial.program.start()
    for channel in CHANNELS:
        trial.court.fails(PROVIDER[channel], "reset_before", times=1)
    for woman in women:
        queues(trial, woman, MessageClass.NOTICE, "Kabar")
    quick(lambda: sent_of(trial, "Kabar") == len(women), 60)
    trial.holds()


#: channel, fault, code, the reason on the row, what becomes of the contact
_REFUSALS = (
    ("telegram", "403", 0, "blocked", "blocked"),
    ("telegram", "400", 0, "blocked", "blocked"),
    ("whatsapp", "refused", 63016, "window_closed", ""),
    ("whatsapp", "undelivered", 63016, "window_closed", ""),
    ("whatsapp", "refused", 63024, "blocked", "blocked"),
    ("whatsapp", "undelivered", 63024, "blocked", "blocked"),
    ("whatsapp", "refused", 21610, "opted_out", "opted_out"),
    ("whatsapp", "refused", 21211, "bad_address", ""),
    ("whatsapp", "refused", 63013, "template_fault", ""),
)


@row("403 blocked, 400 chat not found, 63016 window closed, 63024, 21610 …", "terminal with reason")
def permanent_refusals(trial: Trial) -> None:
    women = {channel: trial.women(len(_REFUSALS), channel) for channel in CHANNELS}
    trial.program.start()
    cases = []
    for place, (channel, kind, code, reason, contact) in enumerate(_REFUSALS):
        woman = women[channel][place]
        to = int(woman.address) if channel == "telegram" else f"whatsapp:{woman.address}"
        more: dict[str, Any] = {"code": code} if code else {}
        trial.court.fails(PROVIDER[channel], kind, to=to, **more)
        cases.append((woman, queues(trial, woman, MessageClass.NOTICE, "Kabar"), reason, contact))
    for woman, number, reason, contact in cases:
        quick(lambda number=number: status_of(trial, number)[0] == "failed")  # type: ignore[misc]
        assert status_of(trial, number) == ("failed", reason)
        found = trial.place.asks(f"SELECT blocked_at, opt_out FROM contacts WHERE id = {contact_of(trial, woman)}")[0]
        assert (found[0] is not None, found[1] == "all") == (contact == "blocked", contact == "opted_out"), reason
    for woman, _, _, contact in cases:
        later = queues(trial, woman, MessageClass.NOTICE, "Lagi")
        if contact:
            quick(lambda later=later: status_of(trial, later)[0] in ("failed", "cancelled"))  # type: ignore[misc]
    trial.holds()


@row("63016 window closed, with an approved template", "window closed → template if one is approved")
def outside_the_window_by_template(trial: Trial) -> None:
    from bot.channels.whatsapp_templates import KINDS

    kind = KINDS["broadcast.text"]
    sid = trial.court.asks("twilio", **{"do": "template", "with": {"body": kind.says}})
    trial.program.settings["twilio.templates.announcement"] = str(sid)
    women = trial.women(3, "whatsapp")
    trial.program.start()
    trial.passes(days=2)
    rows = [queues(trial, woman, MessageClass.BROADCAST, "Kelas baru di Cipondoh") for woman in women]
    quick(lambda: sent_of(trial, "Kelas baru di Cipondoh") == len(women))
    trial.settles()
    assert {status_of(trial, number)[0] for number in rows} <= {"accepted", "delivered", "read"}
    trial.holds()


@row("token revoked, account suspended", "that channel pauses, one alarm, nothing dropped")
def an_account_that_is_shut(trial: Trial) -> None:
    for channel in trial.some(*CHANNELS):
        trial = trial.anew()
        trial.program.without = "hurried"
        women = trial.women(5, channel)
        other = trial.women(2, "whatsapp" if channel == "telegram" else "telegram")
        trial.program.start()
        trial.court.fails(PROVIDER[channel], "401", times=len(women))
        rows = [queues(trial, woman, MessageClass.NOTICE, "Kabar") for woman in women]
        quick(
            lambda: trial.place.asks("SELECT count(*) FROM outbox WHERE error = 'account_refused'")[0][0] == len(women)
        )
        for woman in other:
            woman.says("bantuan")
            woman.has_received("nomor")
        assert trial.program.log.read_text("utf-8").count('"event": "channel paused"') == 1
        assert {status_of(trial, number)[0] for number in rows} == {"queued"}
        assert {_attempts(trial, number) for number in rows} == {0}
        quick(lambda: sent_of(trial, "Kabar") == len(women), 90)
        trial.holds()
