"""A second opinion on a message our own model is unsure of, from a language model at an OpenAI-compatible address.

Optional, and never needed: it is told no name and no number, has three seconds for one of the thirty codes, and whatever
goes wrong, our own reading stands. What it says is no more than half sure, so that she is asked before anything is done.
Nothing of a message or of an answer is logged.
"""

import asyncio
import json
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from bot.understanding import danger
from bot.understanding.anonymous import IsPlace, stripped, unmarked
from bot.understanding.intents import Intent
from bot.understanding.normalising import words
from bot.understanding.reading import ALTERNATIVES, Guess, Meaning

log = structlog.get_logger()

_FILE = Path(__file__).with_name("llm.toml")
#: It is asked only when our own model is less sure than this.
BELOW = 0.5
#: How sure its answer counts: enough to ask her «Maksud Ibu …?», too little to act (`handlers/understood.py`).
CONFIDENCE = 0.5
#: Time for everything, from connecting to the last byte, in seconds.
WITHIN = 3.0
#: Most questions on their way at once. Whoever comes then is not kept waiting: our own reading stands.
AT_ONCE = 4
#: After so many failures, one after the other, it is left alone for so many seconds.
FAILURES, REST = 3, 60.0
#: What is longer is cut, in characters: the wish stands in the first sentences.
LONGEST = 500
#: A larger answer is none, in bytes.
LARGEST = 65_536


class NoAnswer(Exception):
    """No usable answer. `reason` holds nothing of what was asked or said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LanguageModel:
    """One model at one address. Opens its connection at the first question; `close` it at the end.

    `url` is the address before `/chat/completions`; another scheme than http or https is a ValueError. `is_place` knows names
    of places, which are taken out too. `within` and `now` are seconds, `now` of a clock that never goes back.
    """

    def __init__(
        self, url: str, model: str, api_key: str, is_place: IsPlace, *, within: float = WITHIN,
        now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("a language model's address begins with http:// or https://")
        self.model = model
        self._url = url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self._key, self._is_place, self._within, self._now = api_key, is_place, within, now
        self._session: aiohttp.ClientSession | None = None
        self._asking = self._failures = 0
        self._rests_until = float("-inf")

    def may_help(self, meaning: Meaning) -> bool:
        """Whether it may be asked about a message of this meaning, now. Never where there is danger."""
        doubtful = meaning.danger is None and meaning.confidence < BELOW
        return doubtful and self._asking < AT_ONCE and self._now() >= self._rests_until

    async def second_opinion(self, text: str, meaning: Meaning, names: Sequence[str] = ()) -> Meaning:
        """What it makes of a message with our own `meaning`, which stands if it does not help. `names` are hers."""
        if not self.may_help(meaning):
            return meaning
        words = self._stripped(text, names)
        if not any(letter.isalpha() for letter in unmarked(words)):
            return meaning
        try:
            return _changed(meaning, await self._counted(words), text)
        except NoAnswer:
            return meaning

    async def check(self) -> Intent:
        """Ask about a greeting, whatever happened before. Raises NoAnswer."""
        return await self._asked("halo bu, selamat pagi")

    async def close(self) -> None:
        """End the connection."""
        if self._session is not None:
            await self._session.close()

    def _stripped(self, text: str, names: Sequence[str]) -> str:
        """What may be sent; nothing where the stripping fails."""
        try:
            return stripped(text, names, self._is_place)[:LONGEST]
        except Exception as problem:
            log.error("names and numbers not taken out", error=type(problem).__name__)
            return ""

    async def _counted(self, words: str) -> Intent:
        self._asking += 1
        try:
            intent = await self._asked(words)
        except NoAnswer as problem:
            self._failed(problem)
            raise
        finally:
            self._asking -= 1
        self._failures = 0
        return intent

    def _failed(self, problem: NoAnswer) -> None:
        self._failures += 1
        log.warning("language model did not help", reason=problem.reason)
        if self._failures >= FAILURES:
            self._rests_until = self._now() + REST
            log.warning("language model left alone for a while", seconds=REST)

    async def _asked(self, words: str) -> Intent:
        """One question and its answer. Raises NoAnswer."""
        try:
            async with asyncio.timeout(self._within):
                return _intent_in(await self._completion(words))
        except NoAnswer:
            raise
        except Exception as problem:  # whatever it is, she is waiting for an answer
            raise NoAnswer(type(problem).__name__) from None

    async def _completion(self, words: str) -> Any:
        """The answer as data. Follows no redirection: words and key go where the settings say, and nowhere else."""
        question = {
            "model": self.model,
            "messages": [{"role": "system", "content": instructions()}, {"role": "user", "content": words}],
        }
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        async with self._opened().post(self._url, json=question, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise NoAnswer(f"HTTP {answer.status}")
            return json.loads(await _body(answer))

    def _opened(self) -> aiohttp.ClientSession:
        """The session of the running event loop, opened at its first use."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session


@cache
def instructions() -> str:
    """What it is told: the task, and the codes with what they mean."""
    told = tomllib.loads(_FILE.read_text("utf-8"))
    codes = (f"{intent.value}: {told['intents'][intent.value]}" for intent in Intent)
    return "\n".join([told["task"].strip(), "", *codes])


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(16_384):
        body += piece
        if len(body) > LARGEST:
            raise NoAnswer("too long")
    return bytes(body)


def _intent_in(completion: Any) -> Intent:
    """The code it answered with; one code and nothing else."""
    try:
        return Intent(completion["choices"][0]["message"]["content"].strip())
    except (LookupError, TypeError, AttributeError, ValueError):
        raise NoAnswer("no code") from None


def _changed(meaning: Meaning, intent: Intent, text: str) -> Meaning:
    """Its intent first, then our own guesses. If it hears danger, that is danger: rather too often than once too little."""
    others = [guess for guess in meaning.guesses if guess.intent is not intent]
    guesses = (Guess(intent, CONFIDENCE), *others)[:ALTERNATIVES]
    heard = danger.kind_of(words(text)) if intent is Intent.VIOLENCE_HELP else None
    return replace(meaning, guesses=guesses, danger=heard)
