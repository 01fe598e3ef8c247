"""Transcripts of coordinators at work, with the women they work for, in both languages (`coordinators/*.txt`).

`ratna > koordinator` somebody types, `ratna > [Kegiatan]` presses, `~ 20` so many hours pass: that is the script.
Under `— ratna` stands what arrives on her phone, rewritten by `pytest --update`.
"""

import re
from pathlib import Path

import pytest

from models import registration, roles
from models.people import Contact, Person, Purpose
from models.registration import Profile
from tests.dialogue import Phone, Village
from tests.dialogues.golden import act
from tests.dialogues.test_golden import assert_fits

HERE = Path(__file__).parent / "coordinators"
FILES = sorted(HERE.glob("*.txt"))
_DOES = re.compile(r"(?P<who>[a-z]+) (?P<what>> .*)")


class Told(list[str]):
    """A phone's part of a transcript that several phones share."""

    def __init__(self, name: str, story: list[str]) -> None:
        self.name, self.story = name, story

    def append(self, line: str) -> None:
        self.story.append(f"{self.name} {line}" if line.startswith("> ") else f"— {self.name}\n{line}")


def cast(folder: Path, language: str) -> tuple[Village, list[str]]:
    """Ratna and Dewi, coordinators; Siti, a participant who wants news; and the transcript they share."""
    village, story = Village(folder).sample(), list[str]()
    with village.writes() as session:
        for name in ("Ratna", "Dewi"):
            session.get_one(Person, roles.add_coordinator(session, name, "telegram", name.lower(), village.now))
        siti = Contact(channel="telegram", address="siti", language=language, created_at=village.now)
        session.add(siti)
        session.flush()
        profile = Profile("Siti", "Ibu", "36.71.05", interests=["menjahit"], language=language)
        person = registration.register(session, siti.id, profile, village.now, village.programme)
        registration.give_consent(session, person.id, Purpose.NEWS, "telegram", village.now, village.programme)
        for known in session.query(Contact):
            known.language = language
            session.get_one(Person, known.person_id).language = language
    for name in ("ratna", "dewi", "siti"):
        village.phone(name, language=language).transcript = Told(name, story)
    return village, story


def play(file: Path, folder: Path, restarts: bool = False) -> tuple[Village, str]:
    """Play a file's script; everybody afterwards, and the transcript as the file holds it."""
    village, story = cast(folder, file.name.split(".")[1])
    for line in file.read_text("utf-8").splitlines():
        village = village.restarted() if restarts else village
        if line.startswith("# "):
            story.append(line)
        elif line.startswith("~ "):
            story.append(line)
            village.passes(hours=float(line[2:]))
        elif does := _DOES.fullmatch(line):
            act(village.phone(does["who"]), does["what"])
    return village, "\n\n".join(story) + "\n"


FILES_BY_NAME = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@FILES_BY_NAME
def test_the_program_says_what_is_written(file: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    village, said = play(file, tmp_path)
    if request.config.getoption("--update"):
        file.write_text(said, "utf-8")
    assert said == file.read_text("utf-8")
    for phone in phones(village):
        for seen in phone.seen:
            assert_fits(seen, village)


@FILES_BY_NAME
def test_a_restart_before_every_message_changes_nothing(file: Path, tmp_path: Path) -> None:
    assert play(file, tmp_path, restarts=True)[1] == file.read_text("utf-8")


def test_both_languages_tell_the_same_stories() -> None:
    stories = {file.name.split(".")[0] for file in FILES}
    assert {f"{story}.{language}.txt" for story in stories for language in ("id", "en")} == {f.name for f in FILES}


def phones(village: Village) -> list[Phone]:
    return list(village.phones.values())
