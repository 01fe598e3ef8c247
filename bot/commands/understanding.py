"""`berdaya understand`: what messages mean, line by line, for trying and for measuring; needs no database."""

import json
import sys
from typing import Any

import typer

from bot.commands import context
from bot.commands.context import REFUSED
from bot.understanding.reading import Meaning, Reader


def understand() -> None:
    """Read JSON lines {"text": …} from standard input; write for each its intent, topic, when, confidence, alternatives."""
    reader = context.reader()
    wrong = False
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            answer = _answer(reader, line)
        except ValueError as problem:
            answer, wrong = {"error": str(problem)}, True
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    if wrong:
        raise typer.Exit(REFUSED)


def _answer(reader: Reader, line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except ValueError:
        raise ValueError('this is no JSON; a line is {"text": "…"}') from None
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        raise ValueError('a line is {"text": "…"}')
    return {"text": asked["text"], **as_json(reader.read(asked["text"]))}


def as_json(meaning: Meaning) -> dict[str, Any]:
    """A meaning as the contract writes it."""
    return {
        "intent": meaning.intent.value, "topic": meaning.topic, "when": meaning.when,
        "confidence": round(meaning.confidence, 4),
        "alternatives": [{"intent": g.intent.value, "confidence": round(g.confidence, 4)} for g in meaning.guesses],
    }  # fmt: skip
