"""She lets messages be kept that were not understood, or takes that back; coordinators say what they want."""

import pytest
import sqlalchemy as sa

from bot.conversation.heard import Heard, Kind
from bot.conversation.talk import Talk
from bot.understanding.danger import Danger
from bot.understanding.intents import Intent
from bot.understanding.reading import Guess, Meaning
from handlers import unclear
from models import learning
from models.hot_path import State
from models.learning import UnclearMessage
from models.people import Contact, OptOut, Person
from tests.dialogue import Phone, Village
from tests.dialogues.office import audited

UNSURE = Meaning((Guess(Intent.ENROL, 0.4), Guess(Intent.REGISTER, 0.3), Guess(Intent.MENU_HELP, 0.1)))
WORDS = "bu Rohayati dari Cipondoh hp 0812 mau ikut yg itu"


def writes(
    village: Village, phone: Phone, text: str = WORDS, meaning: Meaning = UNSURE, press: Intent | None = None
) -> None:
    """She writes what is not understood, and perhaps presses what she meant."""
    with village.writes() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.address == phone.name)).one()
        person = session.get(Person, contact.person_id) if contact.person_id else None
        heard = Heard(
            channel=phone.channel, account="test", address=phone.name, message_id=village.next_id(), at=village.now,
            kind=Kind.TEXT, text=text, meaning=meaning,
        )  # fmt: skip
        state = State(
            contact.id, contact.person_id, "id", OptOut.NONE, name=person.name if person else None, registered=True
        )
        visit = village.answering.visit(session, heard, state, Talk(), village.now)
        unclear.keep(visit)
        if press:
            unclear.corrected(visit, press)


def kept(village: Village) -> list[tuple[str, str | None]]:
    with village.reads() as session:
        rows = sa.select(UnclearMessage).order_by(UnclearMessage.id)
        return [(row.text, row.chosen) for row in session.scalars(rows)]


@pytest.fixture
def willing(rohayati: Phone) -> Phone:
    """Rohayati has said yes."""
    rohayati.says("data saya").presses("Bantu perbaiki jawaban").sees("improve.ask").presses("Boleh")
    return rohayati.sees("improve.thanks")


def test_nothing_is_kept_before_her_yes_and_all_is_stripped_after_it(village: Village, rohayati: Phone) -> None:
    writes(village, rohayati)
    assert kept(village) == []
    rohayati.says("data saya").presses("Bantu perbaiki jawaban").reads("tanpa nama", "30 hari").says("boleh")
    rohayati.sees("improve.thanks")
    writes(village, rohayati, press=Intent.ENROL)
    assert kept(village) == [("bu «NAMA» dari «TEMPAT» hp «ANGKA» mau ikut yg itu", "enrol")]


def test_no_is_the_default_and_stays_no(village: Village, rohayati: Phone) -> None:
    rohayati.says("data saya").presses("Bantu perbaiki jawaban").presses("Tidak").sees("improve.declined")
    writes(village, rohayati)
    assert kept(village) == []


def test_danger_is_never_kept(village: Village, willing: Phone) -> None:
    writes(village, willing, meaning=Meaning((Guess(Intent.ENROL, 0.4),), danger=Danger.VIOLENCE))
    assert kept(village) == []


def test_she_reads_what_is_kept_and_takes_her_yes_back(village: Village, willing: Phone) -> None:
    writes(village, willing)
    willing.says("data saya").reads("memperbaiki jawaban", "Pesan yang belum saya paham", "mau ikut yg itu")
    willing.presses("Bantu perbaiki jawaban").sees("improve.agreed").presses("Tarik izin").sees("improve.taken_back")
    assert kept(village) == []
    writes(village, willing)
    assert kept(village) == []
    willing.says("data saya").does_not_read("mau ikut yg itu")


def test_an_old_no_takes_nothing_back(village: Village, willing: Phone) -> None:
    willing.presses_action("improve-no").sees("improve.agreed")
    writes(village, willing)
    assert len(kept(village)) == 1


def test_erasing_takes_it_along(village: Village, willing: Phone) -> None:
    writes(village, willing)
    willing.says("hapus data saya").presses("Ya, hapus").sees("erase.done")
    assert kept(village) == []


def test_a_stranger_is_asked_nothing(siti: Phone) -> None:
    siti.says("halo")
    for action in ("improve", "improve-on", "improve-off"):
        siti.presses_action(action).sees("register.consent.ask")


def test_in_english(rohayati: Phone) -> None:
    rohayati.says("english").says("my data").presses("Help improve answers").reads("without your name")


def test_coordinators_label_until_none_is_left(village: Village, willing: Phone, ratna: Phone) -> None:
    ratna.says("koordinator").does_not_read("Pesan belum paham")
    for word, press in (("satu", None), ("bagaimana", Intent.REGISTER), ("gimana", None), ("kok", None)):
        writes(village, willing, f"{word} yg itu ya", press=press)
    ratna.says("koordinator").reads("4 menunggu").presses("Pesan belum paham").sees("labels.message")
    ratna.reads("satu yg itu ya", "Ikut kegiatan", "Jadi peserta", "Cara pakai").does_not_read("Rohayati", "memilih")
    ratna.presses("Ikut kegiatan").reads(
        "Tersimpan: Ikut kegiatan.", "bagaimana yg itu", "Dia sendiri memilih: Jadi peserta"
    )
    ratna.presses("Lewati").reads("gimana yg itu").presses("Buang").reads("Sudah saya buang.", "kok yg itu")
    ratna.presses("Lainnya").sees("labels.all").reads("Sekadar menyapa").presses("Lainnya").presses("Lainnya")
    ratna.presses("Ubah profil").sees("labels.skipped").presses("Mulai dari awal").presses("Jadi peserta")
    ratna.sees("labels.none")
    with village.reads() as session:
        told = learning.labelled(session)
    assert told == [
        ("satu yg itu ya", "enrol"),
        ("bagaimana yg itu ya", "register"),
        ("kok yg itu ya", "change_profile"),
    ]
    assert audited(village)[-4:] == ["message.label", "message.drop", "message.label", "message.label"]


def test_every_page_of_all_intents_fits_and_leads_round(village: Village, willing: Phone, ratna: Phone) -> None:
    writes(village, willing)
    ratna.says("koordinator").presses("Pesan belum paham").presses("Lainnya")
    seen: set[str] = set()
    for _ in range(4):
        rows = ratna.seen[-1].choices
        assert len(rows) <= 10 and all(len(label) <= 20 for label, _ in rows)
        seen |= {action.partition(".")[2] for _, action in rows if action.startswith("label:")}
        ratna.presses("Lainnya")
    assert seen == {intent.value for intent in Intent}


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_intent_has_words_that_fit_a_button(village: Village, language: str) -> None:
    sentences = village.texts.sentences[language]
    assert not [intent for intent in Intent if not 0 < len(sentences[f"intent.{intent.value}"]) <= 20]


def test_a_story_of_violence_is_gone_when_a_coordinator_says_so(village: Village, willing: Phone, ratna: Phone) -> None:
    writes(village, willing)
    ratna.says("koordinator").presses("Pesan belum paham").presses_action("label:1.violence_help")
    ratna.sees("labels.none").reads("tidak boleh disimpan")
    assert kept(village) == []


def test_what_another_did_first_is_said_kindly(village: Village, willing: Phone, ratna: Phone, dewi: Phone) -> None:
    writes(village, willing)
    for phone in (ratna, dewi):
        phone.says("koordinator").presses("Pesan belum paham")
    ratna.presses("Buang").sees("labels.none")
    dewi.presses("Ikut kegiatan").sees("labels.gone").presses("Lainnya").sees("labels.gone")


@pytest.mark.parametrize("action", ["labels", "label-more:1:0", "label:1.enrol", "label-drop:1"])
def test_nobody_else_can_press_these(village: Village, willing: Phone, action: str) -> None:
    writes(village, willing)
    willing.presses_action(action).sees("other.stale")
    assert len(kept(village)) == 1


@pytest.mark.parametrize("action", ["labels:x", "label:1.nothing", "label:x.enrol", "label-drop:", "label-more:x"])
def test_forged_buttons_are_stale(village: Village, willing: Phone, ratna: Phone, action: str) -> None:
    writes(village, willing)
    ratna.presses_action(action).sees("other.stale")
