"""What the documents say exists: commands, files, make targets."""

import re
from pathlib import Path

import typer.main

from bot.__main__ import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _commands() -> set[str]:
    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group of commands


def test_the_readme_names_every_command_and_no_other() -> None:
    table = set(re.findall(r"^\| `berdaya (\w+)`", README, re.MULTILINE))
    assert table == _commands()
    assert set(re.findall(r"berdaya (\w+)", README.replace("# Berdaya", ""))) - {"is", "under"} <= _commands()


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make (\w+)", README)) <= targets


def test_every_file_linked_or_named_exists() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for document in documents:
        text = document.read_text("utf-8")
        links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
        assert not [link for link in links if not (document.parent / link).exists()]
        named = re.findall(r"`((?:bot|models|handlers|tests|texts|docs)/[\w./]+\.\w+)`", text)
        assert not [name for name in named if not (ROOT / name).exists()], document


def test_every_setting_named_in_the_readme_exists() -> None:
    example = (ROOT / "config.example.toml").read_text("utf-8")
    for section, key in re.findall(r"`(database|web|telegram|twilio|programme)\.(\w+)", README):
        assert re.search(rf"^\[{section}\][^\[]*^{key} =", example, re.MULTILINE) or f"[{section}.{key}]" in example
