"""WhatsApp's and Twilio's rules that no specification states: lengths, what goes together. Always on.

Lengths count UTF-16 units, the strictest reading. Codes in the comments are Twilio's.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.refusals import Refused, breaks_rule

BODY, CONTENT_BODY, VARIABLE = 1600, 1024, 1600
BUTTONS, TITLE, ID = 3, 20, 200
ITEMS, ITEM, DESCRIPTION = 10, 24, 72
#: A number, or the business-scoped id of somebody who hides hers.
ADDRESS = re.compile(r"whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})")
GEO = re.compile(r"geo:-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?(\|.*)?", re.DOTALL)
PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")
MEDIA_TYPES = frozenset(
    (
        "image/jpeg image/png image/webp audio/ogg video/mp4 application/pdf text/vcard text/x-vcard"
        " application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        " application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ).split()
)
IMAGE_BYTES, MEDIA_BYTES = 5 << 20, 16 << 20


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_message(values: Mapping[str, Any], sender: str) -> None:
    """Addresses, and exactly one way of saying something. Raises Refused."""
    _check_addresses(values, sender)
    said = [name for name in ("Body", "MediaUrl", "ContentSid") if values.get(name)]
    if not said:
        raise breaks_rule("Body, MediaUrl or ContentSid is required", 21619)
    if "ContentSid" in said and len(said) > 1:
        raise breaks_rule("ContentSid goes without Body and MediaUrl", 21619)
    if "ContentVariables" in values and "ContentSid" not in said:
        raise breaks_rule("ContentVariables goes with ContentSid only", 92007)
    if "Body" in values and not values["Body"].strip():
        raise breaks_rule("Body is empty", 21619)
    if units(values.get("Body", "")) > BODY:
        raise breaks_rule("The concatenated message body exceeds the 1600 character limit", 21617)
    _check_extras(values)


def _check_addresses(values: Mapping[str, Any], sender: str) -> None:
    if not values.get("From"):
        raise breaks_rule("A 'From' phone number is required", 21603)
    if values["From"] != sender:
        raise breaks_rule(f"Twilio could not find a Channel with the From address {values['From']}", 63007)
    if not ADDRESS.fullmatch(values.get("To", "")):
        raise breaks_rule("Invalid 'To' Phone Number", 21211)
    if values["To"] == sender:
        raise breaks_rule("'To' and 'From' cannot be the same", 63031)


def _check_extras(values: Mapping[str, Any]) -> None:
    if len(values.get("MediaUrl", [])) > 1:
        raise breaks_rule("WhatsApp takes one media file a message", 21620)
    for url in [
        *values.get("MediaUrl", []),
        *([values["StatusCallback"]] if "StatusCallback" in values else []),
    ]:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise breaks_rule(f"not a valid URL: {url}", 21609)
    for action in values.get("PersistentAction", []):
        if not GEO.fullmatch(action):
            raise breaks_rule(f"not a valid PersistentAction: {action}", 63021)
    if values.keys() & {"SendAt", "ScheduleType"}:
        raise breaks_rule("scheduling needs a messaging service, which the double has not", 35118)


def check_content(content: Mapping[str, Any]) -> None:
    """A Content resource at creation. Raises Refused."""
    kinds = content.get("types") or {}
    if unknown := [kind for kind in kinds if kind not in _SHAPES]:
        raise breaks_rule(f"unknown content types {unknown}: slash names, such as twilio/quick-reply")
    if not kinds:
        raise breaks_rule("a content without types is empty")
    if not content.get("language"):
        raise breaks_rule("language is required")
    _check_variables(content)
    for kind, shape in kinds.items():
        check_shape(kind, shape)


def _check_variables(content: Mapping[str, Any]) -> None:
    names = placeholders(content["types"])
    if names != [str(number) for number in range(1, len(names) + 1)]:
        raise breaks_rule(f"placeholders are {{{{1}}}}, {{{{2}}}} … without a gap, not {names}", 21656)
    if extra := set(content.get("variables") or {}) - set(names):
        raise breaks_rule(f"variables without a placeholder: {sorted(extra)}", 21656)


def check_shape(kind: str, shape: Mapping[str, Any]) -> None:
    """One type of a content, as created or as filled for sending. Raises Refused."""
    _SHAPES[kind](shape)


def _check_body(shape: Mapping[str, Any], most: int = CONTENT_BODY) -> None:
    _check_words("body", shape.get("body"), most)


def _check_words(name: str, text: Any, most: int) -> None:
    """`{{1}}` counts as it stands; the filled text is checked again before it is sent."""
    if not isinstance(text, str) or not text.strip():
        raise breaks_rule(f"{name} is empty", 63021)
    if units(text) > most:
        raise breaks_rule(f"{name} has {units(text)} characters, at most {most}", 63021)


def _check_quick_reply(shape: Mapping[str, Any]) -> None:
    _check_body(shape)
    buttons = shape.get("actions") or []
    if not 1 <= len(buttons) <= BUTTONS:
        raise breaks_rule(f"{len(buttons)} buttons; 1 to {BUTTONS} are allowed", 63021)
    for button in buttons:
        _check_words("title of a button", button.get("title"), TITLE)
        _check_id(button)
    _check_unique("titles", [button["title"] for button in buttons])


def _check_list(shape: Mapping[str, Any]) -> None:
    _check_body(shape)
    _check_words("button", shape.get("button"), TITLE)
    items = shape.get("items") or []
    if not 1 <= len(items) <= ITEMS:
        raise breaks_rule(f"{len(items)} items; 1 to {ITEMS} are allowed", 63021)
    for item in items:
        _check_words("item", item.get("item"), ITEM)
        _check_words("id of an item", item.get("id"), ID)
        if "description" in item:
            _check_words("description", item["description"], DESCRIPTION)
    _check_unique("ids", [item["id"] for item in items])


def _check_id(button: Mapping[str, Any]) -> None:
    if "id" in button:
        _check_words("id of a button", button["id"], ID)


def _check_unique(name: str, texts: Sequence[str]) -> None:
    if len(set(texts)) < len(texts):
        raise breaks_rule(f"{name} must differ: {list(texts)}", 63021)


def _check_media(shape: Mapping[str, Any]) -> None:
    if len(shape.get("media") or []) != 1:
        raise breaks_rule("exactly one media file", 63021)


def _check_place(shape: Mapping[str, Any]) -> None:
    if not (-90 <= float(shape.get("latitude", 999)) <= 90 and -180 <= float(shape.get("longitude", 999)) <= 180):
        raise breaks_rule("wrong coordinates", 63021)


_SHAPES = {
    "twilio/text": lambda shape: _check_body(shape, BODY),
    "twilio/quick-reply": _check_quick_reply,
    "twilio/list-picker": _check_list,
    "twilio/media": _check_media,
    "twilio/location": _check_place,
}


def placeholders(types: Any) -> list[str]:
    """The names inside `{{…}}`, each once, in numeric order where they are numbers."""
    names = set(PLACEHOLDER.findall(json.dumps(types, ensure_ascii=False)))
    return sorted(names, key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name))


def variables_of(text: str | None) -> dict[str, str]:
    """ContentVariables, read and checked value by value. Raises Refused (21656)."""
    try:
        variables = json.loads(text or "{}")
    except ValueError:
        raise _bad_variables("not JSON") from None
    if not isinstance(variables, dict):
        raise _bad_variables("not an object")
    for name, value in variables.items():
        if not isinstance(value, str) or not value.strip():
            raise _bad_variables(f"{name} is empty or no text")
        if re.search(r"[\n\r\t]| {5,}", value):
            raise _bad_variables(f"{name} holds a newline, a tab or more than four spaces")
        if units(value) > VARIABLE:
            raise breaks_rule(f"variable {name} exceeds {VARIABLE} characters", 21658)
    return variables


def filled(shape: Any, names: Iterable[str], values: Mapping[str, str]) -> Any:
    """A shape with its variables in place. Raises Refused for a missing or surplus one."""
    names = set(names)
    if missing := names - set(values):
        raise _bad_variables(f"no value for {sorted(missing)}")
    if surplus := set(values) - names:
        raise _bad_variables(f"no placeholder for {sorted(surplus)}")
    return _filled(shape, values)


def _filled(shape: Any, values: Mapping[str, str]) -> Any:
    if isinstance(shape, str):
        return PLACEHOLDER.sub(lambda match: values[match[1]], shape)
    if isinstance(shape, list):
        return [_filled(item, values) for item in shape]
    if isinstance(shape, dict):
        return {name: _filled(item, values) for name, item in shape.items()}
    return shape


def _bad_variables(why: str) -> Refused:
    return breaks_rule(f"The ContentVariables Parameter is invalid: {why}", 21656)


def check_template(name: str, category: str, types: Mapping[str, Any]) -> None:
    """What Meta looks at before a person does. Raises Refused."""
    if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise breaks_rule("a template's name has lower-case letters, digits and underscores")
    if category not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
        raise breaks_rule(f"unknown category {category}")
    if "twilio/list-picker" in types:
        raise breaks_rule("list-picker cannot be approved for WhatsApp")
    for shape in types.values():
        _check_template_body(shape.get("body") or "-")


def _check_template_body(body: str) -> None:
    if body.strip().startswith("{{") or body.strip().endswith("}}"):
        raise breaks_rule("a template must not start or end with a variable")
    if re.search(r"\}\}\s*\{\{", body):
        raise breaks_rule("a template must not have two variables side by side")
    count = len(PLACEHOLDER.findall(body))
    words = PLACEHOLDER.sub(" ", body).split()
    if count and len(words) < 2 * count + 1:
        raise breaks_rule(f"{count} variables need at least {2 * count + 1} words")
