"""`berdaya talk`: a conversation in the terminal, through the same engine and the same database."""

import itertools
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
import typer
from sqlalchemy.orm import Session

from bot.app import TEXTS
from bot.channels.base import Sent
from bot.clock import Clock
from bot.commands.context import ConfigFile, clock, log_plainly, open_database, reader, settings
from bot.conversation.heard import Heard
from bot.conversation.plain import plain
from bot.conversation.reply import Reply
from bot.conversation.texts import Texts, address
from bot.delivery.claims import Terms, claim
from bot.delivery.inbox import Inbox, Outgoing
from bot.delivery.results import Ledger, Result
from bot.sample import seed
from bot.settings import is_trial, programme_of
from bot.understanding.reading import Reader
from handlers.answering import Answering
from handlers.conversations import GATES, engine
from handlers.reading import with_meaning
from models.database import truncate_log, writing
from models.programme import Programme


@dataclass
class Terminal:
    """One person's conversation: what she types goes in, what the outbox holds for her comes out."""

    name: str
    database: sa.Engine
    inbox: Inbox
    programme: Programme
    clock: Clock
    reader: Reader

    def says(self, text: str, message_id: str) -> Iterator[str]:
        """One line in; the replies, and whatever else has become due for her."""
        typed = Heard("simulator", "simulator", self.name, message_id, self.clock(), text=text)
        heard = with_meaning(self.reader, typed)
        with writing(self.database) as session:
            rows = self.inbox.handle(session, heard, self.clock())
        yield from (self._accepted(row) for row in rows)
        if any(row.contact_id is None for row in rows):  # she was erased
            truncate_log(self.database)
        yield from self.waiting()

    def waiting(self) -> Iterator[str]:
        """What the program started and is due for her now."""
        terms = Terms("simulator", self.inbox.owner, self.programme, asks_provider=False, only=self.name)
        with writing(self.database) as session:
            rows = claim(session, terms, self.clock(), replies=20, others=20)
        yield from (self._accepted(row) for row in rows)

    def _accepted(self, row: Outgoing) -> str:
        now = self.clock()
        reply = Reply.from_json(row.content)
        spoken = Reply.from_json({**row.content, "values": {**address(row.honorific, row.name), **reply.values}})
        text = plain(spoken, self.inbox.texts, row.language, now, self.programme.public_url)
        shown = self.inbox.shown(spoken, row.language, now) if spoken.choices else None
        with writing(self.database) as session:
            self._record(session, row, Sent(secrets.token_hex(8), shown), now)
        return text

    def _record(self, session: Session, row: Outgoing, sent: Sent, now: datetime) -> None:
        Ledger(self.inbox.owner, self.programme).record(session, [Result(row, sent, now)])


def talk(
    name: Annotated[str, typer.Option("--as", help="Who is talking: the name of a simulated phone.")] = "saya",
    config: ConfigFile = None,
) -> None:
    """Talk with the bot in the terminal. Ctrl+D ends it. Without a terminal: a line in, the reply out."""
    configuration, here = settings(config), clock()
    log_plainly("error", to_terminal=True)
    texts, programme = Texts.load(TEXTS), programme_of(configuration)
    inbox = Inbox(Answering(engine(texts), programme, GATES).answer, texts, f"talk-{secrets.token_hex(4)}")
    database = open_database(configuration)
    if is_trial(configuration):
        seed(database, here())
    terminal = Terminal(name, database, inbox, programme, here, reader())
    once = secrets.token_hex(8)
    for number, line in enumerate(_lines(), 1):
        for text in terminal.says(line, f"{once}-{number}"):
            print(text, end="\n\n", flush=True)


def _lines() -> Iterator[str]:
    """What is typed, line by line, until the end of the file. A prompt only where somebody sits."""
    if not sys.stdin.isatty():
        yield from (line.rstrip("\n") for line in sys.stdin if line.strip())
        return
    print("Tulis seperti di WhatsApp, misalnya: halo. Selesai: Ctrl+D.\n")
    for _ in itertools.count():
        try:
            line = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if line:
            yield line
