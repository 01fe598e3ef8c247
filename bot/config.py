"""Reading the configuration: `config.example.toml` (it is the defaults), a file of the user's, and BERDAYA_ variables.

Everything wrong is said at once, each problem naming its key. What the settings are stands in `config_sections.py`.
Below the root nobody sees this; parts get plain values.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from bot.config_sections import PREFIX, Config
from bot.config_sentences import sentence
from bot.config_together import contradictions

__all__ = ["EXAMPLE", "Config", "ConfigError", "keys", "load"]

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
#: Variables with our prefix that are no keys.
NOT_KEYS = frozenset({"BERDAYA_CONFIG", "BERDAYA_CRASH_AT", "BERDAYA_CLOCK_FILE"})

Tables = dict[str, Any]


class ConfigError(Exception):
    """The configuration cannot be used. `problems` are sentences, each naming its key."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the settings. `path` wins over BERDAYA_CONFIG, which wins over ./config.toml.

    Raises ConfigError with all problems at once.
    """
    defaults = _read(EXAMPLE)
    file = _file(path, environ)
    own = _read(file) if file is not None else {}
    problems = [*_unknown_keys(defaults, own), *_unknown_variables(defaults, environ)]
    tables = _laid_over(_laid_over(defaults, own), _from_environment(defaults, environ))
    config, wrong = _checked(tables, defaults)
    problems += [sentence(key, detail) for key, detail in wrong.items()]
    problems += [f"{key}: {text}" for key, text in contradictions(config, environ) if key not in wrong]
    if problems:
        raise ConfigError(*problems)
    return config


def keys(tables: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Every key, dotted."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    told_by = "--config"
    if path is None and environ.get("BERDAYA_CONFIG"):
        path, told_by = Path(environ["BERDAYA_CONFIG"]), "BERDAYA_CONFIG"
    if path is not None and not path.is_file():
        raise ConfigError(f"{told_by}: there is no settings file {path}.")
    here = Path("config.toml")
    return path if path is not None else (here if here.is_file() else None)


def _read(file: Path) -> Tables:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigError(f"{file}: cannot be read as TOML: {problem}.") from None


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> Tables:
    """The keys of both, the upper one winning; keys that do not exist are left out (and reported elsewhere)."""
    result = dict(below)
    for name, value in above.items():
        lower = below.get(name)
        if isinstance(lower, Mapping) and isinstance(value, Mapping):
            result[name] = _laid_over(lower, value)
        elif name in below:
            result[name] = value
    return result


def _unknown_keys(defaults: Mapping[str, Any], own: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in own.items():
        known = defaults.get(name)
        if name not in defaults:
            yield _unknown(prefix + name, [prefix + other for other in defaults])
        elif isinstance(known, Mapping) and isinstance(value, Mapping):
            yield from _unknown_keys(known, value, f"{prefix}{name}.")


def _unknown_variables(defaults: Tables, environ: Mapping[str, str]) -> Iterator[str]:
    known = [_variable(key) for key in keys(defaults)]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in NOT_KEYS and name not in known:
            yield _unknown(name, known)


def _from_environment(defaults: Tables, environ: Mapping[str, str]) -> Tables:
    source = EnvSettingsSource(Config)
    variables = [_variable(key) for key in keys(defaults)]
    source.env_vars = {name.lower(): environ[name] for name in variables if name in environ}
    return source()


def _variable(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f"{key}: there is no such setting." + (f" Did you mean {close[0]}?" if close else "")


def _checked(tables: Tables, defaults: Tables) -> tuple[Config, dict[str, Any]]:
    """The settings, with the default in the place of what is wrong, so that the rest can still be looked at."""
    try:
        return Config.model_validate(tables), {}
    except ValidationError as error:
        wrong = {".".join(_named(detail["loc"])): detail for detail in error.errors()}
        for key in wrong:
            _put_back(tables, defaults, key.split("."))
        return Config.model_validate(tables), wrong


def _named(loc: tuple[int | str, ...]) -> list[str]:
    """Where a problem is, without the places inside a list."""
    return [part for part in loc if isinstance(part, str)]


def _put_back(tables: Tables, defaults: Tables, path: list[str]) -> None:
    for part in path[:-1]:
        tables, defaults = tables[part], defaults[part]
    tables[path[-1]] = defaults[path[-1]]
