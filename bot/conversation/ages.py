"""Whether somebody says that she is younger than 18. Only about herself: a mother may speak of her child's age or school."""

import re

from bot.conversation.spoken_numbers import spelled_out
from bot.conversation.words import plain

ADULT = 18
#: Below this a number of years is no age of somebody who writes («2 tahun di sini»).
_WRITES = 8
_CLAUSES = re.compile(r"[,.;!\n]|\b(?:tapi|tp|tetapi|dan|sedangkan|but|and)\b")
#: Somebody else.
_OTHERS = re.compile(
    r"\banak(?:ku|nya| saya| sy| aku| abdi| aye| gue| pertama| kedua| ketiga|2| \d)|\b(?:punya|ada|bawa) anak|\b(?:adik|adek|ade|cucu|"
    r"keponakan|ponakan|suami|ibu saya|putri|putra|son|daughter|child|kids?)\b"
)
#: A school long finished, or only named as a place.
_OTHER_SCHOOL = re.compile(
    r"\b(?:guru|mengajar|ngajar|kantin|lulus\w*|tamat\w*|alumni|ijazah|jebolan|depan|deket|dekat|sebelah|belakang)\b"
)
_HER = r"(?:saya|sy|aku|ku|abdi|aye)"
_MORE = r"(?: (?:baru|masih|msh|udah|sudah|only))*"
#: «Umur saya 17», «saya 17»: her own age, whatever else she says.
_OWN_AGE = re.compile(
    rf"\b(?:umur|usia) ?{_HER}{_MORE} (\d{{1,2}})\b|\b(?:{_HER}|i am|i'm|im){_MORE} (\d{{1,2}})\b"
    r"(?! ?(?:orang|anak|jam|menit|hari|bulan|kali))(?! ?(?:tahun|thn|th|years?) (?:di|tinggal|jualan|usaha|kerja|nikah|menikah|in))"
)
#: «17 tahun», «umur 17»: hers, unless she speaks of how long something has lasted or when it was.
_SOME_AGE = re.compile(
    rf"\b(?:umur|usia){_MORE} (\d{{1,2}})\b|\b(?:baru|masih|msh) (\d{{1,2}})\b(?! ?(?:orang|anak|jam|menit|hari|bulan|kali))|"
    r"\b(\d{1,2}) ?(?:tahun|thn|th|taun|years? old|yo)\b|\b(?:tahun|thn) ini (\d{1,2})\b|^(\d{2})$"
)
_LASTING = re.compile(
    r"\b(?:nikah|menikah|kawin|kerja|bekerja|usaha|jualan|dagang|tinggal|di sini|disini|pengalaman|menjanda|lalu|lagi|ago|work\w*|married)\b"
)
_YOUNG = re.compile(
    r"\b(?:belum|blm|belom|blom|dibawah|di bawah|kurang dari|under|below|not yet) (?:(?:umur|usia|genap|sampai|sampe|nyampe|ada|cukup|"
    r"masuk) )*(?:(?:umur|usia|age|dewasa|ktp|punya ktp)\b(?! ?\d)|1[0-8]\b(?! ?(?:orang|anak|jam|menit|hari|bulan|kali)))|\bunderage\b|\bminor\b"
)
_AT_SCHOOL = re.compile(
    r"\b(?:masih|msh|lagi|saya|sy|aku|abdi|aye|baru|still in|anak|siswi|pelajar|murid|kelas \d{1,2}|^)(?: (?:di|anak|kelas|klas|siswi|"
    r"pelajar|murid|duduk|sekolah|skolah|bangku))* ?\b(?:sd|smp|sma|smk|slta|sltp|mts|aliyah|high school)\b|"
    r"\b(?:masih|msh) (?:sekolah|skolah|pelajar|siswi|anak sekolah)\b|\b(?:saya|aku|sy) (?:pelajar|siswi|anak sekolah)\b|"
    r"^(?:sd|smp|sma|smk|pelajar|siswi)(?: kelas \d{1,2})?$"
)


def says_under_age(text: str) -> bool:
    """Whether she says that she is younger than 18, by her age, her school, or in so many words."""
    return any(_young(clause) for clause in _CLAUSES.split(spelled_out(plain(text))))


def _young(clause: str) -> bool:
    clause = clause.strip()
    if _OTHERS.search(clause):
        return False
    if (own := _ages(_OWN_AGE, clause)) or _LASTING.search(clause):
        return any(_WRITES <= age < ADULT for age in own)
    ages = _ages(_SOME_AGE, clause)
    if any(age >= ADULT for age in ages) and not _YOUNG.search(clause):
        return False
    return any(_WRITES <= age < ADULT for age in ages) or _says_so(clause)


def _says_so(clause: str) -> bool:
    return bool(_YOUNG.search(clause) or (_AT_SCHOOL.search(clause) and not _OTHER_SCHOOL.search(clause)))


def _ages(pattern: re.Pattern[str], clause: str) -> list[int]:
    return [int(age) for match in pattern.finditer(clause) for age in match.groups() if age]
