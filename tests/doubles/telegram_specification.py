"""Telegram's parameters by the Bot API specification: names, presence, types. Lengths: `telegram_rules.py`.

A form brings every value as text, so a value is read by the type the specification gives it: `true` becomes
True, `[{…}]` a list of MessageEntity. Inside JSON the types must already be right.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.doubles.refusals import Refused, breaks_specification

FILE = "telegram-bot-api.json"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file inside a multipart form."""

    name: str
    content_type: str
    data: bytes


Given = Mapping[str, Any]


class TelegramSpecification:
    """Checks against the document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._methods = {name: _fields(entry) for name, entry in document["methods"].items()}
        self._types: Mapping[str, Any] = document["types"]

    def values(self, method: str, given: Given) -> dict[str, Any]:
        """The parameters in their own types. Raises Refused for what the specification does not allow."""
        return self._object(method, self._methods[method], given, _loosened)

    def _object(
        self, where: str, fields: Mapping[str, Any], given: Given, loosen: Callable[[str, Any], Any]
    ) -> dict[str, Any]:
        if unknown := set(given) - set(fields):
            raise breaks_specification(f"Bad Request: {where} has no parameter {sorted(unknown)}")
        for name, field in fields.items():
            if field["required"] and name not in given:
                raise breaks_specification(f"Bad Request: {where} lacks {name}")
        return {name: self._read(f"{where}.{name}", fields[name], value, loosen) for name, value in given.items()}

    def _read(self, where: str, field: Mapping[str, Any], value: Any, loosen: Callable[[str, Any], Any]) -> Any:
        troubles = []
        for kind in field["types"]:
            try:
                return self._as(where, kind, loosen(kind, value))
            except Refused as trouble:
                troubles.append(trouble.description)
            except ValueError:
                troubles.append(f"Bad Request: {where} is no {kind}")
        raise breaks_specification(troubles[0])

    def _as(self, where: str, kind: str, value: Any) -> Any:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                raise ValueError
            inner = kind.removeprefix("Array of ")
            return [self._as(f"{where}[{place}]", inner, item) for place, item in enumerate(value)]
        if kind in _PLAIN:
            if not _PLAIN[kind](value):
                raise ValueError
            return value
        return self._structure(where, kind, value)

    def _structure(self, where: str, kind: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError
        if kind == "InlineKeyboardMarkup" and not value:
            return value  # python-telegram-bot writes an empty keyboard like this; Telegram takes it
        entry = self._types[kind]
        if subtypes := entry.get("subtypes"):
            return self._read(where, {"types": subtypes}, value, _strict)
        return self._object(f"{where} ({kind})", _fields(entry), value, _strict)


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {field["name"]: field for field in entry.get("fields", [])}


_PLAIN: dict[str, Callable[[Any], bool]] = {
    "String": lambda value: isinstance(value, str),
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
    "InputFile": lambda value: isinstance(value, Upload),
}
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
    "InputFile": str,
}


def _strict(kind: str, value: Any) -> Any:
    """Inside JSON nothing is reinterpreted; `kind` is not used."""
    return value


def _loosened(kind: str, value: Any) -> Any:
    """A form's text as the type asks. Raises ValueError."""
    if not isinstance(value, str):
        return value
    try:
        return _FROM_TEXT.get(kind, json.loads)(value)
    except KeyError:
        raise ValueError(value) from None


class TelegramByRulesAlone:
    """Stands in where the document is absent: reads the values, checks no names."""

    _INTEGERS = frozenset("chat_id message_id offset limit timeout cache_time max_connections".split())
    _FLOATS = frozenset({"latitude", "longitude"})
    _TEXTS = frozenset("text caption title address callback_query_id file_id url secret_token photo document".split())

    def values(self, method: str, given: Given) -> dict[str, Any]:
        """The parameters in the types the rules need. Raises Refused for a number that is none."""
        return {name: self._read(f"{method}.{name}", name, value) for name, value in given.items()}

    def _read(self, where: str, name: str, value: Any) -> Any:
        kind = "Integer" if name in self._INTEGERS else "Float" if name in self._FLOATS else "Object"
        if name in self._TEXTS or (kind == "Object" and not _looks_like_json(value)):
            return value
        try:
            return _loosened(kind, value)
        except ValueError:
            raise breaks_specification(f"Bad Request: {where} is no {kind}") from None


def _looks_like_json(value: Any) -> bool:
    return isinstance(value, str) and (value[:1] in "[{" or value in ("true", "false"))
