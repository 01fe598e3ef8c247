"""The Bot API methods the double offers. Each takes checked values, returns the result or raises Refused."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.doubles import telegram_rules as rules
from tests.doubles.ledger import File, Place, Version
from tests.doubles.refusals import breaks_rule, not_now
from tests.doubles.server import is_loopback
from tests.doubles.telegram_chats import BOT, TelegramMessage
from tests.doubles.telegram_specification import Upload
from tests.doubles.telegram_updates import Webhook

if TYPE_CHECKING:
    from tests.doubles.telegram import TelegramDouble

Values = dict[str, Any]
PRESS_EXPIRES = 150  #: seconds


async def get_me(double: "TelegramDouble", values: Values) -> Any:
    """The bot itself."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }
    return BOT | abilities


async def get_updates(double: "TelegramDouble", values: Values) -> Any:
    """One short or long poll."""
    rules.check_poll(values)
    double.updates.allow(values.get("allowed_updates"))
    return await double.updates.poll(values.get("offset", 0), values.get("limit", 100), values.get("timeout", 0))


async def set_webhook(double: "TelegramDouble", values: Values) -> Any:
    """Deliver from now on; an empty URL ends it."""
    rules.check_webhook(values)
    double.updates.allow(values.get("allowed_updates"))
    if values.get("drop_pending_updates"):
        double.updates.pending.clear()
    url = values.get("url", "")
    webhook = Webhook(url, values.get("secret_token", ""), values.get("max_connections", 40)) if url else None
    double.updates.set_webhook(webhook)
    return True


async def delete_webhook(double: "TelegramDouble", values: Values) -> Any:
    """Back to polling."""
    return await set_webhook(double, values | {"url": ""})


async def get_webhook_info(double: "TelegramDouble", values: Values) -> Any:
    """Where updates go, and what went wrong last."""
    webhook = double.updates.webhook
    info: Values = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(double.updates.pending),
    }
    if double.updates.last_error:
        info |= {"last_error_date": double.chats.seconds(), "last_error_message": double.updates.last_error}
    return info


async def send_message(double: "TelegramDouble", values: Values) -> Any:
    """A text with buttons."""
    rules.check_text(values)
    rules.check_keyboard(values)
    message = TelegramMessage(values["text"], entities=values.get("entities") or [])
    return _put(double, values, message)


async def send_photo(double: "TelegramDouble", values: Values) -> Any:
    """A picture with a caption: uploaded, known by id, or fetched from an address on this machine."""
    rules.check_caption(values)
    rules.check_keyboard(values)
    file = await _file(double, values.get("photo"))
    rules.check_photo(file.data)
    message = TelegramMessage(values.get("caption") or "", photo=double.chats.keep(file))
    message.entities = values.get("caption_entities") or []
    return _put(double, values, message)


async def send_document(double: "TelegramDouble", values: Values) -> Any:
    """A file with a caption."""
    rules.check_caption(values)
    rules.check_keyboard(values)
    file = await _file(double, values.get("document"))
    rules.check_document(file.data)
    message = TelegramMessage(values.get("caption") or "", document=double.chats.keep(file))
    message.entities = values.get("caption_entities") or []
    return _put(double, values, message)


async def send_venue(double: "TelegramDouble", values: Values) -> Any:
    """A named pin on the map."""
    rules.check_venue(values)
    rules.check_keyboard(values)
    place = Place(values["latitude"], values["longitude"], values["title"], values["address"])
    return _put(double, values, TelegramMessage("", venue=place))


async def edit_message_text(double: "TelegramDouble", values: Values) -> Any:
    """Change a text in place; buttons that are not given disappear."""
    rules.check_text(values)
    rules.check_keyboard(values)
    message = double.chats.message(values)
    if message.photo or message.document or message.venue:
        raise not_now("Bad Request: there is no text in the message to edit")
    return _edit(double, message, values, values["text"], values.get("entities") or [])


async def edit_message_reply_markup(double: "TelegramDouble", values: Values) -> Any:
    """Change or remove the buttons alone."""
    rules.check_keyboard(values)
    message = double.chats.message(values)
    return _edit(double, message, values, message.text, message.entities)


async def answer_callback_query(double: "TelegramDouble", values: Values) -> Any:
    """Stop the little clock on the button she pressed."""
    rules.check_toast(values)
    press = double.chats.presses.get(values.get("callback_query_id", ""))
    if press is None or double.chats.clock.now().timestamp() - press.at > PRESS_EXPIRES:
        raise not_now("Bad Request: query is too old and response timeout expired or query ID is invalid")
    double.answers[press.query_id] = values.get("text") or ""
    return True


async def get_file(double: "TelegramDouble", values: Values) -> Any:
    """The path under which a file can be fetched."""
    file = double.chats.files.get(values.get("file_id", ""))
    if file is None:
        raise not_now("Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(file.data) > rules.DOWNLOAD_BYTES:
        raise not_now("Bad Request: file is too big")
    names = {"file_id": file.file_id, "file_unique_id": f"u-{file.file_id}"}
    return names | {"file_size": len(file.data), "file_path": f"files/{file.file_id}/{file.name}"}


async def set_my_commands(double: "TelegramDouble", values: Values) -> Any:
    """The menu of commands, kept by scope and language."""
    rules.check_commands(values)
    scope = (values.get("scope") or {"type": "default"})["type"]
    double.commands[scope, values.get("language_code", "")] = values.get("commands") or []
    return True


def _put(double: "TelegramDouble", values: Values, message: TelegramMessage) -> dict[str, Any]:
    chat = double.chats.chat(values.get("chat_id"))
    chat.check_open()
    message.markup = values.get("reply_markup") or None
    message.rows = rules.rows_of(message.markup)
    message.keyboard = rules.keyboard_of(message.markup)
    message.started = values[STARTED]
    return double.accept(chat, message).json


def _edit(
    double: "TelegramDouble", message: TelegramMessage, values: Values, text: str, entities: list[Any]
) -> dict[str, Any]:
    markup = values.get("reply_markup") or None
    rows = rules.rows_of(markup)
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise not_now(
            "Bad Request: message is not modified: specified new message content and reply markup are exactly"
            " the same as a current content and reply markup of the message"
        )
    message.history.append(Version(message.text, message.rows))
    message.text, message.entities, message.rows, message.markup = text, entities, rows, markup
    double.chats.mark(message, double.chats.chat(message.chat_id))
    return message.json


async def _file(double: "TelegramDouble", given: Any) -> File:
    if isinstance(given, Upload):
        return File(given.name, given.content_type, given.data)
    if given in double.chats.files:
        return double.chats.files[given]
    if not isinstance(given, str) or not is_loopback(given):
        raise breaks_rule("Bad Request: wrong file identifier/HTTP URL specified")
    try:
        async with double.http.get(given) as answer:
            answer.raise_for_status()
            name = answer.url.name or "file"
            return File(name, answer.content_type, await answer.read())
    except (OSError, TimeoutError, aiohttp.ClientError):
        raise not_now("Bad Request: failed to get HTTP URL content") from None


Call = Callable[["TelegramDouble", Values], Awaitable[Any]]
#: Under this key the values carry the monotonic second in which the call arrived.
STARTED = " started"
OFFERED: dict[str, Call] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVenue": send_venue,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "answerCallbackQuery": answer_callback_query,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
}
