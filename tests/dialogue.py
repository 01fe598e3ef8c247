"""Dialogues in tests: `siti.says("halo")`, `siti.sees("register.consent.ask")`, on the real engine and a real database.

A `Village` is one database with a clock; its phones are people on one channel each. What they see is what the outbox
holds, worded as the channel words it.
"""

import itertools
import tomllib
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import summary_chart
from bot.channels.base import Sent
from bot.conversation.engine import Engine
from bot.conversation.heard import Heard, Kind, Location, MediaRef
from bot.conversation.places import gazetteer
from bot.conversation.reply import Reply
from bot.conversation.texts import Texts, address
from bot.delivery.claims import Terms, claim
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.results import Ledger, Result
from bot.jobs import JOBS
from bot.understanding.model import Model
from bot.understanding.reading import Reader
from handlers.answering import Answering
from handlers.conversations import GATES
from handlers.conversations import engine as conversation_engine
from handlers.reading import with_meaning
from handlers.visit import Visit
from models import catalogue
from models.broadcast_summary import DRAWN
from models.database import reading, writing
from models.office import Media, MediaStatus
from models.programme import Programme
from tests import databases

ROOT = Path(__file__).parents[1]
#: A Tuesday noon in WIB: 24 November 2026.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@cache
def reader() -> Reader:
    """What understands her words: loaded once for all tests."""
    return Reader(Model.load())


@dataclass
class Seen:
    """One message on a phone."""

    key: str
    text: str
    choices: list[tuple[str, str]]  #: label, action
    described: list[str]  #: each choice as she sees it, with its second line
    language: str
    reply: Reply

    @property
    def screen(self) -> str:
        """The message as she sees it."""
        return "\n".join([self.text, *self.described])


class Village:
    """A programme with its people, its database and its clock."""

    def __init__(self, folder: Path, programme: Programme | None = None, texts: Texts | None = None) -> None:
        self.now, self.folder = NOON, folder
        self.texts = texts or Texts.load(ROOT / "texts")
        self.programme = programme or Programme()
        self.database = databases.opened(folder / "village.db")
        self.runs(conversation_engine(self.texts))
        self.ledger = Ledger("test", self.programme)
        self.phones: dict[tuple[str, str], Phone] = {}
        self._ids = itertools.count(1)

    def restarted(self) -> "Village":
        """The same people, database and clock behind a program that has just been started."""
        again = Village(self.folder, self.programme, self.texts)
        again.now, again.phones, again._ids = self.now, self.phones, self._ids
        for phone in again.phones.values():
            phone.village = again
        self.database.dispose()
        return again

    def runs(self, engine: Engine[Visit]) -> None:
        """From now on the program has these conversations, as after a deploy."""
        self.answering = Answering(engine, self.programme, GATES)
        self.inbox = Inbox(self.answering.answer, self.texts, "test")

    def sample(self) -> "Village":
        """With the sample programme."""
        content = tomllib.loads((ROOT / "models" / "sample" / "programme.toml").read_text("utf-8"))
        with self.writes() as session:
            catalogue.import_catalogue(session, content, self.now, known_region=gazetteer().__contains__)
        return self

    def phone(self, name: str, channel: str = "telegram", language: str | None = None) -> "Phone":
        """A phone on a channel; the same name on the same channel is the same phone."""
        return self.phones.setdefault((channel, name), Phone(self, name, channel, language))

    def hears(self, heard: Heard) -> None:
        """One message in, its transaction, and its replies on the phones."""
        heard = with_meaning(reader(), heard)
        with writing(self.database) as session:
            sent = self.inbox.handle(session, heard, self.now)
        self._arrive(sent)
        self.delivers()

    def passes(self, **time: float) -> None:
        """Time passes, the jobs run, and what is due arrives: `passes(hours=3)`."""
        self.now += timedelta(**time)
        for job in JOBS.values():
            with writing(self.database) as session:
                job(session, self.now, self.programme)
        self._draws()
        self.delivers()

    def _draws(self) -> None:
        """Pictures of how broadcasts went are drawn, and their readers told."""
        with writing(self.database) as session:
            wanted = sa.select(Media).where(Media.channel == DRAWN, Media.status == MediaStatus.PENDING)
            for picture in session.scalars(wanted).all():
                data = summary_chart.drawn(session, picture, self.texts, self.now)
                summary_chart.told(session, picture.token, data, self.texts, self.now, self.programme)

    def delivers(self) -> None:
        """Whatever is due arrives, in the sender's order."""
        for channel in {channel for channel, _ in self.phones}:
            while sent := self._claim(channel):
                self._arrive(sent)

    def writes(self) -> AbstractContextManager[Session]:
        """A write transaction of a test's own: `with village.writes() as session`."""
        return writing(self.database)

    def reads(self) -> AbstractContextManager[Session]:
        """A look at the database: `with village.reads() as session`."""
        return reading(self.database)

    def next_id(self) -> str:
        """A fresh provider message id."""
        return str(next(self._ids))

    def _claim(self, channel: str) -> list[Outgoing]:
        with writing(self.database) as session:
            return claim(session, Terms(channel, "test", self.programme, False), self.now, 100, 100)

    def _arrive(self, sent: list[Outgoing]) -> None:
        """Messages reach their phones, and are written down as accepted."""
        for outgoing in sent:
            phone = self.phones.get((outgoing.channel, outgoing.address))
            if phone:
                phone.receives(outgoing)
        with writing(self.database) as session:
            self.ledger.record(session, [Result(row, self._accepted(row), self.now) for row in sent])

    def _accepted(self, row: Outgoing) -> Sent:
        reply = Reply.from_json(row.content)
        return Sent(f"sent-{row.id}", self.inbox.shown(reply, row.language, self.now) if reply.choices else None)


@dataclass
class Phone:
    """One woman's phone."""

    village: Village
    name: str
    channel: str
    language: str | None = None
    seen: list[Seen] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    fresh: int = 0  #: index of the first message since she last did something
    arrives_times: int = 1  #: how often the provider delivers each of her messages

    def says(self, text: str) -> "Phone":
        """She types."""
        return self._sends(f"> {text}", kind=Kind.TEXT, text=text)

    def presses(self, label: str) -> "Phone":
        """She presses a button or row by what it says; the newest message that has it."""
        for seen in reversed(self.seen):
            for shown, action in seen.choices:
                if shown == label:
                    return self.presses_action(action, f"[{label}]")
        raise AssertionError(f"no button {label!r}; she sees:\n{self.screen()}")

    def presses_action(self, action: str, shown_as: str | None = None) -> "Phone":
        """She presses a button by what it does, an old or forged one too."""
        return self._sends(f"> {shown_as or action}", kind=Kind.ACTION, action=action)

    def sends(self, kind: Kind, media: MediaRef | None = None, location: Location | None = None) -> "Phone":
        """She sends something that is not words."""
        return self._sends(f"> ({kind})", kind=kind, media=media, location=location)

    def sees(self, *keys: str) -> "Phone":
        """The messages since she last did something have exactly these sentence keys, in order."""
        assert [seen.key for seen in self.seen[self.fresh :]] == list(keys), self.screen()
        return self

    def reads(self, *parts: str) -> "Phone":
        """What she has seen since she last did something contains each of these."""
        for part in parts:
            assert part in self.screen(), f"{part!r} is not in:\n{self.screen()}"
        return self

    def does_not_read(self, *parts: str) -> "Phone":
        """None of these is in what she has seen since she last did something."""
        for part in parts:
            assert part not in self.screen(), f"{part!r} is in:\n{self.screen()}"
        return self

    def screen(self) -> str:
        """What she has seen since she last did something, as text with her choices."""
        return "\n\n".join(seen.screen for seen in self.seen[self.fresh :])

    def receives(self, outgoing: Outgoing) -> None:
        """A message arrives, worded in her language."""
        texts, now = self.village.texts, self.village.now
        reply = Reply.from_json(outgoing.content)
        reply = replace(reply, values={**address(outgoing.honorific, outgoing.name), **reply.values})
        text = "".join(span.text for span in texts.render(reply.key, reply.values, outgoing.language, now))
        if reply.footer is not None:
            text += "\n" + texts.plain(reply.footer, outgoing.language, now)
        if reply.place:
            text += f"\n(peta: {reply.place.title})"
        if reply.document:
            text += f"\n(berkas: {reply.document.filename})"
        choices, described = [], []
        for choice in reply.choices:
            label = texts.plain(choice.label, outgoing.language, now)
            more = texts.plain(choice.description, outgoing.language, now) if choice.description else ""
            choices.append((label, choice.action))
            described.append(f"[{label}] {more}".rstrip())
        self.seen.append(Seen(_inner(reply), text, choices, described, outgoing.language, reply))
        self.transcript.append(self.seen[-1].screen)

    def _sends(self, line: str, **what: object) -> "Phone":
        self.transcript.append(line)
        self.fresh = len(self.seen)
        heard = Heard(
            channel=self.channel,
            account="test",
            address=self.name,
            message_id=self.village.next_id(),
            at=self.village.now,
            language=self.language,
            **what,  # type: ignore[arg-type]
        )
        for _ in range(self.arrives_times):
            self.village.hears(heard)
        return self


def _inner(reply: Reply) -> str:
    """The key of a reply, of the answer itself where a line before it says what was understood."""
    answer = reply.values.get("answer")
    return str(answer["say"]) if reply.key == "understood.then" and isinstance(answer, dict) else reply.key
