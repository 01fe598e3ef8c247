"""Settings that only make sense together: what contradicts what, as a key and a sentence about it."""

from collections.abc import Iterator, Mapping

from bot.config_sections import Config

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Contradiction = tuple[str, str]


def contradictions(config: Config, environ: Mapping[str, str]) -> Iterator[Contradiction]:
    """Every pair of key and sentence about settings that contradict one another, or lack another."""
    yield from _telegram(config)
    yield from _twilio(config)
    if config.llm.enabled and not config.llm.model:
        yield "llm.model", "is needed when llm.url is set."
    if config.has_real_channel and config.simulator.enabled and config.web.host not in LOOPBACK:
        yield "simulator.enabled", "beside a real channel the simulator needs web.host to be 127.0.0.1."
    if environ.get("BERDAYA_CLOCK_FILE") and _talks_to_a_provider(config):
        yield "BERDAYA_CLOCK_FILE", "a moved clock is refused while a provider's real host is configured."


def _telegram(config: Config) -> Iterator[Contradiction]:
    if not config.telegram.enabled or config.telegram.mode != "webhook":
        return
    if not config.telegram.secret_token.get_secret_value():
        yield "telegram.secret_token", "is needed when telegram.mode is webhook."
    if not config.web.public_url:
        yield "web.public_url", "is needed when telegram.mode is webhook."


def _twilio(config: Config) -> Iterator[Contradiction]:
    twilio = config.twilio
    three = {
        "account_sid": twilio.account_sid,
        "auth_token": twilio.auth_token.get_secret_value(),
        "whatsapp_from": twilio.whatsapp_from,
    }
    if any(three.values()):
        for name in (name for name, value in three.items() if not value):
            yield f"twilio.{name}", "is missing: WhatsApp needs account_sid, auth_token and whatsapp_from."
        if not config.web.public_url:
            yield "web.public_url", "is needed for WhatsApp: Twilio calls it with every message."


def _talks_to_a_provider(config: Config) -> bool:
    return (config.telegram.enabled and not config.telegram.api_base_url) or (
        config.twilio.enabled and not config.twilio.api_base_url
    )
