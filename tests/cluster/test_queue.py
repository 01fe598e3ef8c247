"""The work queue: its tables, and sweeps that several processes share."""

import asyncio
from collections import Counter

import psycopg
import pytest

from bot.jobs import cluster_schema
from bot.jobs.clock import EVERY
from bot.jobs.cluster import Cluster, Work, cron


def test_the_tables_come_once_and_again_with_a_new_release(database_url: str) -> None:
    assert not cluster_schema.is_current(database_url)
    assert cluster_schema.upgrade(database_url)
    assert not cluster_schema.upgrade(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "COMMENT ON TABLE procrastinate_jobs IS 'berdaya 03.04.00_01_pre_add_retry_failed_job_procedure.sql'"
        )
    assert not cluster_schema.is_current(database_url)
    assert cluster_schema.upgrade(database_url)
    assert cluster_schema.is_current(database_url)


@pytest.mark.parametrize(("seconds", "written"), [(1, "* * * * * */1"), (20, "* * * * * */20"), (300, "*/5 * * * *")])
def test_every_so_many_seconds(seconds: int, written: str) -> None:
    assert cron(seconds) == written


def test_every_sweep_fits_into_a_minute_or_is_whole_minutes() -> None:
    assert all(60 % seconds == 0 if seconds < 60 else seconds % 60 == 0 for seconds in EVERY.values())


async def test_two_processes_sweep_once_a_tick_and_deliver_one_at_a_time(database_url: str) -> None:
    cluster_schema.upgrade(database_url)
    swept, delivering, most = Counter[str](), Counter[str](), Counter[str]()

    async def sweep() -> None:
        swept["ticks"] += 1

    async def deliver(channel: str, account: str) -> None:
        delivering[channel] += 1
        most[channel] = max(most[channel], delivering[channel])
        await asyncio.sleep(0.3)
        delivering[channel] -= 1
        swept[channel] += 1

    work = Work({"often": (1, sweep)}, [("telegram", "1"), ("whatsapp", "2")], deliver)
    processes = [Cluster(database_url, work) for _ in range(2)]
    running = [asyncio.create_task(process.run()) for process in processes]
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(30):
        while swept["ticks"] < 5 or swept["telegram"] < 2:
            await asyncio.sleep(0.05)
    passed = asyncio.get_running_loop().time() - began
    for process in processes:
        process.stop()
    await asyncio.gather(*running)
    assert swept["ticks"] <= passed + 2
    assert most == {"telegram": 1, "whatsapp": 1}


async def test_a_sweep_that_fails_is_tried_at_the_next_tick(database_url: str) -> None:
    cluster_schema.upgrade(database_url)
    tries = Counter[str]()

    async def fails_once() -> None:
        tries["sweep"] += 1
        if tries["sweep"] == 1:
            raise RuntimeError

    async def deliver(channel: str, account: str) -> None:
        raise AssertionError("there is no sender")

    process = Cluster(database_url, Work({"often": (1, fails_once)}, [], deliver))
    running = asyncio.create_task(process.run())
    async with asyncio.timeout(30):
        while tries["sweep"] < 2:
            await asyncio.sleep(0.05)
    process.stop()
    await running
