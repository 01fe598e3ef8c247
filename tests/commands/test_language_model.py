"""What the commands say of the models: ours, without which nothing starts, and the one of others, that may be asked."""

from pathlib import Path
from typing import Any

import pytest

from bot.understanding.model import Model, NoModel
from tests.commands.desk import Desk
from tests.doubles.completions import KEY, MODEL, CompletionsDouble, Play


def _found(desk: Desk, what: str) -> Any:
    """What `doctor` says of one thing; None where it does not speak of it."""
    findings = desk.runs("doctor", "--json").told
    return next((finding for finding in findings if finding["what"] == what), None)


def _configured(desk: Desk, double: CompletionsDouble) -> None:
    for key, value in {"url": f"{double.url}/v1", "model": MODEL, "api_key": KEY}.items():
        desk.sets(f"llm.{key}", value)


def test_doctor_says_nothing_of_a_language_model_that_is_off(desk: Desk) -> None:
    assert _found(desk, "language model") is None


def test_doctor_says_that_it_answers(desk: Desk) -> None:
    with CompletionsDouble(Play("greeting")) as double:
        _configured(desk, double)
        found = _found(desk, "language model")
    assert found["well"]
    assert found["seen"] == f"{MODEL} answers «greeting» to a greeting"


def test_doctor_says_why_it_does_not(desk: Desk) -> None:
    with CompletionsDouble(Play("hello there!")) as double:
        _configured(desk, double)
        assert _found(desk, "language model")["seen"] == f"{MODEL} does not help: no code"
        desk.sets("llm.api_key", "wrong")
        found = _found(desk, "language model")
    assert found["seen"] == f"{MODEL} does not help: HTTP 401"
    assert "llm.api_key" in found["todo"]


@pytest.fixture
def without_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing() -> Model:
        raise NoModel(f"{tmp_path / 'model.npz'}: No such file")

    monkeypatch.setattr(Model, "load", missing)


@pytest.mark.usefixtures("without_a_model")
def test_without_our_own_model_a_conversation_says_how_to_get_one(desk: Desk) -> None:
    done = desk.runs("talk")
    assert done.code == 2
    assert "`berdaya understanding train`" in done.err


@pytest.mark.usefixtures("without_a_model")
def test_without_our_own_model_the_program_does_not_start(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    from bot.commands.context import put_together, settings

    with pytest.raises(SystemExit) as ended:
        put_together(settings(None))
    assert ended.value.code == 2
    assert "`berdaya understanding train`" in capfd.readouterr().err


@pytest.mark.usefixtures("without_a_model")
def test_without_our_own_model_doctor_says_so(desk: Desk) -> None:
    assert "`berdaya understanding train`" in _found(desk, "understanding")["seen"]
