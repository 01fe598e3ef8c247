"""A language model of others is asked when our own is unsure, hears no names, and can do no harm by being wrong, slow or away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from structlog.testing import capture_logs

from bot.conversation.places import gazetteer
from bot.understanding import llm
from bot.understanding.danger import Danger
from bot.understanding.intents import Intent
from bot.understanding.llm import LanguageModel, NoAnswer
from bot.understanding.reading import Guess, Meaning
from tests.doubles.completions import KEY, MODEL, CompletionsDouble, Play

TEXT = "bu itu yang kemarin diceritain jadinya gimana ya"
GUESSES = (Guess(Intent.FEEDBACK, 0.3), Guess(Intent.MENU_HELP, 0.2), Guess(Intent.ENROL, 0.1))
UNSURE = Meaning(GUESSES, topic="menjahit", when="sabtu")


@dataclass
class Clock:
    """Seconds, as a test says."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Asking:
    """A language model and its client."""

    double: CompletionsDouble
    clock: Clock = field(default_factory=Clock)
    within: float = 5.0  #: long enough for a busy machine
    key: str = KEY

    def __post_init__(self) -> None:
        url = f"{self.double.url}/v1"
        self.client = LanguageModel(
            url, MODEL, self.key, gazetteer().is_name, within=self.within, now=self.clock
        )  # fmt: skip

    async def hears(self, text: str = TEXT, meaning: Meaning = UNSURE, *names: str) -> Meaning:
        """What becomes of a meaning."""
        return await self.client.second_opinion(text, meaning, names)


@pytest.fixture
def double() -> Iterator[CompletionsDouble]:
    with CompletionsDouble(Play("my_schedule")) as double:
        yield double


@pytest.fixture
async def asking(double: CompletionsDouble) -> AsyncIterator[Asking]:
    asking = Asking(double)
    yield asking
    await asking.client.close()


async def test_its_answer_comes_first_and_only_half_sure(asking: Asking) -> None:
    heard = await asking.hears()
    assert heard.guesses == (Guess(Intent.MY_SCHEDULE, llm.CONFIDENCE), *GUESSES[:2])
    assert (heard.topic, heard.when, heard.danger) == ("menjahit", "sabtu", None)
    assert asking.double.refused == []


async def test_it_may_agree(asking: Asking) -> None:
    asking.double.play = Play(" feedback\n")
    assert (await asking.hears()).guesses == (Guess(Intent.FEEDBACK, llm.CONFIDENCE), *GUESSES[1:])


async def test_danger_it_hears_is_danger(asking: Asking) -> None:
    asking.double.play = Play("violence_help")
    heard = await asking.hears()
    assert (heard.intent, heard.danger) == (Intent.VIOLENCE_HELP, Danger.VIOLENCE)


@pytest.mark.parametrize(("confidence", "asked"), [(llm.BELOW - 0.01, 1), (llm.BELOW, 0), (0.9, 0)])
async def test_it_is_asked_only_where_our_own_is_unsure(asking: Asking, confidence: float, asked: int) -> None:
    await asking.hears(TEXT, Meaning((Guess(Intent.ENROL, confidence),)))
    assert len(asking.double.asked) == asked


@pytest.mark.parametrize("danger", list(Danger))
async def test_it_is_never_asked_about_danger(asking: Asking, danger: Danger) -> None:
    meaning = Meaning((Guess(Intent.VIOLENCE_HELP, 0.2),), danger=danger)
    assert await asking.hears("saya takut", meaning) == meaning
    assert asking.double.asked == []


async def test_it_is_told_no_name_number_or_place(asking: Asking) -> None:
    text = "saya Siti Rohmah dari Cipondoh, no 0812-3456-7890, yg kmrn gimana ya bu markonah"
    await asking.hears(text, UNSURE, "Markonah")
    assert len(asking.double.asked) == 1
    for private in ("Siti", "Rohmah", "Cipondoh", "0812", "7890", "arkonah"):
        assert private.casefold() not in asking.double.texts.casefold()
    assert "gimana" in asking.double.texts


async def test_control_without_the_stripping_it_would_hear_them(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llm, "stripped", lambda text, names, is_place: text)
    await asking.hears("saya Siti Rohmah, gimana ya")
    assert "Rohmah" in asking.double.texts


async def test_where_the_stripping_fails_nothing_is_sent(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise ValueError(TEXT)

    monkeypatch.setattr(llm, "stripped", fails)
    assert await asking.hears() == UNSURE
    assert asking.double.asked == []


async def test_what_is_only_a_name_or_a_number_is_not_sent(asking: Asking) -> None:
    for text in ("Siti", "08123456789", "??"):
        assert await asking.hears(text) == UNSURE
    assert asking.double.asked == []


async def test_a_long_message_is_cut(asking: Asking) -> None:
    await asking.hears("mau tanya ya bu " * 100)
    assert len(asking.double.asked[0]["messages"][1]["content"]) <= llm.LONGEST


def test_it_is_told_every_code() -> None:
    told = llm.instructions().splitlines()
    assert [line.split(":")[0] for line in told[-len(Intent) :]] == [intent.value for intent in Intent]


HARMLESS = {
    "an error of its own": Play("enrol", status=500),
    "too many questions": Play("enrol", status=429),
    "no JSON": Play(raw=b"<html>a page</html>"),
    "no text": Play(raw=b'{"choices": [{"message": {"content": "\xff'),
    "JSON of another kind": Play(raw=b'["enrol"]'),
    "JSON without end": Play(raw=b"[" * 50_000),
    "no choice": Play(raw=b'{"choices": []}'),
    "a refusal": Play(content=None),
    "parts instead of text": Play(raw=b'{"choices": [{"message": {"content": ["enrol"]}}]}'),
    "an unknown intent": Play("order_pizza"),
    "a sentence": Play("The intent is enrol."),
    "two codes": Play("enrol, register"),
    "a code in capitals": Play("ENROL"),
    "nothing": Play(""),
    "more than it should": Play("enrol" + " " * llm.LARGEST),
    "elsewhere": Play(status=307, location="/v1/chat/completions?again"),
    "a reset": Play(cut=True),
}


@pytest.mark.parametrize("play", HARMLESS.values(), ids=HARMLESS)
async def test_whatever_it_answers_our_own_reading_stands(asking: Asking, play: Play) -> None:
    asking.double.play = play
    assert await asking.hears() == UNSURE
    assert len(asking.double.asked) == 1, "it was not asked once"


async def test_silence_is_waited_for_no_longer_than_allowed(double: CompletionsDouble) -> None:
    double.play = Play("enrol", gate=asyncio.Event())
    asking = Asking(double, within=0.2)
    async with asyncio.timeout(5):
        assert await asking.hears() == UNSURE
    await asking.client.close()


async def test_a_refused_connection_is_harmless(asking: Asking) -> None:
    asking.double.goes_away()
    assert await asking.hears() == UNSURE


@pytest.mark.parametrize("key", ["wrong", "", "two\nlines"])
async def test_a_wrong_key_is_harmless(double: CompletionsDouble, key: str) -> None:
    asking = Asking(double, key=key)
    assert await asking.hears() == UNSURE
    with pytest.raises(NoAnswer):
        await asking.client.check()
    await asking.client.close()


async def test_after_failures_it_is_left_alone_for_a_minute(asking: Asking) -> None:
    asking.double.play = Play(status=500)
    for _ in range(llm.FAILURES + 2):
        assert await asking.hears() == UNSURE
    assert len(asking.double.asked) == llm.FAILURES
    asking.double.play = Play("enrol")
    asking.clock.seconds += llm.REST - 1
    assert await asking.hears() == UNSURE
    asking.clock.seconds += 1
    assert (await asking.hears()).intent is Intent.ENROL


async def test_one_more_failure_after_the_rest_is_enough(asking: Asking) -> None:
    asking.double.play = Play(status=500)
    for _ in range(llm.FAILURES):
        await asking.hears()
    asking.clock.seconds += llm.REST
    for _ in range(2):
        await asking.hears()
    assert len(asking.double.asked) == llm.FAILURES + 1


async def test_a_right_answer_forgives_what_was_before(asking: Asking) -> None:
    for _ in range(llm.FAILURES):
        for play in (Play(status=500), Play("enrol")):
            asking.double.play = play
            await asking.hears()
    assert len(asking.double.asked) == 2 * llm.FAILURES


async def test_only_a_few_are_asked_at_once_and_nobody_waits_for_them(asking: Asking) -> None:
    gate = asyncio.Event()
    asking.double.play = Play("enrol", gate=gate)
    waiting = [asyncio.create_task(asking.hears()) for _ in range(llm.AT_ONCE)]
    await asyncio.sleep(0)
    assert await asking.hears() == UNSURE
    asking.double.in_loop(gate.set)
    assert {heard.intent for heard in await asyncio.gather(*waiting)} == {Intent.ENROL}
    assert (await asking.hears()).intent is Intent.ENROL


async def test_who_stops_waiting_frees_her_place(asking: Asking) -> None:
    asking.double.play = Play("enrol", gate=asyncio.Event())
    for _ in range(llm.AT_ONCE):
        gone = asyncio.create_task(asking.hears())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
    asking.double.play = Play("enrol")
    assert (await asking.hears()).intent is Intent.ENROL


@pytest.mark.parametrize("play", [Play("a secret word"), Play(status=500), Play(cut=True), Play(raw=b"secret")])
async def test_nothing_of_a_message_or_an_answer_is_logged(asking: Asking, play: Play) -> None:
    asking.double.play = play
    logged = await _logged(asking.hears)
    assert logged
    assert not any(word in str(logged) for word in ("secret", "kemarin", KEY))


async def _logged(hears: Callable[[], object]) -> list[object]:
    structlog.reset_defaults()
    with capture_logs() as logged:
        await hears()  # type: ignore[misc]
    return list(logged)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "file:///etc/passwd", "127.0.0.1:80/v1", ""])
def test_only_http_addresses_are_asked(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        LanguageModel(url, MODEL, KEY, lambda words: False)


async def test_the_whole_address_may_be_given_too(double: CompletionsDouble) -> None:
    client = LanguageModel(f"{double.url}/v1/chat/completions/", MODEL, KEY, lambda words: False)
    assert await client.check() is Intent.MY_SCHEDULE
    await client.close()
