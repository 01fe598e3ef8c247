"""Addresses somebody typed into a list, written as the channels write them."""

import re
from collections.abc import Callable

import phonenumbers

#: Where a number without a country code is from.
HOME = "ID"
#: Longest address kept.
LONGEST = 160
_TELEGRAM = re.compile(r"[0-9]{1,19}")
_SHORTENED = re.compile(r"[\d.,]+e\+?\d+", re.IGNORECASE)
#: What WhatsApp gives instead of a number to who hides hers: a country and an id.
_HIDDEN = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{6,128}")
_AROUND_DIGITS = str.maketrans("", "", " \u00a0()-.\u2010\u2011\u2012\u2013")
_PLAIN = re.compile(r"\+?[0-9]+")


class NoAddress(ValueError):
    """This cannot be an address of that channel; the message says why and what it should look like."""


def canonical(channel: str, typed: str) -> str:
    """An address as the channel itself says it. Raises NoAddress, KeyError for a channel there is not."""
    if _SHORTENED.fullmatch(typed):
        raise NoAddress("the spreadsheet has shortened the number; format the column as text and enter it again")
    return CHANNELS[channel](typed)


def _telegram(typed: str) -> str:
    if not _TELEGRAM.fullmatch(typed) or not int(typed):
        raise NoAddress(
            "a Telegram address is the chat id, a whole number such as 123456789; names (@…) and groups are not"
        )
    return str(int(typed))


def _whatsapp(typed: str) -> str:
    plain = typed.removeprefix("whatsapp:").strip()
    if _HIDDEN.fullmatch(plain):
        return plain
    digits = plain.translate(_AROUND_DIGITS)
    if not _PLAIN.fullmatch(digits):
        raise NoAddress("a WhatsApp address is a telephone number such as +6281200001234")
    return _number(digits)


def _number(digits: str) -> str:
    """In E.164. Numbers without a country code are Indonesian, also when a spreadsheet has eaten the first zero."""
    try:
        number = phonenumbers.parse(digits, HOME)
    except phonenumbers.NumberParseException:
        raise NoAddress("this is no telephone number; write it like +6281200001234") from None
    if not phonenumbers.is_possible_number(number):
        raise NoAddress("the telephone number is too short or too long; write it like +6281200001234")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _simulator(typed: str) -> str:
    if len(typed) > LONGEST or not typed.isprintable():
        raise NoAddress(f"a simulated phone's name has at most {LONGEST} letters, on one line")
    return typed


#: Channel → how its addresses are read.
CHANNELS: dict[str, Callable[[str], str]] = {"telegram": _telegram, "whatsapp": _whatsapp, "simulator": _simulator}
