"""What a broadcast would come to before it is queued: for whom, when it begins, how long it takes, and what it says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Config
from bot.conversation.plain import plain
from bot.conversation.reply import Reply
from bot.conversation.texts import Texts
from models import audience, people_limit, template_fit
from models.audience import RECIPIENTS, Preview, Reach
from models.notices import after_quiet, announcement
from models.programme import Programme
from models.template_fit import Trouble


@dataclass(frozen=True, slots=True)
class Plan:
    """A broadcast as it would go."""

    audience: str
    text: str
    expected: Preview
    starts_at: datetime  #: when it is wanted
    begins_at: datetime  #: when it really begins: not in the quiet hours
    seconds: Mapping[str, float]  #: channel → how long it takes at the configured rate; 0 where no rate is set
    days: int  #: over how many days Meta's limit spreads it; 1 where it does not
    limit: int  #: people Meta allows a day outside their window; 0: any number
    troubles: tuple[Trouble, ...] = ()  #: what those would miss whom only a template reaches

    @property
    def content(self) -> dict[str, Any]:
        """The message as a reply in JSON."""
        return announcement(self.text)

    @property
    def takes(self) -> timedelta:
        """How long it takes in all: channels send side by side."""
        at_its_rate = max(self.seconds.values(), default=0.0)
        return max(timedelta(seconds=at_its_rate), timedelta(days=max(self.days - 1, 0)))

    @property
    def by_template(self) -> int:
        """Recipients whom WhatsApp lets us write to by an approved template only."""
        return sum(states.get(Reach.WINDOW_CLOSED, 0) for states in self.expected.by_channel.values())

    @property
    def excluded(self) -> dict[str, int]:
        """Who gets nothing: reason → how many, over all channels."""
        found = {reach: self.expected.excluded.get(reach, 0) for reach in Reach if reach not in RECIPIENTS}
        for states in self.expected.by_channel.values():
            for reach in found:
                found[reach] += states.get(reach, 0)
        return {reach.value: count for reach, count in found.items() if count}

    def shown(self, texts: Texts, now: datetime) -> str:
        """The message as it will look."""
        return plain(Reply.from_json(self.content), texts, "id", now)

    @property
    def flat(self) -> str:
        """The text as a template carries it: on one line."""
        return " ".join(self.text.split())

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "audience": self.audience,
            "text": self.text,
            "audience_size": self.expected.audience,
            "recipients": self.expected.recipients,
            "by_channel": {
                channel: {reach.value: count for reach, count in states.items()}
                for channel, states in sorted(self.expected.by_channel.items())
            },
            "excluded": self.excluded,
            "by_template": self.by_template,
            "template_troubles": list(self.troubles),
            "starts_at": self.starts_at.isoformat(),
            "begins_at": self.begins_at.isoformat(),
            "takes_seconds": math.ceil(self.takes.total_seconds()),
            "days": self.days,
        }


def planned(
    session: Session, config: Config, programme: Programme, who: str, text: str, at: datetime, now: datetime
) -> Plan:
    """What a broadcast would come to that is wanted `at`. Raises UnknownAudience."""
    known = audience.known_audience(session, who)
    begins_at = after_quiet(at, programme)
    expected = audience.preview(session, known, begins_at, programme)
    flat, closed = " ".join(text.split()), any(Reach.WINDOW_CLOSED in found for found in expected.by_channel.values())
    return Plan(
        audience=str(known),
        text=text,
        expected=expected,
        starts_at=at,
        begins_at=begins_at,
        seconds=_seconds(config, expected),
        days=people_limit.days_of(session, expected.outside, begins_at, programme.daily_people_limit, now),
        limit=programme.daily_people_limit,
        troubles=template_fit.troubles(session, flat, has_picture=False) if closed else (),
    )


def _seconds(config: Config, expected: Preview) -> dict[str, float]:
    rates = {"telegram": config.telegram.rate_per_second, "whatsapp": config.twilio.rate_per_second}
    recipients = {name: _reached(states) for name, states in expected.by_channel.items()}
    return {name: count / rates[name] if rates.get(name) else 0.0 for name, count in recipients.items() if count}


def _reached(states: Mapping[Reach, int]) -> int:
    return sum(states.get(reach, 0) for reach in RECIPIENTS)
