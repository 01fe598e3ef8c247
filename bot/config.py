"""The configuration: `config.example.toml` (it is the defaults), a file of the user's, and BERDAYA_ variables.

Everything wrong is said at once, each problem naming its key. Below the root nobody sees this; parts get plain values.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from bot import config_rules as rules

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
#: Variables with our prefix that are no keys.
NOT_KEYS = frozenset({"BERDAYA_CONFIG", "BERDAYA_CRASH_AT", "BERDAYA_CLOCK_FILE"})
PREFIX = "BERDAYA_"

Address = Annotated[str, BeforeValidator(rules.address)]
Rate = Annotated[float, Field(ge=0)]
Span = Annotated[float, Field(gt=0)]


class ConfigError(Exception):
    """The configuration cannot be used. `problems` are sentences, each naming its key."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Section(BaseModel):
    """One table of the file: frozen, and without keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Section):
    """Where everything is kept."""

    url: Annotated[str, BeforeValidator(rules.database_url)]


class Web(Section):
    """Where this machine listens, and how others reach it."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)]
    public_url: Address


class Telegram(Section):
    """The Telegram bot."""

    token: Annotated[SecretStr, BeforeValidator(rules.telegram_token)]
    api_base_url: Address
    mode: Literal["polling", "webhook"]
    secret_token: Annotated[SecretStr, BeforeValidator(rules.telegram_secret)]
    rate_per_second: Rate
    chat_rate_per_second: Rate

    @property
    def enabled(self) -> bool:
        """Whether there is a token."""
        return bool(self.token.get_secret_value())


class Twilio(Section):
    """WhatsApp through Twilio."""

    account_sid: str
    auth_token: SecretStr
    whatsapp_from: Annotated[str, BeforeValidator(rules.whatsapp_sender)]
    api_base_url: Address
    rate_per_second: Rate
    daily_people_limit: Annotated[int, Field(ge=0)]
    templates: Annotated[dict[str, str], BeforeValidator(rules.templates)]

    @property
    def enabled(self) -> bool:
        """Whether there is an account."""
        return bool(self.account_sid)


class Programme(Section):
    """What the programme decides for itself."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    regions: Annotated[list[str], Field(min_length=1)]
    quiet_hours: Annotated[tuple[str, str], BeforeValidator(rules.quiet_hours)]
    reminders: Annotated[list[str], BeforeValidator(rules.reminders)]
    offer_hours: Span


class Simulator(Section):
    """The simulated phones."""

    enabled: Annotated[
        bool | None, BeforeValidator(rules.switch)
    ]  #: None: on while no real channel is configured


class Llm(Section):
    """A language model that may be asked."""

    url: Address
    model: str
    api_key: SecretStr


class Limits(Section):
    """What is too much."""

    inbound_per_minute: Annotated[int, Field(ge=0)]


class Retention(Section):
    """How long what is kept."""

    unregistered_hours: Span
    inbox_days: Span
    outbox_values_days: Span
    outbox_rows_days: Span
    quarantine_hours: Span
    learning_days: Span


class Log(Section):
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"]


class Config(Section):
    """Every setting, checked."""

    database: Database
    web: Web
    telegram: Telegram
    twilio: Twilio
    programme: Programme
    simulator: Simulator
    llm: Llm
    limits: Limits
    retention: Retention
    log: Log

    @property
    def has_real_channel(self) -> bool:
        """Whether Telegram or WhatsApp is configured."""
        return self.telegram.enabled or self.twilio.enabled

    @property
    def simulator_on(self) -> bool:
        """Whether the simulated phones are there."""
        return not self.has_real_channel if self.simulator.enabled is None else self.simulator.enabled


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the settings. `path` wins over BERDAYA_CONFIG, which wins over ./config.toml.

    Raises ConfigError with all problems at once.
    """
    tables = _read(EXAMPLE)
    problems: list[str] = []
    if (file := _file(path, environ)) is not None:
        problems += _overlay(tables, _read(file))
    problems += _overlay(tables, _from_environment(tables, environ, problems))
    config: Config | None = None
    try:
        config = Config.model_validate(tables)
    except ValidationError as error:
        problems += [_sentence(detail) for detail in error.errors()]
    if config is not None:
        problems += rules.across(config, environ)
    if problems or config is None:
        raise ConfigError(*problems)
    return config


def _file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    if path is None and environ.get("BERDAYA_CONFIG"):
        path = Path(environ["BERDAYA_CONFIG"])
    if path is not None and not path.is_file():
        raise ConfigError(f"{path}: there is no such settings file.")
    here = Path("config.toml")
    return path if path is not None else (here if here.is_file() else None)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigError(f"{file}: cannot be read as TOML: {problem}.") from None


def _overlay(tables: dict[str, Any], more: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Lay a file's keys over the defaults in place; the keys that do not exist, as problems."""
    problems = []
    for name, value in more.items():
        if name not in tables:
            problems.append(_unknown(prefix + name, [prefix + known for known in tables]))
        elif isinstance(tables[name], dict) and isinstance(value, Mapping):
            problems += _overlay(tables[name], value, f"{prefix}{name}.")
        elif isinstance(tables[name], dict):
            problems.append(f"{prefix}{name}: is a section, [{prefix}{name}], not a single value.")
        else:
            tables[name] = value
    return problems


def _from_environment(
    tables: Mapping[str, Any], environ: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in NOT_KEYS:
            continue
        path = name.removeprefix(PREFIX).lower().split("__")
        known = _lookup(tables, path)
        if known is None or isinstance(known, dict):
            names = [PREFIX + key.upper().replace(".", "__") for key in keys(tables)]
            problems.append(_unknown(name, names))
            continue
        table = found
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = rules.from_text(environ[name], known)
    return found


def _lookup(tables: Mapping[str, Any], path: list[str]) -> Any:
    here: Any = tables
    for part in path:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def keys(tables: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Every key, dotted."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f"{key}: there is no such setting." + (f" Did you mean {close[0]}?" if close else "")


def _sentence(detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"] if not isinstance(part, int))
    text = detail["msg"].removeprefix("Value error, ")
    return f"{key}: {text[0].lower()}{text[1:].rstrip('.')}."
