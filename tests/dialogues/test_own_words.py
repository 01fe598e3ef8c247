"""What a woman with a cheap phone and little time really types, where no button says it for her."""

import pytest

from models import roles
from models.people import Contact, OptOut, Person, RoleName
from tests.dialogue import Phone, Village


def _count(village: Village, table: type) -> int:
    with village.reads() as session:
        return session.query(table).count()


@pytest.mark.parametrize("words", ["Sari, umur 16 tahun", "sy masih 16 th", "masih smp kak"])
def test_who_is_younger_than_18_is_let_go_at_any_question(village: Village, siti: Phone, words: str) -> None:
    siti.says("halo").says("boleh").says("kak").says(words).sees("welcome.under_age")
    assert (_count(village, Contact), _count(village, Person)) == (0, 0)


def test_the_number_of_a_row_is_nobodys_age(siti: Phone) -> None:
    siti.says("halo").says("boleh").says("kak").says("Sari").says("cipondoh").says("lewati").says("1")
    siti.says("10").sees("register.review")


@pytest.mark.parametrize(
    "words", ["jangan kirim pesan lagi ya", "jgn wa saya lagi", "brenti", "stop sending me messages"]
)
def test_she_stops_messages_in_her_own_words(village: Village, rohayati: Phone, words: str) -> None:
    rohayati.says(words).sees("stop.all")
    with village.reads() as session:
        assert session.query(Contact).one().opt_out is OptOut.ALL


@pytest.mark.parametrize("words", ["makasih bu", "terima kasih", "🙏", "thank you"])
def test_thanks_are_thanked_for(rohayati: Phone, words: str) -> None:
    rohayati.says(words).sees("other.thanks")


@pytest.mark.parametrize("words", ["ga tau", "lewat", "tidak usah"])
def test_an_optional_question_is_skipped_in_her_own_words(siti: Phone, words: str) -> None:
    siti.says("halo").says("boleh").says("ibu").says("Yani").says("ciledug").says(words).sees("register.interests.ask")


def test_the_review_hears_yes_no_and_says_when_it_does_not_understand(siti: Phone) -> None:
    siti.says("halo").says("boleh").says("ibu").says("Yani").says("ciledug").says("lewati").says("jahit")
    siti.says("alamat sy di gang").sees("form.review_again", "register.review")
    siti.says("belum").sees("form.which").says("balik").sees("register.interests.ask")


def test_a_question_is_no_refusal(siti: Phone) -> None:
    siti.says("halo").says("boleh").says("ibu").says("Yani").says("ciledug").says("lewati").says("jahit").says(
        "selesai"
    )
    siti.says("boleh bawa anak ga").sees("answer.question")


def test_erasing_asks_the_same_again_and_takes_hapus_for_a_yes(village: Village, rohayati: Phone) -> None:
    rohayati.says("hapus data sy").reads("pendaftaran").says("hmm").does_not_read("Alamat chat ini")
    rohayati.says("hapus").sees("erase.done")
    assert _count(village, Person) == 0


def test_a_plain_yes_takes_the_one_choice_that_is_a_yes(village: Village, rohayati: Phone) -> None:
    rohayati.says("daftar jahit pakaian pesanan").presses("Masuk daftar tunggu").presses("Keluar dari antrean")
    rohayati.says("iya bu").reads("daftar tunggu")


def test_the_beginning_of_a_row_is_enough_where_no_question_is_open(rohayati: Phone) -> None:
    rohayati.says("menjahit").sees("browse.list").says("jahit pakaian").sees("event.card")


def test_a_word_that_stopped_being_hers_is_answered_kindly(village: Village) -> None:
    with village.writes() as session:
        roles.add_coordinator(session, "Ratna", "telegram", "ratna", village.now)
    ratna = village.phone("ratna").says("koordinator").sees("coordinator.ask").says("menu")
    with village.writes() as session:
        roles.revoke(session, session.query(Person).one().id, RoleName.COORDINATOR, village.now)
    ratna.says("koordinator").does_not_read("Meja koordinator")
