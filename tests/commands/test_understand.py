"""`berdaya understand`: one line out for each line in, at once, without a database and without scikit-learn."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def understand(*lines: str) -> tuple[int, list[dict[str, object]]]:
    """The exit code and the answers."""
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "understand"], input="\n".join(lines), text=True, capture_output=True, cwd=ROOT, check=False,
    )  # fmt: skip
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_contract() -> None:
    code, (said, nothing) = understand('{"text": "bu sy mau ikut yg jahit tp hr sabtu bisa ga"}', '{"text": ""}')
    assert code == 0
    assert list(said) == ["text", "intent", "topic", "when", "confidence", "alternatives"]
    assert (said["intent"], said["topic"], said["when"]) == ("enrol", "menjahit", "sabtu")
    alternatives = said["alternatives"]
    assert isinstance(alternatives, list)
    assert len(alternatives) == 3
    assert alternatives[0] == {"intent": "enrol", "confidence": said["confidence"]}
    assert (nothing["topic"], nothing["when"]) == (None, None)


def test_a_bad_line_is_named_and_the_others_are_answered() -> None:
    code, answers = understand("halo", '{"text": 5}', "[]", '{"text": "halo bu"}')
    assert code == 1
    assert ["error" in answer for answer in answers] == [True, True, True, False]


def test_each_line_is_answered_before_the_next_is_asked() -> None:
    asked = subprocess.Popen(
        [sys.executable, "-m", "bot", "understand"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert asked.stdin
    assert asked.stdout
    for text in ("halo", "makasih"):
        asked.stdin.write(json.dumps({"text": text}) + "\n")
        asked.stdin.flush()
        assert json.loads(asked.stdout.readline())["text"] == text
    asked.stdin.close()
    assert asked.wait(20) == 0


def test_no_command_but_training_loads_scikit_learn() -> None:
    """It costs seconds and 80 MB: a start, and every short command, would pay for it."""
    loaded = "import sys, bot.__main__; print('sklearn' in sys.modules or 'scipy' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", loaded], text=True, capture_output=True, cwd=ROOT, check=True)
    assert ended.stdout.strip() == "False"
