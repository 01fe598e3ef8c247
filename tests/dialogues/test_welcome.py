"""First contact: what is kept before her yes, and what stays after a no."""

import sqlalchemy as sa

from models.base import Base
from models.messages import OutboxMessage
from models.people import Contact, Conversation, Person
from tests.dialogue import Phone, Village

ONLY_UNTIL_SENT = {OutboxMessage.__tablename__, "inbox"}


def rows_about(village: Village, *words: str) -> list[str]:
    """Every row of every table that holds one of these words. What is on its way to her is no row about her."""
    with village.reads() as session:
        return [
            f"{table.name}: {row}"
            for table in Base.metadata.sorted_tables
            if table.name not in ONLY_UNTIL_SENT
            for row in session.execute(sa.select(table))
            if any(word.casefold() in str(row).casefold() for word in words)
        ]


def test_before_her_yes_only_her_address_and_the_open_question_are_kept(village: Village, siti: Phone) -> None:
    siti.says("halo saya Siti Aminah dari Cipondoh").sees("register.consent.ask")
    with village.reads() as session:
        assert session.scalar(sa.select(Person)) is None
        kept = session.scalars(sa.select(Conversation)).one()
        assert {key for key in kept.said if not key.startswith("_")} == set()
    assert not rows_about(village, "Siti Aminah")


def test_a_poster_may_be_kept_with_the_open_question(village: Village, siti: Phone) -> None:
    siti.says("/start menjahit-dasar").sees("register.consent.ask")
    with village.reads() as session:
        assert session.scalars(sa.select(Conversation)).one().said["event"][0] == "menjahit-dasar"


def test_after_a_no_nothing_of_her_stays(village: Village, siti: Phone) -> None:
    siti.says("/start menjahit-dasar").presses("Tidak").sees("welcome.goodbye")
    with village.reads() as session:
        assert session.scalar(sa.select(Contact)) is None
        assert session.scalar(sa.select(Conversation)) is None
    siti.says("halo").sees("register.consent.ask").presses("Boleh").presses("Ibu").says("Siti").says("luar")
    siti.says("selesai").presses("Benar").presses("Tidak usah").sees("news.declined", "browse.ask")


def test_who_is_younger_is_referred_to_a_person_and_not_stored(village: Village, siti: Phone) -> None:
    siti.says("halo").presses("Baca dulu").presses("Belum 18 tahun").sees("welcome.under_age")
    siti.reads("Bicara petugas", "Bantuan")
    with village.reads() as session:
        assert session.scalar(sa.select(Contact)) is None


def test_a_yes_to_a_message_long_gone_registers_nobody(village: Village, siti: Phone) -> None:
    siti.says("halo").presses("Tidak")
    siti.presses_action("a:register:consent:boleh").sees("other.stale", "register.consent.ask")
    with village.reads() as session:
        assert session.scalar(sa.select(Person)) is None


def test_telegram_in_english_starts_in_english(village: Village) -> None:
    village.phone("jane", language="en").says("hello").reads("May I keep them?", "Read first")


def test_the_whole_text_can_be_read_in_mid_form_and_the_question_stays_open(siti: Phone) -> None:
    siti.says("halo").presses("Boleh").presses("Ibu").presses_action("privacy").sees("welcome.privacy")
    siti.says("Siti Aminah").sees("register.kecamatan.ask")


def test_language_and_help_work_for_everybody_and_leave_the_question_open(siti: Phone) -> None:
    siti.says("english").sees("welcome.language", "register.consent.ask").reads("May I keep them?")
    siti.says("help").sees("help.text").reads("112", "110", "129", "08111-129-129")
    siti.says("yes").sees("register.honorific.ask")
    siti.says("bahasa").sees("welcome.language", "register.honorific.ask").reads("Enaknya saya panggil apa?")


def test_whatever_somebody_new_sends_first_is_answered_with_the_welcome(village: Village) -> None:
    for number, words in enumerate(
        ("menu", "mulai", "jadwal saya", "profil saya", "data saya", "/start", "batal", "1")
    ):
        village.phone(f"new-{number}").says(words).sees("register.consent.ask")
    village.phone("presses").presses_action("browse").sees("register.consent.ask")
    village.phone("lost").presses_action("schedule").sees("register.consent.ask")


def test_reading_again_is_no_yes(village: Village, siti: Phone) -> None:
    siti.says("halo").says("mau baca dulu").sees("register.reading.ask").says("baca dulu").sees(
        "register.reading.unknown"
    )
    siti.says("ya boleh").sees("register.honorific.ask")
