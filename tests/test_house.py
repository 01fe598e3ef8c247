"""The house: its arrows, its locks, and what no file of it may say."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "handlers", "models")
LOCKS = sorted(ROOT.glob("requirements*.txt"))
#: Folders that are made, not written.
MADE = frozenset({".git", ".venv", "var", "build", "__pycache__", "node_modules"})
#: In two halves each, so that this file may be read by its own test.
REGISTRIES = tuple("".join(halves) for halves in (("pypi.", "org"), ("python", "hosted"), ("registry.npm", "js")))
#: One forbidden import for each contract: the file it is written into, and what it says.
TRESPASSES = {
    "Conversation, understanding and models": ("models/trespass.py", "import bot.conversation.reply"),
    "Channels": ("bot/channels/trespass.py", "import models.people"),
    "Delivery": ("bot/delivery/trespass.py", "import bot.channels.telegram"),
    "Jobs": ("bot/jobs/trespass.py", "import bot.conversation.reply"),
    "Handlers": ("handlers/trespass.py", "import bot.delivery.inbox"),
    "Web pages": ("bot/web/trespass.py", "import bot.channels.base"),
    "Settings are handed down": ("bot/running.py", "import bot.config"),
    "The configuration": ("bot/config_rules.py", "import models.people"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the packages of a folder, by the contracts in its pyproject.toml."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    return subprocess.run(
        [*command, "--no-cache", "--no-logo"],
        cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def written_files() -> Iterator[Path]:
    """Every file somebody wrote."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(part in MADE or part.endswith(("_cache", ".egg-info")) for part in parts):
            yield path


def test_arrows_point_one_way() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_each_contract_notices_a_trespass(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in OURS:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file, statement in TRESPASSES.values():
        with (tmp_path / file).open("a", encoding="utf-8") as written:
            written.write(f"\n{statement}\n")
    said = lint_imports(tmp_path).stdout
    for contract in TRESPASSES:
        assert re.search(rf"^{contract}.* BROKEN", said, re.MULTILINE), f"{contract}: no trespass noticed\n{said}"


def test_there_is_a_trespass_for_each_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    unproved = [c["name"] for c in contracts if not any(c["name"].startswith(name) for name in TRESPASSES)]
    assert not unproved


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    pinned = re.findall(r"^[a-z0-9].*?==[^\n]*\\$(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?$)+", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) > 0


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_a_lock_has_everything_the_program_needs(lock: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[\[<>=~! ]", needed)[0] for needed in project["dependencies"]}
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", lock.read_text("utf-8"), re.MULTILINE))
    assert wanted <= locked


def test_the_two_locks_agree() -> None:
    runtime, tests = (dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text("utf-8"), re.M)) for lock in (
        ROOT / "requirements.txt", ROOT / "requirements-dev.txt",
    ))  # fmt: skip
    assert runtime.items() <= tests.items()


def test_no_file_names_a_package_registry() -> None:
    for file in written_files():
        content = file.read_bytes()
        named = [name for name in REGISTRIES if name.encode() in content]
        assert not named, f"{file.relative_to(ROOT)} names {named}"


def test_the_top_level_holds_what_it_should() -> None:
    wanted = {"bot", "handlers", "models", "tests", "texts", "docs", "config.example.toml", "pyproject.toml", "Makefile",
              "README.md", "CHANGELOG.md", "LICENSE", "requirements.txt", "requirements-dev.txt", ".ci"}  # fmt: skip
    assert not {name for name in wanted if not (ROOT / name).exists()}


def test_the_image_takes_along_every_folder_the_program_needs() -> None:
    copied = set(re.findall(r"^COPY (\S+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    left_out = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {*OURS, "texts", "config.example.toml"} <= copied - set(left_out)
