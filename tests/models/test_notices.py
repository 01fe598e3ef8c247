"""Every message the program starts is written by hand as JSON: the conversation's own reader must understand each."""

from datetime import timedelta

import sqlalchemy as sa

from bot.conversation.reply import Reply
from bot.jobs import reminders, summaries
from models.attendance import answer_reminder
from models.enrolments import Answer
from models.event_editing import cancel_event
from models.event_plan import Times
from models.handover import answer, ask, close, say_more, take
from models.meeting_changes import add_meeting, cancel_meeting, move_meeting
from models.messages import OutboxMessage
from models.notices import announcement, choice
from models.offers import expire_offers, offer_accepted
from models.seats import enrol, leave
from tests.models.world import SATURDAY, World

KEYS = {
    "offer.made", "offer.expired", "notice.moved", "notice.meeting_added", "notice.meeting_cancelled",
    "notice.event_cancelled", "reminder.ask", "reminder.ask_again", "attendance.summary",
    "question.new", "question.taken", "question.more", "question.answer", "question.closed",
}  # fmt: skip


def everything_happens(world: World) -> None:
    """One of each."""
    world.coordinator("Dewi")
    sewing = world.event(capacity=1, count=3)
    siti, ani = world.person("Siti"), world.person("Ani")
    for woman in (siti, ani):
        world.do(enrol, woman, sewing)
    world.do(leave, siti, sewing)
    world.do(offer_accepted, world.enrolment(ani, sewing).id)
    world.passes(hours=25)
    world.do(expire_offers)
    world.do(enrol, siti, sewing)
    _, second, third = world.meetings(sewing)
    world.do(move_meeting, world.ratna, second, SATURDAY + timedelta(days=8))
    world.do(cancel_meeting, world.ratna, third)
    later = SATURDAY + timedelta(days=30)
    world.do(add_meeting, world.ratna, sewing, Times(later, later + timedelta(hours=2)))
    world.now = SATURDAY - timedelta(hours=12)
    world.do(reminders.run)
    world.do(summaries.run)
    seat = world.enrolment(siti, sewing).id
    world.do(answer_reminder, siti, seat, world.meetings(sewing)[0], Answer.COMING, "button")
    world.now = SATURDAY - timedelta(hours=2)
    world.do(reminders.run)
    world.do(cancel_event, world.ratna, sewing)
    contact = world.contact("baru")
    question = world.do(ask, contact, "Halo?")
    world.do(take, world.ratna, question.id)
    world.do(say_more, contact, "Ada orang?")
    world.do(answer, world.ratna, question.id, "Ada, Bu.")
    world.do(close, world.ratna, question.id)


def test_every_notice_reads_as_a_reply(world: World) -> None:
    everything_happens(world)
    contents = world.look(lambda s: list(s.scalars(sa.select(OutboxMessage.content))))
    replies = [Reply.from_json(content) for content in contents if content is not None]
    assert {reply.key for reply in replies} == KEYS
    assert [reply.to_json() for reply in replies] == contents


def test_an_announcement_reads_as_a_reply() -> None:
    message = announcement("Ada kelas baru", "/media/x", [choice("event:1", "button.see_event")])
    reply = Reply.from_json(message)
    assert (reply.values["text"], reply.image, reply.choices[0].action) == ("Ada kelas baru", "/media/x", "event:1")
    assert reply.to_json() == message
