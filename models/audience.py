"""For whom a broadcast is: the stored filter, and the counts before it is sent (who is reached: `models/reach.py`)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Refused
from models.broadcasts import Broadcast
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event
from models.messages import OutboxMessage, Status
from models.office import CatalogueEntry
from models.people import Contact, Interest, Person, Purpose
from models.programme import Programme
from models.reach import RECIPIENTS, Reach, reach_of

__all__ = ["RECIPIENTS", "Reach"]

#: Who counts as taking part in something.
_TAKES_PART = (EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED, EnrolmentStatus.COMPLETED)
_FORMS = {
    "kecamatan": re.compile(r"\d\d\.\d\d\.\d\d|luar"), "resend": re.compile(r"\d{1,15}(\.programme)?"),
}  # fmt: skip


class UnknownAudience(Refused):
    """There is no such audience (`audience`: as it was given)."""

    key = "refused.unknown_audience"


class AudienceKind(StrEnum):
    """The filters there are."""

    ALL = "all"
    TOPIC = "topic"  #: whoever has the interest
    KECAMATAN = "kecamatan"  #: whoever lives there
    EVENT = "event"  #: enrolled, or offered a seat
    NOT_ENROLLED = "not-enrolled"  #: takes part in nothing so far
    RESEND = "resend"  #: whom an earlier broadcast did not reach for a reason that may be gone


#: The kinds a coordinator chooses from; the others come about by themselves.
OFFERED = tuple(kind for kind in AudienceKind if kind is not AudienceKind.RESEND)
#: Failures after which the same message may well arrive. Who blocked us, opted out or has no such address stays in peace.
CURABLE = ("gave_up", "held_back", "template_fault", "undelivered", "unknown_outcome", "window_closed")
#: Marks a resend of what needs the programme's consent only.
_PROGRAMME = ".programme"


@dataclass(frozen=True, slots=True)
class Audience:
    """A filter: its kind, and what it names."""

    kind: AudienceKind
    what: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.what}" if self.what else str(self.kind)

    @property
    def needs(self) -> Purpose:
        """The consent it takes: news for announcements; what concerns her own event belongs to the programme."""
        own = self.kind is AudienceKind.EVENT or self.what.endswith(_PROGRAMME)
        return Purpose.PROGRAMME if own else Purpose.NEWS

    def again(self, broadcast_id: int) -> "Audience":
        """Those of a broadcast to this audience whom it did not reach for a reason that may be gone."""
        return Audience(AudienceKind.RESEND, f"{broadcast_id}{_PROGRAMME * (self.needs is Purpose.PROGRAMME)}")

    @property
    def again_of(self) -> int:
        """The broadcast a resend repeats; 0 for every other audience."""
        return int(self.what.removesuffix(_PROGRAMME)) if self.kind is AudienceKind.RESEND else 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The counts before sending. `by_channel`: channel → state → how many; `excluded`: those without any channel."""

    by_channel: Mapping[str, Mapping[Reach, int]] = field(default_factory=dict)
    excluded: Mapping[Reach, int] = field(default_factory=dict)  #: no consent, no contact

    @property
    def audience(self) -> int:
        """Everybody the filter names; the sum of all states."""
        return sum(sum(states.values()) for states in self.by_channel.values()) + sum(self.excluded.values())

    @property
    def recipients(self) -> int:
        """Who gets a row."""
        return sum(states.get(state, 0) for states in self.by_channel.values() for state in RECIPIENTS)

    @property
    def outside(self) -> dict[str, int]:
        """By channel, whom a message costs one of the people Meta allows us a day."""
        return {name: states.get(Reach.WINDOW_CLOSED, 0) for name, states in self.by_channel.items()}


def parse_audience(text: str) -> Audience:
    """«all», «topic:menjahit», «kecamatan:36.71.05», «event:menjahit-dasar», «not-enrolled». Raises UnknownAudience."""
    name, _, what = text.strip().partition(":")
    try:
        kind = AudienceKind(name)
    except ValueError:
        raise UnknownAudience(audience=text) from None
    if bool(what) == (kind in {AudienceKind.ALL, AudienceKind.NOT_ENROLLED}):
        raise UnknownAudience(audience=text)
    if kind in _FORMS and not _FORMS[kind].fullmatch(what):
        raise UnknownAudience(audience=text)
    return Audience(kind, what)


def known_audience(session: Session, text: str) -> Audience:
    """The audience a text names, if its topic or event exists. Raises UnknownAudience."""
    audience = parse_audience(text)
    exists = {
        AudienceKind.EVENT: sa.select(Event.id).where(Event.slug == audience.what),
        AudienceKind.TOPIC: sa.select(CatalogueEntry.id).where(
            CatalogueEntry.section == "topics", CatalogueEntry.slug == audience.what
        ),
        AudienceKind.RESEND: sa.select(Broadcast.id).where(Broadcast.id == audience.again_of),
    }.get(audience.kind)
    if exists is not None and session.scalar(exists) is None:
        raise UnknownAudience(audience=text)
    return audience


Within = Callable[[Any], sa.ColumnElement[bool]]


def belongs(audience: Audience, within: Within | None = None) -> sa.ColumnElement[bool]:
    """The filter, as a condition on `Person`: for everybody, or as a part of a query over those `within` says.

    `within` gets the column of a person's id, so that every table in it is read for those people alone.
    """
    only: Within = within or (lambda person_id: sa.true())
    match audience.kind:
        case AudienceKind.ALL:
            return sa.true()
        case AudienceKind.TOPIC:
            interested = sa.select(Interest.person_id).where(Interest.topic == audience.what)
            return Person.id.in_(interested.where(only(Interest.person_id)))
        case AudienceKind.KECAMATAN:
            return Person.kecamatan == audience.what
        case AudienceKind.EVENT:
            held = EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED
            its = sa.select(Event.id).where(Event.slug == audience.what).scalar_subquery()
            seated = sa.select(Enrolment.person_id).where(Enrolment.event_id == its, Enrolment.status.in_(held))
            return Person.id.in_(seated.where(only(Enrolment.person_id)))
        case AudienceKind.NOT_ENROLLED:
            enrolment = sa.select(Enrolment.id).where(Enrolment.person_id == Person.id)
            return ~enrolment.where(Enrolment.status.in_(_TAKES_PART)).exists()
        case AudienceKind.RESEND:
            return Person.id.in_(_not_reached(audience.again_of, within))


def _not_reached(broadcast_id: int, within: Within | None) -> sa.Select[int | None]:
    """The ids of those a broadcast did not reach for a reason that may be gone.

    All of them are found by the index of failed rows; some of them by their contacts, where the sum keeps that index away.
    """
    failed = OutboxMessage.status == sa.literal(Status.FAILED.value, sa.String(), literal_execute=True)
    found = (
        sa.select(Contact.person_id)
        .join(OutboxMessage, OutboxMessage.contact_id == Contact.id)
        .where(failed, OutboxMessage.error.in_(CURABLE))
    )
    if within is None:
        return found.where(OutboxMessage.broadcast_id == broadcast_id)
    return found.where(OutboxMessage.broadcast_id + 0 == broadcast_id, within(Contact.person_id))


def preview(session: Session, audience: Audience, at: datetime, programme: Programme) -> Preview:
    """Whom a broadcast that goes out `at` would reach, counted as if nobody wrote until then."""
    people = reach_of(belongs(audience), audience.needs, at, programme).subquery()
    rows = session.execute(
        sa.select(people.c.channel, people.c.reach, sa.func.count()).group_by(people.c.channel, people.c.reach)
    )
    by_channel: dict[str, dict[Reach, int]] = {}
    excluded: dict[Reach, int] = {}
    for channel, name, count in rows:
        reach = Reach(name)
        if channel is None or reach is Reach.NO_CONSENT:
            excluded[reach] = excluded.get(reach, 0) + count
        else:
            by_channel.setdefault(channel, {})[reach] = count
    return Preview(by_channel, excluded)
