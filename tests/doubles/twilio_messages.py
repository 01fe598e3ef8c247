"""Messages of the Twilio account, in both directions: stored, listed, written as JSON. No HTTP here."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from tests.doubles.ledger import File, Message


class Direction(StrEnum):
    """Who wrote."""

    INBOUND = "inbound"
    OUTBOUND = "outbound-api"


@dataclass
class TwilioMessage(Message):
    """One message. `statuses` holds every status it has had, `given` the parameters it was made from."""

    sid: str = ""
    direction: Direction = Direction.OUTBOUND
    sender: str = ""
    to: str = ""
    created: datetime = datetime.min
    statuses: list[str] = field(default_factory=list)
    error_code: int | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    content_sid: str = ""
    is_template: bool = False
    list_button: str = ""
    media: tuple[str, ...] = ()
    files: dict[str, File] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The newest status."""
        return self.statuses[-1]

    def json(self, account: str) -> dict[str, Any]:
        """As the API hands it out."""
        uri = f"/2010-04-01/Accounts/{account}/Messages/{self.sid}"
        when = format_datetime(self.created)
        is_sent = self.direction is Direction.INBOUND or len(self.statuses) > 1
        return {
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": self.text,
            "date_created": when,
            "date_sent": when if is_sent else None,
            "date_updated": when,
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": f"error {self.error_code}" if self.error_code else None,
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": str(len(self.media) or len(self.files)),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


def new_sid(media: int = 0) -> str:
    """A fresh message SID: MM with media, SM without."""
    return ("MM" if media else "SM") + uuid.uuid4().hex


def page_of(messages: Iterable[TwilioMessage], query: Mapping[str, str], path: str, account: str) -> dict[str, Any]:
    """One page of a listing, newest first, with Twilio's filters and links."""
    found = [m for m in messages if _fits(m, query)]
    found.sort(key=lambda m: m.created, reverse=True)
    size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))

    def link(number: int) -> str:
        token = {"PageToken": f"PA{number}"} if number else {}
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number, **token})}"

    start = page * size
    shown = found[start : start + size]
    return {
        "messages": [message.json(account) for message in shown],
        "first_page_uri": link(0),
        "next_page_uri": link(page + 1) if start + size < len(found) else None,
        "previous_page_uri": link(page - 1) if page else None,
        "uri": link(page),
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + len(shown) - 1,
    }


def _fits(message: TwilioMessage, query: Mapping[str, str]) -> bool:
    if query.get("To", message.to) != message.to or query.get("From", message.sender) != message.sender:
        return False
    after, before, day = (query.get(name) for name in ("DateSent>", "DateSent<", "DateSent"))
    sent = message.created.replace(microsecond=0)
    return (
        (not after or sent >= _moment(after))
        and (not before or sent <= (_moment(before) + (timedelta(days=1) if len(before) == 10 else timedelta(0))))
        and (not day or sent.date() == _moment(day).date())
    )


def _moment(text: str) -> datetime:
    """A date or time; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else datetime.fromisoformat(f"{text[:10]}T{text[11:] or '00:00:00'}+00:00")
