"""Taking updates in on Telegram by our own loop: in order, and confirmed only after the commit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels import telegram_polling
from bot.channels.telegram_polling import Polling, Update
from bot.conversation.heard import Heard, Kind
from tests.channels.telegram_parts import channel_at
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_updates import Webhook

#: A webhook of another program, where nobody answers.
ELSEWHERE = Webhook("http://127.0.0.1:1/", "secret", 1)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_polling, "LONGEST_PAUSE", 0.05)


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        assert double.violations == []


class Listener:
    """Takes messages in. `before` is called before each commit and may refuse it, as a locked database does."""

    def __init__(self, before: Callable[[Heard], Awaitable[None]] | None = None) -> None:
        self.heard: list[Heard] = []
        self._before = before
        self._changed = asyncio.Condition()

    @property
    def texts(self) -> list[str | None]:
        return [heard.text for heard in self.heard]

    async def receive(self, heard: Heard) -> None:
        if self._before:
            await self._before(heard)
        async with self._changed:
            self.heard.append(heard)
            self._changed.notify_all()

    async def until(self, count: int) -> list[Heard]:
        async with asyncio.timeout(15), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= count)
        return self.heard


def refusing(times: int, text: str | None = None) -> Callable[[Heard], Awaitable[None]]:
    """Refuses so often, only a message with that text if one is given."""
    left = [times]

    async def before(heard: Heard) -> None:
        if left[0] and text in (None, heard.text):
            left[0] -= 1
            raise OSError("the database is locked")

    return before


@asynccontextmanager
async def polling(double: TelegramDouble, listener: Listener) -> AsyncIterator["asyncio.Task[None]"]:
    async with channel_at(double) as channel:
        await channel.open()
        task = asyncio.create_task(channel.poll(listener.receive))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def confirmed(double: TelegramDouble, update_id: int) -> None:
    """Wait until an update has been confirmed."""

    def wait() -> None:
        with double.changed:
            assert double.changed.wait_for(lambda: update_id not in double.updates.pending, 10)

    await asyncio.to_thread(wait)


async def test_messages_come_in_order_and_are_confirmed_after_they_were_taken(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    last = [siti.says(word) for word in ("satu", "dua", "tiga")][-1]
    async with polling(double, listener):
        await listener.until(3)
        await confirmed(double, last)
    assert listener.texts == ["satu", "dua", "tiga"]
    assert [int(heard.message_id) for heard in listener.heard] == [last - 2, last - 1, last]


async def test_what_could_not_be_stored_comes_again(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener(refusing(2))
    siti.says("halo")
    async with polling(double, listener):
        await listener.until(1)
    assert listener.texts == ["halo"]


async def test_a_message_that_fails_holds_back_those_behind_it_of_the_same_woman_only(double: TelegramDouble) -> None:
    siti, rina = double.person("Siti"), double.person("Rina")
    listener = Listener(refusing(1, "satu"))
    for woman, word in ((siti, "satu"), (siti, "dua"), (rina, "tiga")):
        woman.says(word)
    async with polling(double, listener):
        await listener.until(4)
    hers = [heard.text for heard in listener.heard if heard.address == str(siti.user_id)]
    assert hers == ["satu", "dua"]
    assert listener.texts == ["tiga", "satu", "dua", "tiga"]  # «tiga» twice: the inbox knows it by its id


async def test_after_a_kill_between_commit_and_confirmation_the_same_update_comes_again(double: TelegramDouble) -> None:
    siti, second = double.person("Siti"), Listener()
    first = Listener()
    update_id = siti.says("halo")

    async def commits_and_hangs(heard: Heard) -> None:
        await first.receive(heard)
        await asyncio.Event().wait()

    async with channel_at(double) as channel:
        task = asyncio.create_task(channel.poll(commits_and_hangs))
        await first.until(1)
        assert update_id in double.updates.pending  # committed by us, not yet confirmed at Telegram
        async with polling(double, second):
            await second.until(1)
        task.cancel()
    assert first.heard == second.heard


async def test_a_webhook_left_behind_does_not_keep_us_from_polling(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    double.in_loop(lambda: double.updates.set_webhook(ELSEWHERE))
    siti.says("halo")
    async with polling(double, listener):
        await listener.until(1)
    assert double.updates.webhook is None


async def test_another_poller_is_told_once_and_waited_for(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    with capture_logs() as logs:
        async with polling(double, listener):
            double.in_loop(lambda: double.updates.set_webhook(ELSEWHERE))
            await _refused_polls(double, 3)
            double.in_loop(lambda: double.updates.set_webhook(None))
            await confirmed(double, siti.says("halo"))
    assert listener.texts == ["halo"]
    assert len([entry for entry in logs if "another program" in entry["event"]]) == 1
    assert any(entry["event"] == "updates come again" for entry in logs)


async def _refused_polls(double: TelegramDouble, count: int) -> None:
    def wait() -> None:
        with double.changed:
            assert double.changed.wait_for(lambda: [r.status for r in double.refusals].count(409) >= count, 10)

    await asyncio.to_thread(wait)


@pytest.mark.parametrize("fault", ["500", "429", "reset_before", "401"])
async def test_trouble_at_telegram_ends_by_itself(double: TelegramDouble, fault: str) -> None:
    siti, listener = double.person("Siti"), Listener()
    double.fail_next("getUpdates", fault, times=2)
    siti.says("halo")
    async with polling(double, listener):
        await listener.until(1)
    assert listener.texts == ["halo"]


async def test_telegram_away_for_a_while(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    async with polling(double, listener):
        await confirmed(double, siti.says("satu"))  # and so the next question is on its way
        await asyncio.to_thread(double.goes_away)
        await asyncio.to_thread(double.comes_back)
        siti.says("dua")
        await listener.until(2)
    assert listener.texts == ["satu", "dua"]


async def test_a_press_is_answered_even_if_it_cannot_be_stored_yet(double: TelegramDouble) -> None:
    siti, answered = double.person("Siti"), asyncio.Event()

    async def before(heard: Heard) -> None:
        await answered.wait()

    listener = Listener(before)
    siti.says("halo")
    siti.presses_data("menu", 1)
    async with polling(double, listener):
        await asyncio.to_thread(_wait_for, double, lambda: not double.unanswered)
        answered.set()
        await listener.until(2)
    assert [heard.kind for heard in listener.heard] == [Kind.TEXT, Kind.ACTION]


def _wait_for(double: TelegramDouble, come_true: Callable[[], bool]) -> None:
    with double.changed:
        assert double.changed.wait_for(come_true, 10)


async def test_a_press_too_old_to_be_answered_still_counts(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    siti.presses_data("menu", 1)
    double.in_loop(double.chats.presses.clear)
    async with polling(double, listener):
        await listener.until(1)
    assert listener.heard[0].action == "menu"


async def test_an_update_nobody_understands_does_not_stop_the_others(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    double.post_update({"message": {"chat": {"id": 5, "type": "private"}, "location": {}}})
    siti.says("halo")
    async with polling(double, listener):
        await listener.until(1)
    assert listener.texts == ["halo"]


async def test_in_groups_there_is_silence(double: TelegramDouble) -> None:
    siti, listener = double.person("Siti"), Listener()
    group = double.group("RW 05")
    group.adds_bot(siti)
    last = group.says(siti, "/start")
    async with polling(double, listener):
        await confirmed(double, last)
    assert listener.heard == []


async def test_after_an_empty_answer_the_offset_begins_anew() -> None:
    """After a week without news Telegram chooses its next number freely: it may be smaller."""
    answers: list[list[Update]] = [[_update(900)], [], [_update(3)]]
    offsets, taken = [], []

    async def ask(offset: int) -> list[Update]:
        offsets.append(offset)
        if not answers:
            raise asyncio.CancelledError
        return answers.pop(0)

    async def take(update: Update) -> None:
        taken.append(update["update_id"])

    with pytest.raises(asyncio.CancelledError):
        await Polling(ask, take).run()
    assert (offsets, taken) == ([0, 901, 0, 4], [900, 3])


def _update(update_id: int, chat: int = 52) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}}}


async def test_the_offset_stops_before_the_first_that_failed() -> None:
    offsets: list[int] = []
    batch: list[Update] = [_update(12, 1), _update(10, 2), _update(11, 3)]

    async def ask(offset: int) -> list[Update]:
        offsets.append(offset)
        if len(offsets) == 2:
            raise asyncio.CancelledError
        return batch

    async def take(update: Update) -> None:
        if update["update_id"] == 11:
            raise OSError

    with pytest.raises(asyncio.CancelledError):
        await Polling(ask, take).run()
    assert offsets == [0, 11]


async def test_updates_that_wait_together_are_submitted_together_and_in_order() -> None:
    begun: list[int] = []
    everybody = asyncio.Event()

    async def ask(offset: int) -> list[Update]:
        if offset:
            raise asyncio.CancelledError
        return [_update(number, chat=number) for number in (3, 1, 2)]

    async def take(update: Update) -> None:
        begun.append(update["update_id"])
        if len(begun) == 3:
            everybody.set()
        await everybody.wait()

    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await Polling(ask, take).run()
    assert begun == [1, 2, 3]
