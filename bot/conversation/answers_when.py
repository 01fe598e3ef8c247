"""Times of day and lengths of time, as coordinators type them. Days are in `answers_day.py`."""

import re
from dataclasses import dataclass
from datetime import time

from bot.conversation.answers import NotUnderstood, read
from bot.conversation.answers_day import date_answer
from bot.conversation.spoken_numbers import spelled_out
from bot.conversation.words import plain

__all__ = ["Hours", "clock_time", "date_answer", "duration", "time_range"]

_PARTS = {
    "pagi": "morning", "subuh": "morning", "dini hari": "morning", "am": "morning", "in the morning": "morning",
    "siang": "noon", "sore": "evening", "petang": "evening", "malam": "night", "malem": "night", "mlm": "night",
    "pm": "evening", "in the afternoon": "evening", "in the evening": "evening",
}  # fmt: skip
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
#: Words that say nothing about the time.
_AROUND = re.compile(
    r"(?:\b|(?<=\d)(?=wib))(?:jam|pukul|pkl|wib|tepat|sekitar|mulai|dari|from|at|o'clock|hari|bu|kak|ya|aja|saja)\b\.?"
)
_TIME = re.compile(
    rf"(?:(?P<first>{_PART}) )?(?P<half>(?:setengah|stgh|stengah) )?(?P<hour>\d{{1,2}})(?:[.:,;](?P<minute>\d{{2}}))?"
    rf"(?: ?(?P<way>lewat|lebih|kurang) (?P<by>\d{{1,2}})(?: menit)?)? ?(?P<part>{_PART})?"
)
_FOUR_DIGITS = re.compile(r"\b([01]\d|2[0-3])([0-5]\d)\b")
#: From one to five nobody holds a class before dawn: without a word they are afternoon.
_AFTERNOON = range(1, 6)
_BETWEEN = re.compile(
    r"\s*(?:[-–—~]|\bsampai(?: dengan)?\b|\bsampe\b|\bsmpe\b|\bsmp\b|\bs[/.]d\b\.?|\bsd\b|\bhingga\b|\bto\b|\btill?\b|\buntil\b)\s*"
)
_WRITTEN_IN_FULL = re.compile(r"\b(?:0\d|\d\d[.:]\d\d)")
_LASTING = re.compile(r"\s*\b(?:selama|lamanya|for)\b\s*|\s*,\s*(?=[\d,.]+ ?(?:jam|menit)\b)")
_TWO_TIMES = re.compile(r"(\d{1,2}[.:]\d{2}) (\d{1,2}[.:]\d{2})")
_LENGTH = re.compile(
    r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,2})?|[.,]\d{1,2})\s*(jam|j|hours?|h|menit|mnt|m|mins?|minutes?)(?![a-z])"
)
_FRACTIONS = {"½": ",5", "¼": ",25", "¾": ",75"}
#: Ways to say an hour and a half, made one.
_HALVES = (
    (re.compile(r"\b(\d+) (?:setengah|and a half) (jam|hours?)\b"), r"\1,5 \2"),
    (re.compile(r"\b(?:setengah|half an?) (?:jam|hour)\b"), "30 menit"),
    (re.compile(r"\bsejam\b|\ban hour\b"), "1 jam"),
    (re.compile(r"\b(\d+) (jam|hours?) (?:setengah|and a half)\b"), r"\1,5 \2"),
    (re.compile(r"\b(\d+) ?(jam|j|hours?|h) ?(\d{1,2})$"), r"\1 \2 \3 menit"),
)
_LONGEST_LENGTH = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, on one day."""

    start: time
    end: time


def clock_time(text: str) -> time:
    """A time of day: «9», «jam 9», «09.00», «setengah 2 siang», «7 malam». Without a word, 1 to 5 are afternoon."""
    return _time(_written(text))


def time_range(text: str) -> Hours:
    """From when to when: «9-12», «09.00 sampai 12.00», «7-9 malam», «jam 9 selama 3 jam»."""
    words = _written(text)
    if len(lasting := _LASTING.split(words)) == 2:
        start = _time(lasting[0])
        minutes = start.hour * 60 + start.minute + _minutes(lasting[1])
        if minutes >= _LONGEST_LENGTH:
            raise NotUnderstood("ends_before")
        return Hours(start, time(minutes // 60, minutes % 60))
    if two := _TWO_TIMES.fullmatch(_without_words_around(words)):
        return _between(two[1], two[2])
    parts = _BETWEEN.split(words)
    if len(parts) != 2:
        raise NotUnderstood("not_a_range")
    return _between(parts[0], parts[1])


def duration(text: str) -> int:
    """A length of time in minutes: «3 jam», «90 menit», «2,5 jam», «satu setengah jam»."""
    for fraction, decimal in _FRACTIONS.items():
        text = text.replace(fraction, decimal)
    return _minutes(_written(text))


def _written(text: str) -> str:
    return spelled_out(plain(read(text)))


def _without_words_around(words: str) -> str:
    words = words.replace("seperempat", "15").replace("quarter", "15").replace("setengahnya", "30")
    return " ".join(_AROUND.sub(" ", words).split())


def _time(words: str) -> time:
    found = _TIME.fullmatch(_FOUR_DIGITS.sub(r"\1.\2", _without_words_around(words)).strip(" .,"))
    if not found:
        raise NotUnderstood("not_a_time")
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    sure = found["minute"] is not None and len(found["hour"]) == 2
    part = _PARTS.get(found["part"] or found["first"] or "")
    hour = _on_the_clock(hour, part, sure)
    minutes = hour * 60 + minute - (30 if found["half"] else 0)
    minutes += int(found["by"] or 0) * (-1 if found["way"] == "kurang" else 1)
    if hour > 23 or minute > 59 or not 0 <= minutes < _LONGEST_LENGTH:
        raise NotUnderstood("not_a_time")
    return time(minutes // 60, minutes % 60)


def _on_the_clock(hour: int, part: str | None, sure: bool) -> int:
    """The hour of 24 for an hour said with a part of the day; `sure` if it was written like «01.00»."""
    if part == "morning":
        return 0 if hour == 12 else hour
    if part == "noon":
        return hour + 12 if 1 <= hour <= 6 else hour
    if part == "evening":
        return hour + 12 if 1 <= hour < 12 else hour
    if part == "night":
        return hour + 12 if 6 <= hour < 12 else 0 if hour == 12 else hour
    return hour + 12 if hour in _AFTERNOON and not sure else hour


def _between(first: str, second: str) -> Hours:
    """Two times of one day. The part of the day at the end holds for both if it can: «7-9 malam»."""
    end = _time(second)
    starts = [_time(first)]
    said = [part for part in _PARTS if re.search(rf"\b{part}$", second.strip())]
    if said and not re.search(rf"(?:{_PART})$", first.strip()):
        starts.insert(0, _time(f"{first} {said[0]}"))
    for start in starts:
        if start < end:
            return Hours(start, end)
    if end < starts[-1] and 1 <= end.hour < 12 and not _WRITTEN_IN_FULL.search(second):
        end = end.replace(hour=end.hour + 12)
        if starts[-1] < end:
            return Hours(starts[-1], end)
    raise NotUnderstood("ends_before")


def _minutes(words: str) -> int:
    for pattern, plainly in _HALVES:
        words = pattern.sub(plainly, words)
    found = _LENGTH.findall(words)
    minutes = sum(float(number.replace(",", ".")) * (60 if unit[0] in "jh" else 1) for number, unit in found)
    if not found or not 1 <= minutes <= _LONGEST_LENGTH:
        raise NotUnderstood("not_a_length")
    return round(minutes)
