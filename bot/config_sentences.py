"""What is wrong with a setting, as a sentence. Never shows the value: it may be a secret."""

from collections.abc import Mapping
from typing import Any

#: Kind of mistake → what to say. Kinds that are not here bring a sentence of their own (`config_rules.py`).
_SENTENCES: Mapping[str, str] = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "literal_error": "must be {expected}",
    "string_type": "must be a text in quotation marks",
    "string_too_short": "must not be empty",
    "string_too_long": "must not be longer than {max_length} letters",
    "model_type": "is a section, [{key}], not a single value",
    "dict_type": "is a section, [{key}], not a single value",
}


def sentence(key: str, detail: Mapping[str, Any]) -> str:
    """One problem as pydantic tells it, naming its dotted key."""
    said = _SENTENCES.get(detail["type"])
    if said is None:
        return f"{key}: {detail['msg'].removeprefix('Value error, ')}."
    return f"{key}: {said.format(key=key, **detail.get('ctx', {}))}."
