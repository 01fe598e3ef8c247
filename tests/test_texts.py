"""The sentences themselves: complete in every language, short enough, and in the tone of the programme."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation.engine import Engine
from bot.conversation.texts import ADDRESS, Texts
from handlers.conversations import engine
from handlers.visit import Visit
from tests.dialogue import ROOT

TEXTS = Texts.load(ROOT / "texts")
KEYS = sorted(TEXTS.sentences["id"])
#: Sentences coordinators read: longer ones are allowed there.
FOR_COORDINATORS = re.compile(r"(coordinator|broadcast|attendance|reason|question|whatsapp|person)\b|coordinator_")
#: Said before she was asked how to call her.
BEFORE_HER_NAME = re.compile(
    r"register\.(consent|reading|honorific)\.|welcome\.(?!back)|help\.|other\.|ask\.|stop\.|answer\."
)
LONGEST, SENTENCE_WORDS = 700, 15
#: Buttons and rows by the beginning of their key, with the most letters they may have.
LABELS = {"button.": 20, "honorific.": 20, "topic.": 22, "place.": 20, "browse.kind_": 24, "profile.news_o": 24}
_FOREIGN = re.compile(
    r"\b(anda|kamu|bunda|moms|sis|emak|user|pengguna|lokasi kegiatan|registrasi|kuota|dong|sih|deh)\b"
)
_EMOJI = re.compile("[\U0001f300-\U0001faff]")


def engine_of_the_house() -> Engine[Visit]:
    return engine(TEXTS)


@pytest.mark.parametrize("language", TEXTS.languages)
def test_every_language_has_every_sentence(language: str) -> None:
    assert sorted(TEXTS.sentences[language]) == KEYS


@pytest.mark.parametrize("language", TEXTS.languages)
def test_every_language_uses_the_same_values(language: str) -> None:
    differing = [k for k in KEYS if TEXTS.fields(k, language) - ADDRESS != TEXTS.fields(k) - ADDRESS]
    assert not differing


def test_every_sentence_that_is_asked_for_exists() -> None:
    missing = {f"{file.relative_to(ROOT)}: {key}" for file, key in _asked_for() if not _exists(key)}
    assert not missing


def test_every_question_has_its_sentences() -> None:
    needed = {
        f"{form.name}.{question.key}.{what}"
        for form in engine_of_the_house().forms.values()
        for question in form.questions
        for what in (("ask", "label") if form.review and question.reviewed else ("ask",))
    } | {f"{form.name}.review" for form in engine_of_the_house().forms.values() if form.review}
    assert not {key for key in needed if not TEXTS.has(key)}


def test_every_reason_a_parser_gives_has_its_sentence() -> None:
    reasons = {
        str(node.args[0].value)
        for file in (ROOT / "bot" / "conversation").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotUnderstood"
        if isinstance(node.args[0], ast.Constant)
    }
    assert not {reason for reason in reasons if not TEXTS.has(f"answer.{reason}")}


@pytest.mark.parametrize("language", TEXTS.languages)
def test_no_sentence_is_too_long(language: str) -> None:
    assert not {key: len(text) for key, text in TEXTS.sentences[language].items() if len(text) > LONGEST}


@pytest.mark.parametrize("language", TEXTS.languages)
def test_buttons_and_rows_fit_every_channel(language: str) -> None:
    too_long = [
        (key, text)
        for key, text in TEXTS.sentences[language].items()
        for beginning, longest in LABELS.items()
        if key.startswith(beginning) and len(text) > longest
    ]
    assert not too_long


def test_one_thought_a_sentence() -> None:
    too_long = [
        (key, sentence)
        for key, text in TEXTS.sentences["id"].items()
        if not FOR_COORDINATORS.match(key)
        for sentence in re.split(r"[.!?:\n]+", re.sub(r"\{\w+\}", "x", text))
        if len(sentence.split()) > SENTENCE_WORDS
    ]
    assert not too_long


def test_the_tone() -> None:
    sentences = TEXTS.sentences["id"].items()
    assert not [(key, text) for key, text in sentences if _FOREIGN.search(text.casefold())]
    assert not [(key, text) for key, text in sentences if text.count("!") > 1 or len(_EMOJI.findall(text)) > 1]
    assert not [(key, text) for key, text in sentences if text.count("?") > 2]


def test_nobody_is_addressed_before_she_said_how() -> None:
    addressed = [key for key in KEYS if BEFORE_HER_NAME.match(key) and TEXTS.fields(key) & ADDRESS]
    assert not addressed
    assert not [
        key for key in KEYS if BEFORE_HER_NAME.match(key) and re.search(r"\b(Ibu|Bu|Kak)\b", TEXTS.sentences["id"][key])
    ]


def _exists(key: str) -> bool:
    """Whether a sentence exists; a key that ends with `_` is the beginning of one."""
    return TEXTS.has(key) or (key.endswith("_") and any(known.startswith(key) for known in KEYS))


def _asked_for() -> Iterator[tuple[Path, str]]:
    """Every sentence's key that stands in the code: in `say`, `Reply`, `content`, `choice`, and `key = …`."""
    for folder in ("handlers", "models", "bot"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                yield from ((file, key) for key in _keys(node))


def _keys(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        position = {"say": 0, "Reply": 0, "content": 0, "choice": 1}.get(name)
        if position is not None and len(node.args) > position:
            yield from (n.value for n in ast.walk(node.args[position]) if _is_key(n))  # type: ignore[attr-defined]
    if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["key"] and _is_key(node.value):
        yield node.value.value  # type: ignore[attr-defined]


def _is_key(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_]+(\.[a-z0-9_-]+)+", node.value) is not None
    )
