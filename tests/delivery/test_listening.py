"""What the running program hands to the receiver: our own reading, and a language model's where it may be asked."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import build
from bot.clock import Clock
from bot.conversation.heard import Heard, Kind
from bot.listening import Listening
from bot.storage import Storage
from bot.understanding.danger import Danger
from bot.understanding.intents import Intent
from bot.understanding.llm import LanguageModel
from bot.understanding.model import Model
from bot.understanding.reading import Guess, Meaning, Reader
from tests.dialogue import Phone, Village
from tests.doubles.completions import KEY, MODEL, CompletionsDouble, Play
from tests.settings import with_settings

UNCLEAR = "rohayati yang kemarin diceritain itu jadinya gimana ya"


class Unsure(Reader):
    """Our own reading, never sure of a wish."""

    def read(self, text: str) -> Meaning:
        return replace(super().read(text), guesses=(Guess(Intent.FEEDBACK, 0.2),))


UNSURE = Unsure(Model.load())


@pytest.fixture
def double() -> Iterator[CompletionsDouble]:
    with CompletionsDouble(Play("my_schedule")) as double:
        yield double


@pytest.fixture
async def listening(village: Village, double: CompletionsDouble) -> AsyncIterator[Listening]:
    client = LanguageModel(f"{double.url}/v1", MODEL, KEY, lambda words: False, within=10)
    listening = Listening(UNSURE, Storage(village.database), client)
    yield listening
    await listening.close()


def typed(phone: Phone, text: str = UNCLEAR) -> Heard:
    return Heard(phone.channel, "test", phone.name, phone.village.next_id(), phone.village.now, text=text)


async def test_without_a_language_model_our_own_reading_stands(village: Village, rohayati: Phone) -> None:
    alone = Listening(UNSURE, Storage(village.database))
    assert (await alone.understand(typed(rohayati))).meaning == UNSURE.read(UNCLEAR)


async def test_it_is_asked_of_who_has_said_yes_and_not_told_her_name(
    listening: Listening, double: CompletionsDouble, rohayati: Phone
) -> None:
    assert (await listening.understand(typed(rohayati))).meaning.intent is Intent.MY_SCHEDULE
    assert "diceritain" in double.texts
    assert "rohayati" not in double.texts.casefold()


async def test_it_is_not_asked_of_who_has_not(
    listening: Listening, double: CompletionsDouble, village: Village
) -> None:
    stranger = village.phone("baru").says("halo")
    for phone in (stranger, village.phone("lain")):
        assert (await listening.understand(typed(phone))).meaning == UNSURE.read(UNCLEAR)
    assert double.asked == []


async def test_words_for_a_person_stay_here(listening: Listening, double: CompletionsDouble, rohayati: Phone) -> None:
    for words in ("petugas", "Ada parkir?"):
        rohayati.says(words)
        await listening.understand(typed(rohayati))
    assert double.asked == []


async def test_the_answer_to_a_question_stays_here(
    listening: Listening, double: CompletionsDouble, rohayati: Phone
) -> None:
    rohayati.says("profil saya").presses("Nama")
    await listening.understand(typed(rohayati))
    assert double.asked == []


async def test_danger_stays_here(listening: Listening, double: CompletionsDouble, rohayati: Phone) -> None:
    heard = await listening.understand(typed(rohayati, "saya dipukul suami"))
    assert heard.meaning.danger is Danger.VIOLENCE
    assert double.asked == []


async def test_a_button_and_a_word_that_always_works_need_no_reading(
    listening: Listening, double: CompletionsDouble, rohayati: Phone
) -> None:
    pressed = Heard("telegram", "test", "rohayati", "1", rohayati.village.now, Kind.ACTION, action="menu")
    for heard in (pressed, typed(rohayati, "menu")):
        assert await listening.understand(heard) == heard
    assert double.asked == []


def test_the_root_has_one_only_if_it_is_configured(tmp_path: Path) -> None:
    database = {"database.url": f"sqlite:///{tmp_path / 'a.db'}"}
    assert build(with_settings(database), Clock()).listening.language_model is None
    app = build(with_settings(database, {"llm.url": "http://127.0.0.1:9/v1", "llm.model": MODEL}), Clock())
    assert app.listening.language_model is not None
    assert app.receiver.understand == app.listening.understand
