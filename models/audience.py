"""For whom a broadcast is: the stored filter, who of them can be reached and how, and the counts before it is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Refused
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event
from models.office import CatalogueEntry
from models.people import Consent, Contact, Interest, OptOut, Person, Purpose
from models.programme import Programme

#: Who counts as taking part in something.
_TAKES_PART = (EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED, EnrolmentStatus.COMPLETED)
_CODE = re.compile(r"\d\d\.\d\d\.\d\d|luar")


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


class Reach(StrEnum):
    """Whether and why a person of the audience gets the message. Each person is in exactly one state."""

    REACHABLE = "reachable"
    WINDOW_CLOSED = "window_closed"  #: only by an approved template; is a recipient all the same
    OPTED_OUT = "opted_out"  #: on every contact of hers
    BLOCKED = "blocked"  #: she blocked us, or a coordinator blocked her
    NO_CONSENT = "no_consent"  #: did not say yes to announcements
    NO_CONTACT = "no_contact"


#: Who gets a row.
RECIPIENTS = (Reach.REACHABLE, Reach.WINDOW_CLOSED)


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
        return Purpose.PROGRAMME if self.kind is AudienceKind.EVENT else Purpose.NEWS


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


def parse_audience(text: str) -> Audience:
    """«all», «topic:menjahit», «kecamatan:36.71.05», «event:menjahit-dasar», «not-enrolled». Raises UnknownAudience."""
    name, _, what = text.strip().partition(":")
    try:
        kind = AudienceKind(name)
    except ValueError:
        raise UnknownAudience(audience=text) from None
    if bool(what) != (kind in {AudienceKind.TOPIC, AudienceKind.KECAMATAN, AudienceKind.EVENT}):
        raise UnknownAudience(audience=text)
    if kind is AudienceKind.KECAMATAN and not _CODE.fullmatch(what):
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
    }.get(audience.kind)
    if exists is not None and session.scalar(exists) is None:
        raise UnknownAudience(audience=text)
    return audience


def belongs(audience: Audience) -> sa.ColumnElement[bool]:
    """The filter, as a condition on `Person`."""
    enrolment = sa.select(Enrolment.id).where(Enrolment.person_id == Person.id)
    match audience.kind:
        case AudienceKind.ALL:
            return sa.true()
        case AudienceKind.TOPIC:
            return sa.exists().where(Interest.person_id == Person.id, Interest.topic == audience.what)
        case AudienceKind.KECAMATAN:
            return Person.kecamatan == audience.what
        case AudienceKind.EVENT:
            held = EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED
            its = enrolment.join(Event, Event.id == Enrolment.event_id).where(Event.slug == audience.what)
            return its.where(Enrolment.status.in_(held)).exists()
        case AudienceKind.NOT_ENROLLED:
            return ~enrolment.where(Enrolment.status.in_(_TAKES_PART)).exists()


def reach_of(
    people: sa.ColumnElement[bool], needs: Purpose, at: datetime, programme: Programme
) -> sa.Select[int, int | None, str | None, str | None, str | None, str]:
    """Everybody a condition on `Person` names: id, chosen contact (id, channel, address, language) and `Reach`.

    The contact chosen is the reachable one she last wrote from; one state for each person.
    """
    best = _ranked(people, at, programme).subquery()
    consent = sa.exists().where(Consent.person_id == Person.id, Consent.purpose == needs)
    state = sa.case(
        (best.c.id.is_(None), Reach.NO_CONTACT.value),
        (~consent, Reach.NO_CONSENT.value),
        (sa.or_(Person.blocked, best.c.state == 3), Reach.BLOCKED.value),
        (best.c.state == 2, Reach.OPTED_OUT.value),
        (best.c.state == 1, Reach.WINDOW_CLOSED.value),
        else_=Reach.REACHABLE.value,
    )
    return (
        sa.select(Person.id, best.c.id, best.c.channel, best.c.address, best.c.language, state.label("reach"))
        .outerjoin(best, sa.and_(best.c.person_id == Person.id, best.c.place == 1))
        .where(people)
    )


def _ranked(people: sa.ColumnElement[bool], at: datetime, programme: Programme) -> sa.Select[*tuple[object, ...]]:
    """Her contacts, the best first. States: 0 reachable, 1 window closed, 2 opted out, 3 blocked."""
    closed = [
        sa.and_(
            Contact.channel == channel,
            sa.or_(Contact.last_heard_at.is_(None), Contact.last_heard_at <= at - timedelta(hours=hours)),
        )
        for channel, hours in programme.windows
    ]
    state = sa.case(
        (Contact.blocked_at.is_not(None), 3),
        (Contact.opt_out != OptOut.NONE, 2),
        (sa.or_(sa.false(), *closed), 1),
        else_=0,
    )
    place = sa.func.row_number().over(
        partition_by=Contact.person_id,
        order_by=(state, Contact.last_heard_at.desc().nulls_last(), Contact.id),
    )
    return sa.select(
        Contact.id, Contact.person_id, Contact.channel, Contact.address, Contact.language,
        state.label("state"), place.label("place"),
    ).where(Contact.person_id.in_(sa.select(Person.id).where(people)))  # fmt: skip


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
