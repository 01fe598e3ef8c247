"""Days, as coordinators type them: a date, a day of the week, or so many days from now, seen from the day it was said."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.conversation.answers import Ambiguous, NotUnderstood, Option, read
from bot.conversation.dates import short_day
from bot.conversation.spoken_numbers import spelled_out
from bot.conversation.words import plain

#: Nobody plans farther ahead; a date without a year that was less than this ago is over, not meant for next year.
FARTHEST, JUST_OVER = timedelta(days=730), timedelta(days=60)
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin senen sen isnin monday mon", "selasa selase sel tuesday tue", "rabu rebo rab wednesday wed",
            "kamis kemis kam thursday thu", "jumat jum'at jumaat jumahat jum friday fri", "sabtu saptu sab saturday sat",
            "minggu ahad sunday sun",
        )
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january", "februari feb pebruari february", "maret mar march", "april apr", "mei may", "juni jun june",
            "juli jul july", "agustus agu agt agst ags august aug", "september sep sept", "oktober okt october oct",
            "november nov nopember nop", "desember des december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
#: Days from now, the longer words first: «day after tomorrow» is not tomorrow.
_NEAR = (
    (re.compile(r"\b(?:lusa|day after tomorrow)\b"), 2),
    (re.compile(r"\b(?:besok|bsk|besuk|sesuk|isuk|enjing|tomorrow|tmr)\b"), 1),
    (
        re.compile(
            r"\b(?:hari ini|hr ini|skrg|sekarang|today|tonight|nanti (?:pagi|siang|sore|malam)|(?:pagi|siang|sore|malam) ini)\b"
        ),
        0,
    ),
    (re.compile(r"\b(?:kemarin|kemaren|kmrn|yesterday|tadi)\b"), -1),
)
_AHEAD = re.compile(
    r"\b(?:in )?(\d{1,3}|se) ?(hari|days?|minggu|pekan|weeks?)(?: lagi| ke ?depan| from now)\b|\bin (\d{1,3}) (days?|weeks?)\b"
)
_NEXT = re.compile(r"\b(?:depan|dpn|next)\b")
_THIS = re.compile(r"\b(?:ini|this)\b")
#: «Minggu depan» is next week more often than a Sunday: too little to go by.
_WEEK = re.compile(r"^(?:minggu|pekan|bulan) (?:depan|dpn|ini)\b|^(?:next|this) (?:week|month)$")
_HOUR = re.compile(
    r"(?<!')\b(?:jam|pukul|pkl|at)\.? ?(?:setengah )?\d.*$|(?<!tgl)(?<!tanggal)(?<=[a-z]) \d{1,2}[.:]\d{2}(?: ?wib)?$"
)
#: More than one day: «5-12 desember».
_SEVERAL = re.compile(r"\b\d{1,2} ?(?:-|–|dan|&|sampai|s/d|to|and) ?\d{1,2} [a-z]{3,9}\b")
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_YEAR = r"(?:,? ?'?(\d{4}|\d{2})(?![\d.:]))?"
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_NUMERIC = re.compile(
    r"\b(\d{1,2}) ?[/.\-] ?(\d{1,2})(?: ?[/.\-] ?(\d{4}|\d{2}))?\b|^(\d{1,2}) (\d{1,2})(?: (\d{4}|\d{2}))?$"
)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}}) ?(?:of )?([a-z]{{3,9}})\b\.?{_YEAR}")
_MONTH_DAY = re.compile(rf"\b([a-z]{{3,9}})\.? (\d{{1,2}})(?![\d.:/]){_YEAR}")
_OF_MONTH = re.compile(
    r"(?:\b(?:tgl|tanggal|the)\.? ?|^)(\d{1,2})\b( (?:bulan (?:depan|dpn)|(?:of )?next month))?(?=$|,| \w+$)"
)
_ALONE = re.compile(r"\d{1,2}( (?:bulan (?:depan|dpn)|(?:of )?next month))?")


def date_answer(today: date) -> Callable[[str], date]:
    """A parser of a day from today on: «5 desember», «5/12», «sabtu depan», «besok», «tgl 5», «2026-12-05».

    Raises NotUnderstood: "past" for a day that is over, "not_a_day" otherwise; Ambiguous for a date that does not fall on the
    day of the week named with it.
    """

    def parse(text: str) -> date:
        words = _ORDINAL.sub(r"\1", _HOUR.sub("", spelled_out(plain(read(text)))).strip(" ,."))
        for reader in (
            (_iso, _worded, _numeric, _ahead, _of_month, _weekday, _near) if not _SEVERAL.search(words) else ()
        ):
            found = reader(words, today)
            if found is not None:
                _check(found, today, words)
                return found
        raise NotUnderstood("not_a_day")

    return parse


def _check(found: date, today: date, words: str) -> None:
    if found < today:
        raise NotUnderstood("past")
    if found - today > FARTHEST:
        raise NotUnderstood("not_a_day")
    named = _named_day(words)
    if named is not None and named != found.weekday():
        raise Ambiguous(*(Option(on.isoformat(), short_day(on)) for on in (found, _next_on(named, today))))


def _made(year: int, month: int, on: int) -> date | None:
    try:
        return date(year, month, on)
    except ValueError:
        return None


def _dated(on: str, month: int, year: str | None, today: date) -> date | None:
    """A day of a month: in the year written, else the next one there is; one just over stays over."""
    if year:
        return _made(int(year) + (2000 if len(year) == 2 else 0), month, int(on))
    years = (today.year, today.year + 1)
    days = [day for day in (_made(number, month, int(on)) for number in years) if day and day >= today - JUST_OVER]
    return days[0] if days else None


def _iso(words: str, today: date) -> date | None:
    match = _ISO.search(words)
    if not match:
        return None
    found = _made(*(int(part) for part in match.groups()))
    if found is None:
        raise NotUnderstood("not_a_day")
    return found


def _worded(words: str, today: date) -> date | None:
    for match in _DAY_MONTH.finditer(words):
        if month := _MONTHS.get(match[2]):
            return _dated(match[1], month, match[3], today)
    for match in _MONTH_DAY.finditer(words):
        if month := _MONTHS.get(match[1]):
            return _dated(match[2], month, match[3], today)
    return None


def _numeric(words: str, today: date) -> date | None:
    match = _NUMERIC.search(words)
    if not match:
        return None
    on, month, year = match[1] or match[4], match[2] or match[5], match[3] or match[6]
    return _dated(on, int(month), year, today)


def _ahead(words: str, today: date) -> date | None:
    match = _AHEAD.search(words)
    if not match:
        return None
    count, unit = match[1] or match[3], match[2] or match[4]
    days = (1 if count == "se" else int(count)) * (1 if unit[0] in "hd" else 7)
    return today + timedelta(days=days)


def _named_day(words: str) -> int | None:
    """The day of the week in her words; «minggu» only as a Sunday, not as a week."""
    tokens = (
        re.sub(r"\b(?:minggu|pekan) (?:depan(?:nya)?|dpn|ini|lagi)\b", " ", words)
        if not re.search(r"\bhari minggu\b", words)
        else words
    )
    return next((_DAYS[token] for token in re.split(r"[\s,]+", tokens) if token in _DAYS), None)


def _next_on(number: int, today: date) -> date:
    return today + timedelta(days=(number - today.weekday()) % 7 or 7)


def _weekday(words: str, today: date) -> date | None:
    number = _named_day(words)
    if number is None or _WEEK.search(words):
        return None
    if number == today.weekday() and (_THIS.search(words) or re.search(r"\bhari ini\b", words)):
        return today
    next_week = _NEXT.search(words) and today.weekday() < number
    return _next_on(number, today) + timedelta(days=7 if next_week else 0)


def _near(words: str, today: date) -> date | None:
    return next((today + timedelta(days=days) for pattern, days in _NEAR if pattern.search(words)), None)


def _of_month(words: str, today: date) -> date | None:
    """«Tgl 5», «sabtu tgl 28», «5»: the next day of that number."""
    match = _OF_MONTH.search(words)
    if not match or not (match[0][0].isalpha() or _ALONE.fullmatch(words)):
        return None
    this_month = _made(today.year, today.month, int(match[1]))
    if this_month and this_month >= today and not match[2]:
        return this_month
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return _made(year, month, int(match[1]))
