"""The configuration: `config.example.toml` is the defaults, and whatever is wrong is said at once, by its key."""

import tomllib
from pathlib import Path

import pytest

from bot.channels.whatsapp_templates import KINDS
from bot.config import EXAMPLE, Config, ConfigError, keys, load
from tests.settings import TELEGRAM, TWILIO, loaded, problems, problems_of_file, with_settings

SID = "HX" + "0a" * 16


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without settings of anybody's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def values(config: Config) -> dict[str, object]:
    """Every setting by its dotted key."""
    tables = config.model_dump()
    found: dict[str, object] = {}
    for key in keys(tables):
        here: object = tables
        for part in key.split("."):
            assert isinstance(here, dict)
            here = here[part]
        found[key] = here
    return found


# What the example says


def test_the_example_has_every_setting_and_no_other() -> None:
    assert set(keys(tomllib.loads(EXAMPLE.read_text("utf-8")))) == set(values(loaded()))


def test_each_key_of_the_example_is_explained_just_above_it_with_its_type() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith("#"):
            above = [text for text in lines[max(0, number - 3) : number] if text]
            explained = " ".join(above[-2:]) if above[-1].startswith("#") else ""
            kinds = ("Text", "Texts", "texts", "Number", "number", '"auto"', "true or false")
            assert any(kind in explained for kind in kinds), f"{line} lacks an explanation"


def test_the_defaults() -> None:
    config = loaded()
    assert config.database.url == "sqlite:///var/berdaya.db"
    assert (config.web.host, config.web.port, config.web.public_url) == ("127.0.0.1", 8000, "")
    assert (config.telegram.mode, config.telegram.api_base_url) == ("polling", "")
    assert (config.telegram.rate_per_second, config.telegram.chat_rate_per_second) == (30, 1)
    assert config.twilio.rate_per_second == 80
    assert config.programme.quiet_hours == ("21:00", "07:00")
    assert config.programme.reminders == ["H-1 18:00", "-2h"]
    assert config.programme.offer_hours == 24
    assert config.limits.inbound_per_minute == 60
    assert config.retention.model_dump() == {
        "unregistered_hours": 24, "inbox_days": 7, "outbox_values_days": 7,
        "outbox_rows_days": 90, "quarantine_hours": 24, "learning_days": 30,
    }  # fmt: skip


def test_there_is_a_key_for_each_approved_template_in_both_languages() -> None:
    names = {kind.name for kind in KINDS.values()}
    assert set(loaded().twilio.templates) == names | {f"{name}_en" for name in names}


# Where settings come from


def test_a_file_named_by_the_command_wins_over_one_named_by_a_variable(folder: Path) -> None:
    (folder / "config.toml").write_text("[web]\nport = 1001\n")
    (folder / "named.toml").write_text("[web]\nport = 1002\n")
    (folder / "given.toml").write_text("[web]\nport = 1003\n")
    named = {"BERDAYA_CONFIG": str(folder / "named.toml")}
    assert load(None, {}).web.port == 1001
    assert load(None, named).web.port == 1002
    assert load(folder / "given.toml", named).web.port == 1003


def test_a_file_changes_only_what_it_names(folder: Path) -> None:
    (folder / "config.toml").write_text('[programme]\nname = "Ibu Berdaya"\n')
    assert loaded().programme.name == "Ibu Berdaya"
    assert loaded().programme.offer_hours == 24


def test_a_variable_wins_over_the_file(folder: Path) -> None:
    (folder / "config.toml").write_text('[telegram]\nmode = "webhook"\n[web]\nport = 1001\n')
    assert loaded(BERDAYA_WEB__PORT="1002").web.port == 1002
    assert loaded(BERDAYA_WEB__PORT="1002").telegram.mode == "webhook"


@pytest.mark.parametrize("text", ["H-2 17:30,-90m", '["H-2 17:30", "-90m"]'])
def test_a_list_in_a_variable_is_separated_by_commas(text: str) -> None:
    assert loaded(BERDAYA_PROGRAMME__REMINDERS=text).programme.reminders == ["H-2 17:30", "-90m"]


def test_a_template_in_a_variable() -> None:
    assert loaded(BERDAYA_TWILIO__TEMPLATES__REMINDER=SID).twilio.templates["reminder"] == SID


def test_a_file_that_is_not_there_is_said_with_who_named_it(folder: Path) -> None:
    (said,) = problems(BERDAYA_CONFIG=str(folder / "nowhere.toml"))
    assert said.startswith("BERDAYA_CONFIG: there is no settings file ")
    with pytest.raises(ConfigError, match="--config: there is no settings file"):
        load(folder / "nowhere.toml", {})


def test_a_file_that_is_no_toml(folder: Path) -> None:
    (said,) = problems_of_file(folder / "own.toml", "port: 8000")
    assert "own.toml" in said
    assert "TOML" in said


def test_the_process_may_be_told_things_that_are_no_settings(folder: Path) -> None:
    config = loaded(BERDAYA_CONFIG="", BERDAYA_CRASH_AT="after-commit", BERDAYA_CLOCK_FILE=str(folder / "clock"))
    assert config == loaded()


def test_the_machine_s_other_variables_are_not_ours() -> None:
    assert loaded(WEB__PORT="1", TELEGRAM__TOKEN="x", DATABASE="y", PATH="/bin") == loaded()


# What is on


def test_the_simulator_is_on_while_there_is_no_real_channel() -> None:
    assert loaded().simulator_on
    assert not with_settings(TELEGRAM).simulator_on
    assert not with_settings(TWILIO).simulator_on
    assert not with_settings({"simulator.enabled": "false"}).simulator_on


def test_the_simulator_s_switch_in_a_file(folder: Path) -> None:
    (folder / "config.toml").write_text("[simulator]\nenabled = false\n")
    assert loaded().simulator.enabled is False


def test_a_token_turns_a_channel_on() -> None:
    assert not loaded().has_real_channel
    assert with_settings(TELEGRAM).telegram.enabled
    assert with_settings(TWILIO).twilio.enabled


# What nobody should see or change


def test_secrets_never_print() -> None:
    config = with_settings(
        TELEGRAM, TWILIO, {"llm.api_key": "sk-sample", "telegram.secret_token": "sesame"},
        {"database.url": "postgresql://berdaya:hidden@127.0.0.1/berdaya"},
    )  # fmt: skip
    printed = f"{config} {config!r}"
    for secret in ("AAE-sample_token", "a-sample-token", "sk-sample", "sesame", "hidden"):
        assert secret not in printed


def test_a_wrong_secret_is_not_shown_in_its_problem() -> None:
    assert "my secret" not in str(problems({"telegram.secret_token": "my secret!"}))


def test_settings_do_not_change_after_the_start() -> None:
    config = loaded()
    with pytest.raises(ValueError, match="frozen"):
        config.web.port = 1
    with pytest.raises(ValueError, match="frozen"):
        config.web = config.web
