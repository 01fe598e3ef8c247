"""No one-second window ever holds more starts than the rate, and the starts are even."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import BURST, RECOVERS, Pacer


def _starts(pacer: Pacer, seconds: float, at: float = 100.0) -> list[float]:
    """When messages start if there is always one more to send."""
    starts, end = [], at + seconds
    while at < end:
        for _ in range(pacer.free(at)):
            pacer.started_by_us("somebody", at)
            starts.append(at)
        at += max(pacer.next_free(at), 0.0005)
    return starts


@given(st.integers(1, 40), st.lists(st.floats(0, 0.4), max_size=200))
def test_no_window_of_a_second_holds_more_than_the_rate(rate: int, gaps: list[float]) -> None:
    pacer, at, starts = Pacer(rate), 0.0, []
    for gap in gaps:
        at += gap
        if pacer.free(at):
            pacer.started(at)
            starts.append(at)
    assert all(sum(start <= other < start + 1.0 for other in starts) <= rate for start in starts)


def test_without_the_guard_a_window_holds_more() -> None:
    starts = [number / 100 for number in range(100)]
    assert sum(0 <= start < 1.0 for start in starts) > 30


def test_nearly_all_of_the_rate_is_used_and_evenly() -> None:
    for rate in (1, 30, 1000):
        starts = _starts(Pacer(rate), seconds=20)
        assert len(starts) >= 0.98 * rate * 19
        assert max(late - early for early, late in pairwise(starts)) <= BURST + 1.1 / rate + 0.01


def test_replies_use_up_the_rate_but_are_not_held_back() -> None:
    pacer = Pacer(30)
    assert pacer.free(10.0) > 0
    for _ in range(40):
        pacer.started(10.0)
    assert pacer.free(10.9) == 0
    assert pacer.free(11.1) > 0


def test_a_provider_s_wait_holds_for_the_whole_sender() -> None:
    pacer = Pacer(30)
    pacer.pause(20.0)
    assert (pacer.free(19.9), pacer.next_free(18.0)) == (0, 2.0)
    assert pacer.free(20.0) > 0


def test_one_chat_gets_one_message_a_second() -> None:
    pacer = Pacer(30, chat_rate=1)
    pacer.started_by_us("siti", 10.0)
    assert pacer.chat_wait("siti", 10.25) == 0.75
    assert pacer.chat_wait("rina", 10.25) == 0


def test_slow_down_lowers_the_rate_once_and_quiet_brings_it_back() -> None:
    pacer = Pacer(1000)
    for moment in (100.0, 100.01, 100.02):  # the answers to messages of one moment
        pacer.slow_down(moment)
    assert pacer.rate_at(100.1) == 700
    assert 700 < pacer.rate_at(100.0 + 2 * RECOVERS) < 1000
    assert pacer.rate_at(100.0 + 5 * RECOVERS) == 1000


def test_an_unlimited_sender_learns_a_limit_from_a_slow_down() -> None:
    pacer = Pacer(0)
    for number in range(200):
        pacer.started(100.0 + number / 400)
    pacer.slow_down(100.5)
    assert 0 < pacer.rate_at(100.5) <= 200
    assert len(_starts(pacer, seconds=5, at=101.0)) <= 200 * 5
