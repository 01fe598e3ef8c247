"""The rules of single settings: each takes what was written and gives the value, or a ValueError that ends a sentence.

A list may also come as one text, its parts separated by commas: so it stands in an environment variable.
"""

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

import phonenumbers

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_REMINDER = re.compile(r"H-\d{1,2} ([01]\d|2[0-3]):[0-5]\d|-[1-9]\d{0,3}[hm]")
_REGION = re.compile(r"\d\d\.\d\d")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TEMPLATE = re.compile(r"HX[0-9a-fA-F]{32}")


def trimmed(value: Any) -> str:
    """A text without spaces around it, as they come along when copying."""
    return str(value).strip()


def lowered(value: Any) -> str:
    """The same in small letters."""
    return trimmed(value).lower()


def address(value: Any) -> str:
    """An http or https address without a slash at its end, or nothing."""
    text = trimmed(value).rstrip("/")
    if text and not _is_address(text):
        raise ValueError("must be http:// or https:// and a host, without ? or #")
    return text


def _is_address(text: str) -> bool:
    try:
        parts: SplitResult = urlsplit(text)
        return bool(
            parts.scheme in {"http", "https"}
            and parts.hostname
            and parts.port != 0
            and not (parts.query or parts.fragment or re.search(r"\s", text))
        )
    except ValueError:  # a port that is no number, half a bracket
        return False


def database_url(value: Any) -> str:
    """One of the two databases, with its place."""
    text = trimmed(value)
    if not re.match(r"(sqlite:///|postgresql://).", text):
        raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return text


def telegram_token(value: Any) -> str:
    """NUMBER:SECRET, or nothing."""
    return _matching(value, _TOKEN, "must look like 123456:ABC…, as @BotFather gives it")


def telegram_secret(value: Any) -> str:
    """What Telegram allows as secret, or nothing."""
    return _matching(value, _SECRET, "must be 1 to 256 of A-Z a-z 0-9 _ -")


def template(value: Any) -> str:
    """A Content SID, or nothing."""
    return _matching(value, _TEMPLATE, "must be HX and 32 hexadecimal digits")


def whatsapp_sender(value: Any) -> str:
    """A phone number with country code as +DIGITS, or nothing."""
    text = trimmed(value).removeprefix("whatsapp:")
    try:
        number = phonenumbers.parse(text, None) if text else None
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    if number and not phonenumbers.is_possible_number(number):
        raise ValueError("must be a phone number with country code, such as +62…")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else ""


def regions(value: Any) -> list[str]:
    """Codes of kabupaten or kota, at least one."""
    codes = _listed(value)
    if not codes or not all(_REGION.fullmatch(code) for code in codes):
        raise ValueError('must be a list of codes of kabupaten or kota, such as ["36.71", "36.03"]')
    return codes


def quiet_hours(value: Any) -> tuple[str, str]:
    """Two times of day."""
    times = _listed(value)
    if len(times) != 2 or not all(_CLOCK.fullmatch(time) for time in times):
        raise ValueError('must be two times, such as ["21:00", "07:00"]')
    return times[0], times[1]


def reminders(value: Any) -> list[str]:
    """Reminder rules; an empty list is no reminders."""
    rules = _listed(value)
    if not all(_REMINDER.fullmatch(rule) for rule in rules):
        raise ValueError('must be a list of rules such as "H-1 18:00", "-2h" or "-90m"')
    return rules


def switch(value: Any) -> bool | None:
    """On, off, or by itself (None)."""
    choices = {"auto": None, "": None, "true": True, "false": False}
    text = lowered(value)
    if text not in choices:
        raise ValueError('must be "auto", true or false')
    return choices[text]


def _listed(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    parts = (part.strip(" \"'") for part in str(value).strip("[] ").split(","))
    return [part for part in parts if part]


def _matching(value: Any, pattern: re.Pattern[str], otherwise: str) -> str:
    text = trimmed(value)
    if text and not pattern.fullmatch(text):
        raise ValueError(otherwise)
    return text
