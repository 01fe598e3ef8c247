"""What both doubles know to be true: what each woman was sent, what was written to the program, what it acknowledged.

Plain dictionaries, so that the whole of it can travel from the referee's process as JSON.
"""

from collections.abc import Iterator
from typing import Any

from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble
from tests.doubles.twilio_messages import Direction
from tests.doubles.twilio_webhooks import Posted

Entry = dict[str, Any]


def ledger(telegram: TelegramDouble, twilio: TwilioDouble) -> dict[str, list[Entry]]:
    """`sends`: what reached a phone or a provider's list, one entry for every call that was taken.

    `events`: what came to the program, in order of arrival, with whether it was acknowledged and how often it was handed over.
    `violations`: what the program asked for and no provider would have allowed.
    """
    return {
        "sends": _sends(telegram, twilio),
        "events": events(telegram, twilio),
        "violations": [
            {"call": refusal.call, "words": refusal.description}
            for double in (telegram, twilio)
            for refusal in list(double.violations)
        ],
    }


def events(telegram: TelegramDouble, twilio: TwilioDouble) -> list[Entry]:
    """The second part alone, for who asks again and again."""
    return [*_telegram_events(telegram), *_twilio_events(twilio)]


def sends(telegram: TelegramDouble, twilio: TwilioDouble, text: str, after: float) -> Entry:
    """Of the sends with these words that started after a moment (monotonic): their `count`, and when the `first` started."""
    moments = [
        send["started"] for send in _sends(telegram, twilio) if send["started"] > after and text in str(send["text"])
    ]
    return {"count": len(moments), "first": min(moments, default=None)}


def _sends(telegram: TelegramDouble, twilio: TwilioDouble) -> list[Entry]:
    return [*_telegram_sends(telegram), *_twilio_sends(twilio)]


def _telegram_sends(double: TelegramDouble) -> Iterator[Entry]:
    for message in list(double.sent):
        entry = {"channel": "telegram", "address": str(message.chat_id), "id": str(message.message_id), "reached": True}
        entry |= {"started": message.started, "token": None}
        texts = [*(version.text for version in message.history), message.text]
        yield from ({**entry, "text": text, "edit": number > 0} for number, text in enumerate(texts))


def _twilio_sends(double: TwilioDouble) -> Iterator[Entry]:
    for message in list(double.sent):
        callback = str(message.given.get("StatusCallback", ""))
        yield {
            "channel": "whatsapp", "address": message.to.removeprefix("whatsapp:"), "id": message.sid,
            "reached": message.error_code is None, "started": message.started,
            "token": callback.rpartition("/")[2] or None, "text": message.text, "edit": False,
        }  # fmt: skip


def _telegram_events(double: TelegramDouble) -> Iterator[Entry]:
    updates = double.updates
    delivered: dict[int, list[int]] = {}
    for delivery in list(updates.deliveries):
        delivered.setdefault(delivery.update_id, []).append(delivery.status)
    for update in list(updates.history):
        statuses = delivered.get(update.update_id, [])
        taken = update.update_id not in updates.pending and update.update_id in updates.offered
        yield {
            "channel": "telegram", "id": str(update.update_id), "kind": update.kind, "lane": list(update.lane)
            if isinstance(update.lane, tuple) else [update.lane], "address": _address(update.payload),
            "acknowledged": taken or any(200 <= status < 300 for status in statuses), "statuses": statuses,
        }  # fmt: skip


def _address(payload: Entry) -> str:
    for content in payload.values():
        if isinstance(content, dict):
            chat = content.get("chat") or content.get("message", {}).get("chat") or {}
            return str(chat.get("id", ""))
    return ""


def _twilio_events(double: TwilioDouble) -> Iterator[Entry]:
    posted: dict[str, list[Posted]] = {}
    for one in list(double.webhooks.posted):
        if "MessageStatus" not in one.form:
            posted.setdefault(one.form.get("MessageSid", ""), []).append(one)
    for message in list(double.account_messages):
        if message.direction is Direction.INBOUND:
            attempts = posted.get(message.sid, [])
            yield {
                "channel": "whatsapp", "id": message.sid, "kind": message.given.get("MessageType", "text"),
                "lane": ["chat", message.sender], "address": message.sender.removeprefix("whatsapp:"),
                "acknowledged": any(attempt.is_taken for attempt in attempts),
                "statuses": [attempt.status for attempt in attempts],
            }  # fmt: skip
