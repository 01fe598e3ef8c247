"""Free text: she writes as she speaks, and lands where she wanted to. On the real engine, with the model that is shipped."""

import pytest
import sqlalchemy as sa

from bot.understanding.intents import Intent
from bot.understanding.reading import Guess, Meaning
from models.enrolments import Answer, Attendance, Enrolment, EnrolmentStatus
from models.people import Contact, OptOut, Person
from tests import dialogue
from tests.conftest import registered
from tests.dialogue import Phone, Village


@pytest.mark.parametrize(
    ("words", "key", "part"),
    [
        ("mau ikut kue kering dong", "event.card", "Kue Kering"),
        ("ada kelas masak ga bu", "browse.list", "Memasak"),
        ("seminar kesehatan ada ga kak", "browse.list", "seminar"),
        ("kelas jait yg hari sabtu ada?", "event.card", "Menjahit Dasar"),
        ("jadwal kelas saya kapan aja ya", "schedule.none", ""),
        ("data saya disimpen apa aja sih", "data.only", ""),
        ("ganti nama sy salah tulis", "profile.ask", ""),
        ("can you speak english please", "welcome.language", ""),
        ("pengen ngobrol sama orang beneran bukan robot", "ask.write", ""),
        ("piagam sy kapan keluarnya bu", "not_yet.certificate", "Petugas"),
        ("butuh modal buat dagang kue", "not_yet.capital_help", "Petugas"),
        ("suami blm ngizinin ikut pelatihan", "not_yet.family_support", "BANTUAN"),
        ("kelompok tani deket sini ada ga", "not_yet.browse_communities", "kelompok"),
        ("saya mau cerita pengalaman abis ikut kelas", "not_yet.share_story", "kisah"),
        ("harga cabe sekilo brp skrg", "understood.out_of_scope", "di luar"),
        ("nuhun teh", "other.thanks", ""),
    ],
)
def test_a_wish_in_her_own_words_is_carried_out(rohayati: Phone, words: str, key: str, part: str) -> None:
    rohayati.says(words).sees(key).reads(part)


def test_what_was_understood_is_said(rohayati: Phone) -> None:
    rohayati.says("kelas jait yg hari sabtu ada?").reads("Soal pelatihan dan kursus Menjahit hari Sabtu, ya.")


def test_where_nothing_fits_the_nearest_is_shown_and_said(rohayati: Phone) -> None:
    rohayati.says("ada kelas jahit tgl 17 agustus ga").reads("Belum ada", "tanggal 17 Agustus", "Menjahit Dasar")


def test_a_list_is_narrowed_by_a_few_words(rohayati: Phone) -> None:
    rohayati.says("kelas jahit apa aja bu").sees("browse.list").says("yg sabtu aja").sees("event.card").reads(
        "Menjahit Dasar"
    )
    rohayati.says("kelas jahit apa aja bu").says("yg kedua").reads("Menjahit Pakaian Pesanan")


@pytest.mark.parametrize("words", ["iya mau", "yang itu", "ikut dong", "daftar"])
def test_after_a_card_a_yes_takes_the_seat(village: Village, rohayati: Phone, words: str) -> None:
    rohayati.says("menjahit dasar").sees("event.card").says(words).sees("enrol.done")
    with village.reads() as session:
        assert session.scalars(sa.select(Enrolment)).one().status == EnrolmentStatus.ENROLLED


class HalfSure:
    """A reader that is half sure."""

    def read(self, text: str) -> Meaning:
        guesses = (Guess(Intent.ENROL, 0.5), Guess(Intent.MY_SCHEDULE, 0.3), Guess(Intent.VIOLENCE_HELP, 0.1))
        return Meaning(guesses, "menjahit", "sabtu")


def test_half_sure_she_is_asked_and_what_she_chooses_is_done(rohayati: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "reader", HalfSure)
    rohayati.says("yang itu tuh bu").sees("understood.which").reads("Maksud Ibu yang mana?", "[Bicara petugas]")
    assert [action for _, action in rohayati.seen[-1].choices] == [
        "meant:enrol.menjahit.sabtu", "meant:my_schedule.menjahit.sabtu", "ask",
    ]  # fmt: skip
    rohayati.presses("Ikut kegiatan").sees("event.card").reads("Soal kegiatan Menjahit hari Sabtu, ya.")


class NotSure:
    """A reader that is not."""

    def read(self, text: str) -> Meaning:
        return Meaning((Guess(Intent.ENROL, 0.2),))


def test_not_sure_nobody_pretends(rohayati: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "reader", NotSure)
    rohayati.says("hmm gitu deh").sees("other.not_understood")


FORGED = (
    "meant:", "meant:xyz", "meant:violence_help", "meant:enrol.nope", "meant:enrol.menjahit.x.y", "find:", "find:x.-.-.-",
    "find:all.x.-.-", "find:all.-.-.99_99_99",
)  # fmt: skip


@pytest.mark.parametrize("action", FORGED)
def test_a_forged_meaning_is_answered_kindly(rohayati: Phone, action: str) -> None:
    rohayati.presses_action(action).sees("other.stale")


def test_she_says_of_the_next_meeting_whether_she_comes(village: Village, rohayati: Phone) -> None:
    rohayati.says("menjahit dasar").presses("Daftar")
    rohayati.says("sabtu saya pasti dateng bu").sees("attending.coming")
    assert _answer(village) is Answer.COMING
    rohayati.says("maaf sabtu ga bisa dateng, anak panas").sees("attending.excused")
    assert _answer(village) is Answer.EXCUSED


def test_of_a_day_without_a_meeting_nothing_is_recorded(village: Village, rohayati: Phone) -> None:
    rohayati.says("menjahit dasar").presses("Daftar")
    rohayati.says("besok ga bisa dateng bu").sees("understood.meetings").reads("Menjahit Dasar")
    with village.reads() as session:
        assert not session.scalars(sa.select(Attendance)).all()


def test_a_place_that_resembles_a_title_names_none(rohayati: Phone) -> None:
    rohayati.says("ada kelas jait deket pasar kemis ga bu").reads("Belum ada", "Pasar Kemis", "Menjahit Dasar")


def test_leaving_is_asked_once_more(village: Village, rohayati: Phone) -> None:
    rohayati.says("menjahit dasar").presses("Daftar")
    rohayati.says("gajadi ikut kelas jahit bu, mau pulang kampung").reads("Menjahit Dasar").presses("Ya, keluar")
    with village.reads() as session:
        assert session.scalars(sa.select(Enrolment)).one().status == EnrolmentStatus.CANCELLED


def test_where_her_class_is(rohayati: Phone) -> None:
    rohayati.says("menjahit dasar").presses("Daftar")
    rohayati.says("tempat kelas jahitnya di sebelah mana sih kak").reads("Balai Warga")


def test_she_stops_messages_and_wants_them_again(village: Village, rohayati: Phone) -> None:
    rohayati.says("tolong ga usah kirim pesan pesan lagi ke nomor ini ya").sees("stop.all")
    with village.reads() as session:
        assert session.scalars(sa.select(Contact)).one().opt_out is OptOut.ALL
    rohayati.says("mau terima info lagi dong kak").sees("welcome.back")


def test_data_is_never_erased_without_a_question(village: Village, rohayati: Phone) -> None:
    rohayati.says("hapus aja semua data sy di sini").reads("pendaftaran")
    with village.reads() as session:
        assert session.scalars(sa.select(Person)).one().name == "Rohayati"


def test_somebody_new_is_led_through_consent_to_what_she_wanted(siti: Phone) -> None:
    siti.says("mau ikut pelatihan kue kering bu").sees("register.consent.ask").says("boleh").says("ibu").says("Siti")
    siti.says("luar").says("selesai").says("benar").says("tidak").sees("news.declined", "event.card").reads(
        "Kue Kering"
    )


def test_somebody_new_may_ask_what_this_is(siti: Phone) -> None:
    siti.says("ini nomor apa ya? program apaan sih").sees("help.text")


@pytest.mark.parametrize("answer", ["Siti Aminah", "Jahitun", "Minggu Lestari", "Kuriah"])
def test_in_an_open_question_the_answer_wins(siti: Phone, answer: str) -> None:
    siti.says("halo").says("boleh").says("ibu").says(answer).sees("register.kecamatan.ask")


@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "simulator"])
def test_on_every_channel(village: Village, channel: str) -> None:
    phone = registered(village.phone("yani", channel), "Yani")
    phone.says("ada kelas masak ga bu").sees("browse.list").says("yg pertama").sees("event.card")


def _answer(village: Village) -> Answer:
    with village.reads() as session:
        return Answer(session.scalars(sa.select(Attendance)).one().answer)
