"""Violence and despair come before every question, and leave no trace."""

import pytest
import sqlalchemy as sa

from models import roles
from models.messages import OutboxMessage
from models.office import CatalogueEntry
from models.people import Conversation
from tests.dialogue import Phone, Village


@pytest.mark.parametrize(
    "words",
    ["suami sy suka mukul sy", "saya dipukuli suami, tolong", "suami ngancem mau bunuh saya", "my husband hits me"],
)
def test_the_numbers_of_help_come_whatever_question_is_open(siti: Phone, rohayati: Phone, words: str) -> None:
    siti.says(words).sees("private").reads("112", "110", "129")
    siti.says("halo").says("boleh").says(words).sees("private")
    siti.says("ibu").sees("register.name.ask")
    rohayati.says("petugas").says(words).sees("private")


def test_whoever_wants_to_die_hears_of_the_line_for_that(rohayati: Phone) -> None:
    rohayati.says("udah capek, rasanya pengen mati aja").reads("119")


def test_nothing_of_it_is_kept(village: Village, rohayati: Phone) -> None:
    rohayati.says("saya dipukuli suami")
    with village.reads() as session:
        assert "dipukuli" not in str(session.scalars(sa.select(Conversation.said)).all())
        assert not [row for row in session.scalars(sa.select(OutboxMessage)) if (row.content or {})["key"] == "private"]


@pytest.mark.parametrize(
    "words", ["dipukul harga naik, pusing", "mau ikut seminar KDRT", "suami saya jatuh dari motor"]
)
def test_what_only_sounds_like_it_does_not_alarm(rohayati: Phone, words: str) -> None:
    assert "private" not in [seen.key for seen in rohayati.says(words).seen[rohayati.fresh :]]


@pytest.mark.parametrize(
    "words",
    [
        "mau",
        "bu boleh bawa bekal ga",
        "pukul 9 ya bu sabtu saya datang",
        "sy takut ga bisa ngikutin",
        "adiknya perempuan",
    ],
)
def test_everyday_words_do_not_alarm(rohayati: Phone, words: str) -> None:
    assert "private" not in [seen.key for seen in rohayati.says(words).seen[rohayati.fresh :]]


def test_how_nobody_else_reads_along(village: Village, rohayati: Phone) -> None:
    rohayati.says("suami sy suka mukul sy").presses("Cara aman pakai HP").sees("private_phone").reads("hapus chat ini")
    with village.reads() as session:
        assert not [row for row in session.scalars(sa.select(OutboxMessage)) if "private" in (row.content or {})["key"]]
        assert "safe-phone" not in str(session.scalars(sa.select(Conversation.shown)).all())


def test_a_coordinator_announces_a_seminar_on_violence(village: Village, rohayati: Phone) -> None:
    """In her own forms a coordinator writes of others; outside them she is heard like everybody."""
    with village.writes() as session:
        roles.add_coordinator(session, "Ratna", "telegram", "ratna", village.now)
    ratna = village.phone("ratna").says("koordinator").presses("Siaran").presses("Siaran baru").presses("Tulis sendiri")
    assert "private" not in [seen.key for seen in ratna.says("Seminar: kalau suami memukul, lapor ke mana?").seen]
    ratna.says("menu").says("saya dipukuli suami").sees("private")


def test_only_numbers_that_may_be_shown_are(village: Village, rohayati: Phone) -> None:
    rohayati.says("saya dipukuli suami").reads("telepon 112 atau 110")
    with village.writes() as session:
        for entry in session.scalars(sa.select(CatalogueEntry).where(CatalogueEntry.section == "helplines")):
            if entry.data["slug"] in ("polisi-110", "sapa-129"):
                entry.data = {**entry.data, "show": False}
    rohayati.says("saya dipukuli suami").reads("telepon 112. Gratis").does_not_read("110", "129")
