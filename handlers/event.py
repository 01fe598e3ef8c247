"""One event: its card, its place, and the poster's link that leads to it."""

from bot.conversation.engine import NotThisWord, Stale
from bot.conversation.reply import Choice, Place, Reply
from bot.conversation.values import Value, area, joined, minutes, moment, say
from handlers import browse
from handlers.buttons import MENU, PERSON, number
from handlers.visit import Visit
from handlers.welcome import first
from models import programme_events, seats
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event, EventStatus
from models.programme_events import Card

_BACK = Choice("browse", say("button.back"))
#: What is said of an event nobody can enrol in any more.
_ENDED = {
    EventStatus.CANCELLED: "event.cancelled",
    EventStatus.FINISHED: "event.finished",
}


def event(visit: Visit, argument: str) -> list[Reply]:
    """The card of an event; whoever is not registered registers first and then sees it."""
    card = _shown_card(visit, argument)
    if not visit.registered:
        return first(visit, card.event.slug)
    return [_card(visit, card)]


def place(visit: Visit, argument: str) -> list[Reply]:
    """Where an event takes place: in words, and as a pin where the coordinates are known."""
    card = _shown_card(visit, argument)
    shown = card.event
    values: dict[str, Value] = {"title": shown.title, "venue": shown.venue, "place": {"place": shown.kecamatan}}
    key = "event.place"
    if shown.landmark:
        key, values = "event.place_landmark", values | {"landmark": shown.landmark}
    choices = (Choice(f"event:{shown.id}", say("button.back")), PERSON, MENU)
    return [Reply(key, values, choices, place=_pin(shown))]


def link(visit: Visit, slug: str) -> list[Reply]:
    """A poster's link, or «DAFTAR slug». Raises NotThisWord for a slug nobody knows: she meant something else."""
    found = programme_events.by_slug(visit.session, slug)
    if found is None:
        raise NotThisWord(slug)
    return event(visit, str(found.id))


def after_joining(visit: Visit, slug: str | None) -> list[Reply]:
    """What comes after registering: the event she came for, else the choice of events."""
    found = programme_events.by_slug(visit.session, slug) if slug else None
    return event(visit, str(found.id)) if found else browse.browse(visit, "")


def _shown_card(visit: Visit, argument: str) -> Card:
    card = programme_events.card(visit.session, number(argument), visit.now)
    if card.event.status == EventStatus.DRAFT:
        raise Stale(argument)
    return card


def _pin(shown: Event) -> Place | None:
    if shown.latitude is None or shown.longitude is None:
        return None
    return Place(shown.latitude, shown.longitude, shown.venue, shown.landmark or shown.title)


def _card(visit: Visit, card: Card) -> Reply:
    hers = seats.enrolment_of(visit.session, visit.person.id, card.event.id)
    standing, choices = _standing(visit, card, hers)
    values = {
        "title": card.event.title,
        "description": card.event.description,
        "lines": joined(_lines(card)),
        "standing": standing,
    }
    return Reply("event.card", values, choices)


def _lines(card: Card) -> list[Value]:
    shown, lines = card.event, []
    if card.next:
        key = "event.start" if card.next is card.meetings[0] else "event.next"
        lines.append(say(key, when=moment(card.next.starts_at)))
        length = minutes(int((card.next.ends_at - card.next.starts_at).total_seconds() // 60))
        several = len(card.meetings) > 1
        lines.append(
            say("event.length", count=len(card.meetings), length=length)
            if several
            else say("event.length_one", length=length)
        )
    lines.append(say("event.where", venue=shown.venue, place=area(shown.kecamatan)))
    if shown.landmark:
        lines.append(say("event.landmark", landmark=shown.landmark))
    if shown.bring:
        lines.append(say("event.bring", things=", ".join(shown.bring)))
    remarks = _remarks(shown)
    return [*lines, joined(remarks, " ")] if remarks else lines


def _remarks(shown: Event) -> list[Value]:
    remarks = [say("event.childcare")] if shown.childcare else []
    remarks += [say("event.women_only")] if shown.women_only else []
    remarks.append(say("event.free") if shown.cost == "gratis" else say("event.cost", cost=shown.cost))
    return remarks + ([say("event.partner", partner=shown.partner)] if shown.partner else [])


def _standing(visit: Visit, card: Card, hers: Enrolment | None) -> tuple[Value, tuple[Choice, ...]]:
    """How she stands to the event, in a sentence and in what she can press."""
    shown = card.event
    where = Choice(f"place:{shown.id}", say("button.place"))
    leave = f"leave:{shown.id}"
    if hers is not None and hers.status != EnrolmentStatus.CANCELLED:
        if shown.status in _ENDED:
            return say(_ENDED[shown.status]), (where, _BACK)
        if hers.status == EnrolmentStatus.WAITLISTED:
            position = seats.wait_position(visit.session, hers)
            leaving = Choice(leave, say("button.leave_waitlist"))
            return say("event.waiting", position=position), (leaving, where, _BACK)
        if hers.status == EnrolmentStatus.OFFERED:
            take = Choice(f"offer-yes:{hers.id}", say("button.offer_yes"))
            return say("event.offered"), (take, Choice(f"offer-no:{hers.id}", say("button.offer_no")), where)
        if hers.status == EnrolmentStatus.COMPLETED:
            return say("event.took_part"), (where, _BACK)
        return say("event.enrolled"), (where, Choice(leave, say("button.leave")), _BACK)
    if not card.is_open:
        return say(_ENDED.get(shown.status, "event.closed")), (where, _BACK)
    enrol = f"enrol:{shown.id}"
    if card.seats.open_to_newcomers:
        return say("event.left", left=card.seats.left), (Choice(enrol, say("button.enrol")), where, _BACK)
    full = say("event.queue", waiting=card.seats.waiting) if card.seats.waiting else say("event.full")
    return full, (Choice(enrol, say("button.wait")), where, _BACK)


ACTIONS = {"event": event, "place": place, "link": link}
