"""What becomes of an accepted message: media fetched, shown on her phone or failed, status callbacks."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.doubles import twilio_rules as rules
from tests.doubles.ledger import File
from tests.doubles.server import is_loopback
from tests.doubles.twilio_messages import TwilioMessage

if TYPE_CHECKING:
    from tests.doubles.twilio import TwilioDouble
    from tests.doubles.twilio_people import TwilioPerson

WINDOW = timedelta(hours=24)
UNREACHABLE, UNKNOWN, WINDOW_CLOSED, BAD_MEDIA = 63024, 63003, 63016, 63019


@dataclass(frozen=True, slots=True)
class CallbackPlan:
    """Which callbacks come, in this order; repeat one to duplicate it, leave it out to lose it.

    `pause` in seconds before each; `before_answer` posts them all before the create call is answered.
    """

    statuses: tuple[str, ...] = ("queued", "sent", "delivered", "read")
    pause: float = 0
    before_answer: bool = False


def failure_of(double: "TwilioDouble", person: "TwilioPerson | None", message: TwilioMessage) -> int | None:
    """The error with which it will fail later although it is answered 201, or None."""
    if person is None:
        return UNKNOWN
    if person.has_blocked:
        return UNREACHABLE
    is_open = person.heard_at is not None and double.clock.now() - person.heard_at < WINDOW
    return None if is_open or message.is_template else WINDOW_CLOSED


async def deliver(double: "TwilioDouble", message: TwilioMessage, failure: int | None) -> None:
    """Show it or fail it, and tell the program."""
    if message.media and not failure:
        failure = await _fetch(double, message)
        if not failure:
            double.show(message)
    plan: CallbackPlan = double.callbacks
    statuses = ("queued", "undelivered") if failure else plan.statuses
    for status in statuses:
        if plan.pause:
            await asyncio.sleep(plan.pause)
        message.statuses.append(status)
        message.error_code = failure if status == "undelivered" else message.error_code
        if callback := message.given.get("StatusCallback"):
            await double.webhooks.post(callback, _form(double, message, status))
    double.tell_waiters()


def _form(double: "TwilioDouble", message: TwilioMessage, status: str) -> dict[str, str]:
    form = {"MessageSid": message.sid, "SmsSid": message.sid, "MessageStatus": status, "SmsStatus": status}
    form |= {"From": message.sender, "To": message.to, "AccountSid": double.account_sid}
    form |= {"ApiVersion": "2010-04-01", "ChannelPrefix": "whatsapp", "ChannelToAddress": message.to}
    if status == "undelivered":
        form |= {"ErrorCode": str(message.error_code), "ErrorMessage": "undelivered"}
    return form | ({"EventType": status.upper()} if status in ("delivered", "read", "undelivered") else {})


async def _fetch(double: "TwilioDouble", message: TwilioMessage) -> int | None:
    """Get the file from the program, as Twilio does. Returns an error code if that goes wrong."""
    (url,) = message.media
    if not is_loopback(url):
        return BAD_MEDIA
    try:
        async with double.http.get(url) as answer:
            answer.raise_for_status()
            disposition = answer.content_disposition
            name = (disposition.filename if disposition else None) or answer.url.name
            file = File(name, answer.content_type, await answer.read())
    except (OSError, TimeoutError, aiohttp.ClientError):
        return BAD_MEDIA
    is_image = file.content_type.startswith("image/")
    if file.content_type not in rules.MEDIA_TYPES:
        return BAD_MEDIA
    if len(file.data) > (rules.IMAGE_BYTES if is_image else rules.MEDIA_BYTES):
        return BAD_MEDIA
    message.photo, message.document = (file, None) if is_image else (None, file)
    return None


def place_json(action: str) -> dict[str, Any]:
    """Latitude, longitude and title of a `geo:` action."""
    where, _, label = action.removeprefix("geo:").partition("|")
    latitude, longitude = where.split(",")
    return {"latitude": float(latitude), "longitude": float(longitude), "title": label}
