"""Telegram's rules that its specification tells only in prose: lengths, ranges, alphabets. Always on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.ledger import Button, Rows
from tests.doubles.refusals import breaks_rule
from tests.doubles.server import is_loopback

TEXT, CAPTION, TOAST = 4096, 1024, 200  #: UTF-16 units
ENTITIES = frozenset(
    (
        "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough"
        " spoiler blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time"
    ).split()
)
PRESSABLE = frozenset(
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat"
    " switch_inline_query_chosen_chat copy_text callback_game pay".split()
)
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8")
PHOTO_BYTES, DOCUMENT_BYTES, DOWNLOAD_BYTES = 10 << 20, 50 << 20, 20 << 20


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(values: Mapping[str, Any]) -> None:
    """Text of a message: 1 to 4096 units, formatted by entities in range."""
    text = values.get("text") or ""
    if not text.strip():
        raise breaks_rule("Bad Request: message text is empty")
    if units(text) > TEXT:
        raise breaks_rule("Bad Request: message is too long")
    _check_format(values, text, "entities")


def check_caption(values: Mapping[str, Any]) -> None:
    """Caption of a photo or document: up to 1024 units."""
    caption = values.get("caption") or ""
    if units(caption) > CAPTION:
        raise breaks_rule("Bad Request: message caption is too long")
    _check_format(values, caption, "caption_entities")


def _check_format(values: Mapping[str, Any], text: str, name: str) -> None:
    if "parse_mode" in values:
        raise breaks_rule("Bad Request: can't parse entities: the double takes entities, not parse_mode")
    for entity in values.get(name) or ():
        _check_entity(entity, text)


def _check_entity(entity: Mapping[str, Any], text: str) -> None:
    if entity.get("type") not in ENTITIES:
        raise breaks_rule(f"Bad Request: unknown entity {entity.get('type')!r}")
    if entity["type"] == "text_link" and not entity.get("url"):
        raise breaks_rule("Bad Request: a text_link needs a url")
    start, length = entity.get("offset", -1), entity.get("length", 0)
    if start < 0 or length < 1 or start + length > units(text):
        raise breaks_rule(f"Bad Request: entity {start}+{length} is outside of the text of {units(text)} units")
    encoded = text.encode("utf-16-le", "surrogatepass")
    for edge in (start, start + length):
        if 0xDC <= (encoded[2 * edge + 1] if 2 * edge < len(encoded) else 0) <= 0xDF:
            raise breaks_rule("Bad Request: an entity cuts a character in two")


def check_keyboard(values: Mapping[str, Any]) -> None:
    """Inline buttons: named, exactly one thing to do, data of 1 to 64 bytes, at most 100 and 8 in a row."""
    rows = (values.get("reply_markup") or {}).get("inline_keyboard") or []
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise breaks_rule("Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)


def _check_button(button: Mapping[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise breaks_rule("Bad Request: text of an inline keyboard button is empty")
    if len(PRESSABLE & button.keys()) != 1:
        raise breaks_rule("Bad Request: a button must do exactly one thing")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise breaks_rule("Bad Request: BUTTON_DATA_INVALID")
    if "url" in button and urlsplit(button["url"]).scheme not in ("http", "https", "tg"):
        raise breaks_rule("Bad Request: BUTTON_URL_INVALID")


def rows_of(markup: Mapping[str, Any] | None) -> Rows:
    """The inline buttons as she sees them."""
    rows = (markup or {}).get("inline_keyboard") or []
    return tuple(
        tuple(Button(b["text"], b.get("callback_data", ""), b.get("url", "")) for b in row) for row in rows if row
    )


def keyboard_of(markup: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The labels of a reply keyboard, which sends what it says."""
    rows: Sequence[Iterable[Any]] = (markup or {}).get("keyboard") or []
    return tuple(key if isinstance(key, str) else key["text"] for row in rows for key in row)


def check_toast(values: Mapping[str, Any]) -> None:
    """The answer to a press: 0 to 200 characters."""
    if units(values.get("text") or "") > TOAST:
        raise breaks_rule("Bad Request: MESSAGE_TOO_LONG")


def check_photo(data: bytes) -> None:
    """A picture of at most 10 MB."""
    if not data.startswith(PICTURES):
        raise breaks_rule("Bad Request: IMAGE_PROCESS_FAILED")
    if len(data) > PHOTO_BYTES:
        raise breaks_rule("Bad Request: file is too big")


def check_document(data: bytes) -> None:
    """A file of 1 byte to 50 MB."""
    if not data:
        raise breaks_rule("Bad Request: file must be non-empty")
    if len(data) > DOCUMENT_BYTES:
        raise breaks_rule("Bad Request: file is too big")


def check_venue(values: Mapping[str, Any]) -> None:
    """A place on the earth with a name and an address."""
    if not (-90 <= values.get("latitude", 999) <= 90 and -180 <= values.get("longitude", 999) <= 180):
        raise breaks_rule("Bad Request: wrong coordinates")
    if not values.get("title", "").strip() or not values.get("address", "").strip():
        raise breaks_rule("Bad Request: a venue needs title and address")


def check_commands(values: Mapping[str, Any]) -> None:
    """At most 100 commands of 1 to 32 of `a-z0-9_`, described in 1 to 256 characters."""
    commands = values.get("commands") or []
    if len(commands) > 100:
        raise breaks_rule("Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise breaks_rule("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= units(command.get("description", "")) <= 256:
            raise breaks_rule("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


def check_webhook(values: Mapping[str, Any]) -> None:
    """A URL on this machine, a secret of 1 to 256 of `A-Za-z0-9_-`, 1 to 100 connections."""
    if values.get("url") and not is_loopback(values["url"]):
        raise breaks_rule("Bad Request: bad webhook: the double delivers to 127.0.0.1 only")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", values.get("secret_token", "-")):
        raise breaks_rule("Bad Request: secret token contains unallowed characters")
    if not 1 <= values.get("max_connections", 40) <= 100:
        raise breaks_rule("Bad Request: max_connections is 1 to 100")


def check_poll(values: Mapping[str, Any]) -> None:
    """1 to 100 updates at once, no negative wait."""
    if not 1 <= values.get("limit", 100) <= 100 or values.get("timeout", 0) < 0:
        raise breaks_rule("Bad Request: limit is 1 to 100, timeout not negative")
