"""No one-second window ever holds more starts than the rate."""

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import Pacer


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


def test_replies_use_up_the_rate_but_are_not_held_back() -> None:
    pacer = Pacer(2)
    for _ in range(5):
        pacer.started(10.0)
    assert pacer.free(10.5) == 0
    assert pacer.free(11.1) == 2


def test_a_provider_s_wait_holds_for_the_whole_sender() -> None:
    pacer = Pacer(30)
    pacer.pause(20.0)
    assert (pacer.free(19.9), pacer.free(20.0), pacer.next_free(18.0)) == (0, 30, 2.0)


def test_one_chat_gets_one_message_a_second() -> None:
    pacer = Pacer(30, chat_rate=1)
    pacer.started_by_us("siti", 10.0)
    assert pacer.chat_wait("siti", 10.25) == 0.75
    assert pacer.chat_wait("rina", 10.25) == 0
