"""The rules of single settings, and of settings that only make sense together. A ValueError's text becomes a sentence."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from bot.config import Config

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_REMINDER = re.compile(r"H-\d{1,2} ([01]\d|2[0-3]):[0-5]\d|-[1-9]\d{0,3}[hm]")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SENDER = re.compile(r"\+\d{6,18}")
_TEMPLATE = re.compile(r"HX[0-9a-fA-F]{32}")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def address(value: Any) -> str:
    """An http or https address without a slash at its end, or nothing."""
    text = str(value).strip().rstrip("/")
    if text and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).netloc):
        raise ValueError("must begin with http:// or https:// and name a host")
    return text


def database_url(value: Any) -> str:
    """One of the two databases."""
    text = str(value)
    if not text.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return text


def telegram_token(value: Any) -> str:
    """NUMBER:SECRET, or nothing."""
    return _matching(value, _TOKEN, "must look like 123456:ABC…, as @BotFather gives it")


def telegram_secret(value: Any) -> str:
    """What Telegram allows as secret, or nothing."""
    return _matching(value, _SECRET, "must be 1 to 256 of A-Z a-z 0-9 _ -")


def whatsapp_sender(value: Any) -> str:
    """A phone number with country code, or nothing."""
    return _matching(
        str(value).removeprefix("whatsapp:"), _SENDER, "must be a number with country code, such as +62…"
    )


def templates(value: Any) -> dict[str, str]:
    """Template names to Content SIDs; those without one are left out."""
    if not isinstance(value, Mapping):
        raise ValueError("must be a section, [twilio.templates]")
    wrong = [name for name, sid in value.items() if sid and not _TEMPLATE.fullmatch(str(sid))]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} must be HX and 32 hexadecimal digits")
    return {name: str(sid) for name, sid in value.items() if sid}


def quiet_hours(value: Any) -> tuple[str, str]:
    """Two times of day."""
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or not all(_CLOCK.fullmatch(str(t)) for t in value)
    ):
        raise ValueError('must be two times, such as ["21:00", "07:00"]')
    return str(value[0]), str(value[1])


def reminders(value: Any) -> list[str]:
    """Reminder rules."""
    if not isinstance(value, list) or not all(_REMINDER.fullmatch(str(rule)) for rule in value):
        raise ValueError('must be a list of rules such as "H-1 18:00", "-2h" or "-90m"')
    return [str(rule) for rule in value]


def switch(value: Any) -> bool | None:
    """On, off, or by itself."""
    choices = {"auto": None, "": None, "true": True, "false": False}
    text = str(value).lower()
    if text not in choices:
        raise ValueError('must be "auto", true or false')
    return choices[text]


def from_text(text: str, example: Any) -> Any:
    """A variable's text in the type of its default: lists are separated by commas."""
    if isinstance(example, list):
        return [part.strip() for part in text.strip("[] ").replace('"', "").split(",") if part.strip()]
    return text


def across(config: "Config", environ: Mapping[str, str]) -> Iterator[str]:
    """The problems of settings that contradict one another."""
    yield from _webhooks(config)
    twilio = config.twilio
    three = [twilio.account_sid, twilio.auth_token.get_secret_value(), twilio.whatsapp_from]
    for name, value in zip(("account_sid", "auth_token", "whatsapp_from"), three, strict=True):
        if any(three) and not value:
            yield f"twilio.{name}: is missing. WhatsApp needs account_sid, auth_token and whatsapp_from."
    if config.has_real_channel and config.simulator.enabled and config.web.host not in LOOPBACK:
        yield "simulator.enabled: beside a real channel the simulator needs web.host = 127.0.0.1."
    real = (config.telegram.enabled and not config.telegram.api_base_url) or (
        twilio.enabled and not twilio.api_base_url
    )
    if real and environ.get("BERDAYA_CLOCK_FILE"):
        yield "BERDAYA_CLOCK_FILE: a moved clock is refused while a provider's real host is configured."


def _webhooks(config: "Config") -> Iterator[str]:
    if config.telegram.enabled and config.telegram.mode == "webhook":
        if not config.telegram.secret_token.get_secret_value():
            yield "telegram.secret_token: is needed when telegram.mode is webhook."
        if not config.web.public_url:
            yield "web.public_url: is needed when telegram.mode is webhook."
    if config.twilio.enabled and not config.web.public_url:
        yield "web.public_url: is needed for WhatsApp: Twilio calls it with every message."


def _matching(value: Any, pattern: re.Pattern[str], otherwise: str) -> str:
    text = str(value).strip()
    if text and not pattern.fullmatch(text):
        raise ValueError(otherwise)
    return text
