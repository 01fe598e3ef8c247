"""What is wrong with a configuration is said at once, each problem by its key, in a plain sentence."""

from pathlib import Path

import pytest

from bot.config import load
from tests.settings import TELEGRAM, TWILIO, WEBHOOK, problems, problems_of_file, variables, with_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without settings of anybody's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What does not exist


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("BERDAYA_TELEGRAM__TOKN", "BERDAYA_TELEGRAM__TOKEN"),
        ("BERDAYA_WEB_PORT", "BERDAYA_WEB__PORT"),
        ("BERDAYA_PROGRAM__NAME", "BERDAYA_PROGRAMME__NAME"),
    ],
)
def test_an_unknown_variable_is_refused_with_what_may_have_been_meant(variable: str, meant: str) -> None:
    assert problems(**{variable: "x"}) == (f"{variable}: there is no such setting. Did you mean {meant}?",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[telegram]\ntokn = 'x'", "telegram.tokn: there is no such setting. Did you mean telegram.token?"),
        ("[telegrm]", "telegrm: there is no such setting. Did you mean telegram?"),
        ("[twilio.templates]\nremind = 'x'", "twilio.templates.remind: there is no such setting. Did you mean "),
        ("xyz = 1", "xyz: there is no such setting."),
        ("web = 'x'", "web: is a section, [web], not a single value."),
        ("[twilio]\ntemplates = 'x'", "twilio.templates: is a section, [twilio.templates], not a single value."),
    ],
)
def test_an_unknown_key_of_a_file_is_refused(folder: Path, text: str, said: str) -> None:
    (problem,) = problems_of_file(folder / "own.toml", text)
    assert problem.startswith(said)


# What is wrong by itself


@pytest.mark.parametrize(
    ("key", "wrong", "said"),
    [
        ("database.url", "mysql://x/y", "must be sqlite:///FILE or postgresql://"),
        ("database.url", "sqlite:///", "must be sqlite:///FILE"),
        ("web.host", "", "must not be empty"),
        ("web.port", "eighty", "must be a whole number"),
        ("web.port", "0", "must be 1 or more"),
        ("web.port", "65536", "must be 65535 or less"),
        ("web.public_url", "berdaya.example", "must be http:// or https://"),
        ("web.public_url", "ftp://berdaya.example", "must be http:// or https://"),
        ("web.public_url", "https://", "and a host"),
        ("web.public_url", "https://berdaya.example:port", "must be http:// or https://"),
        ("web.public_url", "https://berdaya.example/?a=b", "without ? or #"),
        ("telegram.token", "hello", "must look like 123456:ABC"),
        ("telegram.api_base_url", "127.0.0.1:9000", "must be http:// or https://"),
        ("telegram.mode", "push", "must be 'polling' or 'webhook'"),
        ("telegram.secret_token", "with space", "must be 1 to 256 of"),
        ("telegram.secret_token", "a" * 257, "must be 1 to 256 of"),
        ("telegram.rate_per_second", "-1", "must be 0 or more"),
        ("telegram.rate_per_second", "nan", "must be a number"),
        ("telegram.chat_rate_per_second", "fast", "must be a number"),
        ("twilio.whatsapp_from", "0812-0000-1234", "must be a phone number with country code"),
        ("twilio.whatsapp_from", "+62", "must be a phone number with country code"),
        ("twilio.rate_per_second", "-0.1", "must be 0 or more"),
        ("twilio.daily_people_limit", "1.5", "must be a whole number"),
        ("twilio.templates.reminder", "HX12", "must be HX and 32 hexadecimal digits"),
        ("programme.name", "", "must not be empty"),
        ("programme.name", "x" * 81, "must not be longer than 80 letters"),
        ("programme.regions", "", "must be a list of codes"),
        ("programme.regions", "Tangerang", "must be a list of codes"),
        ("programme.quiet_hours", "21:00", "must be two times"),
        ("programme.quiet_hours", "9 pm, 7 am", "must be two times"),
        ("programme.quiet_hours", "24:00, 07:00", "must be two times"),
        ("programme.reminders", "H-1", "must be a list of rules"),
        ("programme.reminders", "H-1 25:00", "must be a list of rules"),
        ("programme.reminders", "-2h, 2h", "must be a list of rules"),
        ("programme.reminders", "-0h", "must be a list of rules"),
        ("programme.offer_hours", "0", "must be more than 0"),
        ("simulator.enabled", "maybe", 'must be "auto", true or false'),
        ("llm.url", "model", "must be http:// or https://"),
        ("limits.inbound_per_minute", "-1", "must be 0 or more"),
        ("retention.inbox_days", "0", "must be more than 0"),
        ("retention.learning_days", "inf", "must be a number"),
        ("log.level", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(key: str, wrong: str, said: str) -> None:
    problem = problems({key: wrong})[0]
    assert problem.startswith(f"{key}: ")
    assert said in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("database.url", "postgresql://berdaya:secret@127.0.0.1/berdaya"),
        ("web.public_url", "http://127.0.0.1:8000"),
        ("telegram.secret_token", "a" * 256),
        ("telegram.rate_per_second", "0"),
        ("telegram.rate_per_second", "0.5"),
        ("programme.reminders", "H-14 08:05, -2h, -90m"),
        ("programme.reminders", ""),
        ("limits.inbound_per_minute", "0"),
        ("log.level", "INFO"),
    ],
)
def test_a_right_value_is_taken(key: str, right: str) -> None:
    with_settings({key: right})


def test_an_address_loses_the_slash_at_its_end() -> None:
    assert with_settings({"web.public_url": "http://berdaya.example/"}).web.public_url == "http://berdaya.example"


@pytest.mark.parametrize("written", ["+62 812-0000-1234", "whatsapp:+6281200001234"])
def test_the_sender_s_number_is_kept_in_its_international_form(written: str) -> None:
    assert with_settings(TWILIO, {"twilio.whatsapp_from": written}).twilio.whatsapp_from == "+6281200001234"


# What does not go together


def test_a_telegram_webhook_needs_a_secret_and_an_address() -> None:
    assert [said.split(":")[0] for said in problems(WEBHOOK)] == ["telegram.secret_token", "web.public_url"]
    with_settings(WEBHOOK, {"telegram.secret_token": "secret", "web.public_url": "http://127.0.0.1:8000"})
    with_settings({"telegram.mode": "webhook"})


@pytest.mark.parametrize("missing", ["twilio.account_sid", "twilio.auth_token", "twilio.whatsapp_from"])
def test_whatsapp_needs_all_its_three_values(missing: str) -> None:
    (said,) = problems({key: value for key, value in TWILIO.items() if key != missing})
    assert said.startswith(f"{missing}: is missing")


def test_whatsapp_needs_an_address() -> None:
    (said,) = problems({**TWILIO, "web.public_url": ""})
    assert said.startswith("web.public_url: is needed for WhatsApp")


def test_a_language_model_needs_its_name() -> None:
    (said,) = problems({"llm.url": "http://127.0.0.1:8080/v1"})
    assert said.startswith("llm.model: is needed")
    with_settings({"llm.model": "small"})


@pytest.mark.parametrize("channel", [TELEGRAM, TWILIO])
def test_beside_a_real_channel_the_simulator_stays_on_this_machine(channel: dict[str, str]) -> None:
    shown = {"simulator.enabled": "true"}
    assert with_settings(channel, shown).simulator_on
    (said,) = problems(channel, shown, {"web.host": "0.0.0.0"})
    assert said.startswith("simulator.enabled: ")
    with_settings(shown, {"web.host": "0.0.0.0"})


@pytest.mark.parametrize(("channel", "host"), [(TELEGRAM, "telegram.api_base_url"), (TWILIO, "twilio.api_base_url")])
def test_a_moved_clock_is_refused_beside_a_real_provider(channel: dict[str, str], host: str) -> None:
    (said,) = problems(channel, BERDAYA_CLOCK_FILE="clock")
    assert said.startswith("BERDAYA_CLOCK_FILE: ")
    beside_a_double = variables({**channel, host: "http://127.0.0.1:9000"})
    load(None, {**beside_a_double, "BERDAYA_CLOCK_FILE": "clock"})


def test_everything_wrong_is_said_at_once(folder: Path) -> None:
    (folder / "config.toml").write_text('[web]\nport = "x"\ncolour = "red"\n')
    told = problems(WEBHOOK, {"log.level": "loud", "web.public_url": "nowhere"}, BERDAYA_NONSENSE="1")
    assert [said.split(":")[0] for said in told] == [
        "web.colour", "BERDAYA_NONSENSE", "web.port", "web.public_url", "log.level", "telegram.secret_token",
    ]  # fmt: skip
