"""The pace that all processes keep together: a provider with a limit never sees it broken, and is heard by all."""

import itertools
import time

import pytest

from models import senders
from models.database import reading
from models.senders import SenderKey
from tests.cluster.conftest import HELPED, Settle
from tests.cluster.processes import Processes
from tests.doubles.faults import FaultKind
from tests.doubles.telegram import TelegramDouble

TEXT = "Besok ada pasar murah"


@pytest.mark.faults
def test_replies_of_two_serves_and_a_broadcast_keep_within_one_rate(
    cluster: Processes, telegram: TelegramDouble, settle: Settle
) -> None:
    women, writers = settle(250), [telegram.person(f"Ibu W{number}") for number in range(20)]
    telegram.rate_limit = 30
    cluster.starts(serves=2, works=2)
    broadcast = women.announces(TEXT)
    cluster.waits_for(lambda: len(women.received(TEXT)) > 20)
    turns = itertools.cycle(writers)
    asked = 0
    while not women.is_over(broadcast):
        next(turns).says("bantuan")
        asked += 1
        time.sleep(0.15)
    cluster.waits_for(lambda: sum(HELPED in m.text for woman in writers for m in woman.messages) == asked)
    too_fast = [refusal for refusal in telegram.refusals if refusal.status == 429]
    assert len(too_fast) <= len(telegram.sent) // 50  # replies are never held back, and may all come at one moment
    assert len(women.received(TEXT)) == women.size
    assert set(cluster.proxy.answered) == {serve.url for serve in cluster.serves}


@pytest.mark.faults
def test_a_serve_is_told_to_wait_and_every_process_waits(
    cluster: Processes, telegram: TelegramDouble, settle: Settle
) -> None:
    women, siti = settle(300), telegram.person("Siti")
    cluster.starts(serves=2, works=1)
    broadcast = women.announces(TEXT)
    cluster.waits_for(lambda: len(women.received(TEXT)) > 20)
    telegram.fail_next("sendMessage", FaultKind.RATE, to=siti.user_id, retry_after=4)
    siti.says("bantuan")
    cluster.waits_for(lambda: any(call.values.get("chat_id") == siti.user_id for call in telegram.calls))
    refused = time.monotonic()
    cluster.waits_for(lambda: women.is_over(broadcast), 60)
    siti.waits_for(HELPED)
    paused = [call for call in telegram.calls if refused + 1.0 < call.started < refused + 3.5]
    assert [call for call in paused if call.method == "sendMessage"] == []
    with reading(women.database) as session:
        seen = senders.look(session, SenderKey("telegram", telegram.token.partition(":")[0]), senders.clock_of(session))
    assert seen.rate is not None and seen.rate < 30
