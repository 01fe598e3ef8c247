"""What can be set: one class for each table of `config.example.toml`, which holds the defaults and the explanations.

The rules of single values are in `config_rules.py`, what settings ask of one another in `config_together.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot import config_rules as rules

#: Begins the name of every environment variable of ours.
PREFIX = "BERDAYA_"

Address = Annotated[str, BeforeValidator(rules.address)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Span = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """One table of the file: frozen, and without keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Section):
    """Where everything is kept."""

    url: Annotated[str, BeforeValidator(rules.database_url), Field(repr=False)]  #: may hold a password


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
    paid_broadcast: bool

    @property
    def enabled(self) -> bool:
        """Whether there is a token."""
        return bool(self.token.get_secret_value())


class Twilio(Section):
    """WhatsApp through Twilio."""

    account_sid: Annotated[str, BeforeValidator(rules.trimmed)]
    auth_token: Annotated[SecretStr, BeforeValidator(rules.trimmed)]
    whatsapp_from: Annotated[str, BeforeValidator(rules.whatsapp_sender)]
    api_base_url: Address
    rate_per_second: Rate
    daily_people_limit: Count
    templates: dict[str, Annotated[str, BeforeValidator(rules.template)]]

    @property
    def enabled(self) -> bool:
        """Whether there is an account."""
        return bool(self.account_sid)


class Programme(Section):
    """What the programme decides for itself."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    regions: Annotated[list[str], BeforeValidator(rules.regions)]
    quiet_hours: Annotated[tuple[str, str], BeforeValidator(rules.quiet_hours)]
    reminders: Annotated[list[str], BeforeValidator(rules.reminders)]
    offer_hours: Span


class Simulator(Section):
    """The simulated phones."""

    enabled: Annotated[bool | None, BeforeValidator(rules.switch)]  #: None: on while no real channel is configured


class Llm(Section):
    """A language model that may be asked."""

    url: Address
    model: Annotated[str, BeforeValidator(rules.trimmed)]
    api_key: Annotated[SecretStr, BeforeValidator(rules.trimmed)]

    @property
    def enabled(self) -> bool:
        """Whether there is an address."""
        return bool(self.url)


class Limits(Section):
    """What is too much."""

    inbound_per_minute: Count
    memory_mb: Count


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

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(rules.lowered)]


class Config(BaseSettings):
    """Every setting, checked."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", enable_decoding=False
    )

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it names which files and which variables count."""
        return (init_settings,)
