"""Conversations over several processes: every message may meet another one, and nobody notices."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.cluster.conftest import a_cluster
from tests.cluster.processes import SAMPLE, Processes
from tests.doubles.telegram import Call, TelegramDouble
from tests.e2e.journey import registers
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramDouble]:
    """Telegram."""
    with TelegramDouble() as double:
        yield double


@pytest.fixture(scope="module")
def cluster(
    postgres: Postgres, telegram: TelegramDouble, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """Two that serve and one that works, with the sample programme."""
    with a_cluster(tmp_path_factory.mktemp("cluster"), postgres.new_database(), telegram) as processes:
        assert processes.runs("import", str(SAMPLE)).returncode == 0
        yield processes.starts(serves=2, works=1)


def test_a_reply_does_not_overtake_one_that_is_on_its_way_from_another_process(
    cluster: Processes, telegram: TelegramDouble
) -> None:
    siti = telegram.person("Siti")
    siti.says("halo")
    siti.waits_for("Boleh saya simpan?", seconds=30)
    telegram.delay = 1.5
    before = len(telegram.calls)
    siti.says("bantuan")
    siti.says("menu")
    cluster.waits_for(lambda: len(_replies(telegram, before)) >= 2)
    telegram.delay = 0
    first, second = _replies(telegram, before)[:2]
    assert "112" in str(first.values["text"])
    assert second.started >= first.started + 1.5


def test_a_registration_over_two_serves_in_turn(cluster: Processes, telegram: TelegramDouble) -> None:
    rohayati, before = telegram.person("Rohayati"), len(cluster.proxy.answered)
    rohayati.starts("menjahit-dasar")
    registers(rohayati)
    rohayati.waits_for("Tersisa 6 tempat")
    rohayati.presses("Daftar")
    rohayati.waits_for("sudah terdaftar di Menjahit Dasar")
    turns = cluster.proxy.answered[before:]
    assert set(turns) == {serve.url for serve in cluster.serves}
    assert all(one != next_one for one, next_one in pairwise(turns))
    texts = [message.text for message in rohayati.messages]
    assert len(texts) == len(set(texts))


def test_told_to_stop_all_end_in_good_order(cluster: Processes) -> None:
    assert [process.stop() for process in [*cluster.serves, *cluster.works]] == [0, 0, 0]


def _replies(telegram: TelegramDouble, before: int) -> list[Call]:
    return [call for call in telegram.calls[before:] if call.method == "sendMessage"]
