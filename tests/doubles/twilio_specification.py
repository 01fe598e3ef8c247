"""Twilio's parameters by its OpenAPI documents: names, presence, types. Lengths are in `twilio_rules.py`."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.doubles.refusals import breaks_specification

FILES = ("twilio-messages.json", "twilio-content-v1.json")
Pairs = Iterable[tuple[str, str]]


class TwilioSpecification:
    """Checks against the documents; what a schema does not name is refused."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._operations: dict[str, Mapping[str, Any]] = {}
        self._schemas: dict[str, Mapping[str, Any]] = {}
        for document in documents:
            self._schemas |= document["components"]["schemas"]
            for path in document["paths"].values():
                for entry in path.values():
                    if isinstance(entry, dict) and "operationId" in entry:
                        self._operations[entry["operationId"]] = entry

    def form(self, operation: str, pairs: Pairs) -> dict[str, Any]:
        """A posted form in its own types; what the schema calls an array may repeat. Raises Refused."""
        (body,) = self._operations[operation]["requestBody"]["content"].values()
        schema = self._resolved(body["schema"])
        values = gathered(pairs, {name for name, s in schema["properties"].items() if s.get("type") == "array"})
        self._check(operation, schema, _loosened(values, schema["properties"]))
        return values

    def query(self, operation: str, pairs: Pairs) -> dict[str, Any]:
        """The query of a listing. Raises Refused."""
        known = [p for p in self._operations[operation].get("parameters", []) if p["in"] == "query"]
        properties = {p["name"]: p["schema"] for p in known}
        values = gathered(pairs, ())
        self._check(operation, {"properties": properties}, _loosened(values, properties))
        return values

    def document(self, operation: str, value: Any) -> dict[str, Any]:
        """A posted JSON document. Raises Refused."""
        (body,) = self._operations[operation]["requestBody"]["content"].values()
        self._check(operation, body["schema"], value)
        checked: dict[str, Any] = value
        return checked

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in schema:
            return schema
        return self._schemas[schema["$ref"].rpartition("/")[2]]

    def _check(self, where: str, schema: Mapping[str, Any], value: Any) -> None:
        schema = self._resolved(schema)
        if value is None and schema.get("nullable"):
            return
        kind = schema.get("type", "object")
        if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            raise breaks_specification(f"{where} is no {kind}")
        if trouble := _trouble(schema, value):
            raise breaks_specification(f"{where} {trouble}")
        if isinstance(value, dict):
            self._check_object(where, schema, value)
        for place, item in enumerate(value if isinstance(value, list) else ()):
            self._check(f"{where}[{place}]", schema["items"], item)

    def _check_object(self, where: str, schema: Mapping[str, Any], value: Mapping[str, Any]) -> None:
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        unknown = set() if others else set(value) - set(properties)
        if unknown:
            raise breaks_specification(f"{where} has no parameter {sorted(unknown)}")
        for name in schema.get("required", ()):
            if name not in value:
                raise breaks_specification(f"{where} lacks {name}", _MISSING.get(name, 20001))
        for name, inner in value.items():
            self._check(f"{where}.{name}", properties.get(name, others), inner)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_MISSING = {"To": 21604}


def _trouble(schema: Mapping[str, Any], value: Any) -> str:
    """What is wrong with a plain value, or nothing."""
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {schema['enum']}"
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            return "has the wrong length"
        if not re.search(schema.get("pattern", ""), value):
            return f"does not match {schema['pattern']}"
        if schema.get("format") == "date-time" and not _is_time(value):
            return "is no ISO 8601 time"
        if schema.get("format") == "uri" and not re.match(r"https?://[^/_]+(/|$|\?|#)", value):
            return "is no URL"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return "is out of range"
    return ""


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def gathered(pairs: Pairs, arrays: Iterable[str]) -> dict[str, Any]:
    """Repeated keys become lists where that is allowed. Raises Refused for any other repetition."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in arrays:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise breaks_specification(f"{name} is given twice")
        else:
            values[name] = value
    return values


def _loosened(values: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """A form's text as the schema asks, where it can be read so."""
    return {name: _read(properties.get(name, {}).get("type"), value) for name, value in values.items()}


def _read(kind: str | None, value: Any) -> Any:
    if kind not in ("integer", "number", "boolean"):
        return value
    try:
        return json.loads(value.lower())
    except ValueError:
        return value


class TwilioByRulesAlone(TwilioSpecification):
    """Stands in where the documents are absent: gathers values, checks no names."""

    _ARRAYS = ("MediaUrl", "PersistentAction")

    def __init__(self) -> None:
        super().__init__(())

    def form(self, operation: str, pairs: Pairs) -> dict[str, Any]:
        """The form's values."""
        return gathered(pairs, self._ARRAYS)

    def query(self, operation: str, pairs: Pairs) -> dict[str, Any]:
        """The query's values."""
        return gathered(pairs, ())

    def document(self, operation: str, value: Any) -> dict[str, Any]:
        """The document, if it is an object at all. Raises Refused."""
        if not isinstance(value, dict):
            raise breaks_specification(f"{operation} is no object")
        return value
