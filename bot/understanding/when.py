"""The day a message names: a code such as `besok`, `sabtu` or `minggu_depan`, or a date without year as `MM-DD`.

Only what she says is read, no calendar: what the code means is decided by whoever knows today's date. The time of day is no
day, but «ntar sore» is today. `ahad` is Sunday; `minggu` alone can mean the day or a week, and is decided by its neighbours.
"""

import re
from collections.abc import Sequence

_MONTHS = (
    "jan(?:uari)?|january", "feb(?:ruari|uari)?|pebruari|february", "mar(?:et)?|march", "apr(?:il)?", "mei|may", "jun[ie]?",
    "jul[iy]?", "agu?s?(?:tus)?|august", "sep(?:t|tember)?", "okt(?:ober)?|october", "nov(?:ember)?|nop(?:ember)?",
    "des(?:ember)?|december",
)  # fmt: skip
_MONTH = "|".join(f"(?P<m{number}>{names})" for number, names in enumerate(_MONTHS, 1))
_DATE = re.compile(rf"\b(?P<day>[0-3]?\d) (?:{_MONTH})\b")
_SLASHED = re.compile(r"(?<![\d/])(?P<day>[0-3]?\d) ?/ ?(?P<month>[01]?\d)(?![\d/])")
_DAYS = {
    "senin": "senin|snin|senen|sennin|monday|mon|snen", "selasa": "selasa|slasa|salasa|slsa|seloso|tuesday|selase",
    "rabu": "rabu|rebo|rabo|reebo|rbu|rebu|wednesday", "kamis": "kamis|(?<!pasar )kemis|kms|kmis|thursday|kemes",
    "jumat": "jumat|jumaat|jum'at|jumah|jmat|jmt|juma'ah|jumaah|jemuah|jemuwah|jum|friday|jumuah|jummat|jumuwah",
    "sabtu": "sabtu|saptu|sbtu|sbt|saturday|sabtuu|sab", "ahad": "ahad|akad|sunday|ngahad",
}  # fmt: skip
_PART = "pagi|siang|sore|malam"
#: In this order: a longer way to say a day hides the shorter one within it.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(rf"\b(?:{pattern})\b"))
    for code, pattern in (
        ("akhir_pekan", r"akhir_pekan|akhir (?:minggu|week)|week end|sabtu (?:dan |atau |/ |sama |dengan )?(?:hari )?(?:minggu|ahad)|"
                        r"sabtu(?:minggu|ahad)"),
        ("sabtu", rf"malam (?:minggu|ahad)|malming|{_DAYS['sabtu']}"),
        ("bulan_depan", r"(?:bulan|awal bulan) (?:depan|besok)|bulandepan|depan bulan"),
        ("bulan_ini", r"(?:(?:akhir|tengah|sepanjang) )?bulan (?:ini|sekarang)|bulanini|ini bulan"),
        ("lusa", r"lusa|(?:dua|2) hari lagi"),
        ("minggu_depan", r"(?:hari )?(?:minggu|minggon) (?:yang )?(?:depan|besoknya|datang|ngajeng)|minggudepan|seminggu lagi|depan minggu"),
        ("minggu_ini", r"minggu (?:ini|sekarang)|ini minggu|mingguini"),
        ("hari_ini", rf"hari_ini|hari ini|hariini|(?:nanti|sekarang) (?:{_PART})|(?:{_PART}) (?:ini|nanti)|hari sekarang|tonight|"
                     rf"malemini|soreini"),
        ("besok", r"besok|sesok|bezuk|(?<!selamat )enjing"),
        ("senin", _DAYS["senin"]), ("selasa", _DAYS["selasa"]), ("rabu", _DAYS["rabu"]), ("kamis", _DAYS["kamis"]),
        ("jumat", _DAYS["jumat"]),
        ("ahad", rf"{_DAYS['ahad']}|hari minggu|minggu (?:{_PART}|jam|besok)|(?:besok|tanggal) minggu"),
    )
)  # fmt: skip
#: «tiap minggu», «2 minggu lagi», «minggu lalu»: weeks, and none that is meant.
_WEEKS = re.compile(
    r"\b(?:tiap|setiap|per|\d+|dua|tiga|empat|beberapa|sekali|seminggu|sa) minggu\b"
    r"|\bminggu (?:lalu|kemarin|tadi|kali|sekali)\b"
)
_BARE_SUNDAY = re.compile(r"\bminggu\b")


def when_of(text: str, words: Sequence[str]) -> str | None:
    """The day that a message names first, or None. `words` are its words as they are meant."""
    said = " ".join(words)
    if found := _DATE.search(said):
        month = next(number for number in range(1, 13) if found[f"m{number}"])
        return _date(found["day"], month)
    if (found := _SLASHED.search(text)) and (date := _date(found["day"], int(found["month"]))):
        return date
    hits = [
        (at.start(), place, code) for place, (code, pattern) in enumerate(_PATTERNS) if (at := pattern.search(said))
    ]
    hits = [hit for hit in hits if not _covered(hit, hits, said)]
    if hits:
        return min(hits)[2]
    return "ahad" if _BARE_SUNDAY.search(_WEEKS.sub(" ", said)) else None


def _covered(hit: tuple[int, int, str], hits: list[tuple[int, int, str]], said: str) -> bool:
    """Whether an earlier pattern has read the same words as part of more."""
    at, place, _ = hit
    for start, other, _ in hits:
        found = _PATTERNS[other][1].search(said, start)
        if other < place and found and found.start() <= at < found.end():
            return True
    return False


def _date(day: str, month: int) -> str | None:
    return f"{month:02}-{int(day):02}" if 1 <= month <= 12 and 1 <= int(day) <= 31 else None
