"""The composition root: builds every part of the program from a configuration. Tests enter by this door too.

Everything may be imported here; only the commands import this.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from bot.channels.base import Channel, DeliveryStatus
from bot.channels.simulator import SimulatorChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from bot.clock import Clock
from bot.config import Config
from bot.conversation.places import gazetteer
from bot.conversation.texts import Texts
from bot.delivery import crash_points, statuses
from bot.delivery.inbox import Inbox
from bot.delivery.lanes import Lane
from bot.delivery.pacing import Pacer
from bot.delivery.pooled import PooledWriter
from bot.delivery.receiving import Receiver
from bot.delivery.results import Ledger
from bot.delivery.sender import Sender
from bot.delivery.watchdog import Watchdog
from bot.delivery.writer import Writer
from bot.jobs import JOBS
from bot.jobs.clock import Ticker
from bot.listening import Listening
from bot.settings import programme_of, retention_of
from bot.storage import Storage
from bot.understanding.llm import LanguageModel
from bot.understanding.model import Model
from bot.understanding.reading import Reader
from handlers.answering import Answering
from handlers.conversations import GATES, engine
from models.database import connect
from models.programme import Programme

log = structlog.get_logger()

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "texts"
#: Channels whose provider can say what became of an uncertain send.
ASKED = frozenset({"whatsapp"})


@dataclass
class Berdaya:
    """Every part of the program, put together and not yet running."""

    config: Config
    clock: Clock
    texts: Texts
    programme: Programme
    database: sa.Engine
    storage: Storage
    writer: Writer
    inbox: Inbox
    listening: Listening
    receiver: Receiver
    sender: Sender
    channels: Mapping[str, Channel]
    ticker: Ticker

    async def status(self, word: DeliveryStatus) -> None:
        """A provider's later word on a message; returns after the commit."""
        await self.writer.run(lambda session: statuses.apply(session, word, self.clock(), self.programme))
        crash_points.at("status.after_commit")

    async def sweep(self, job: Callable[..., int]) -> int:
        """Run one job now and wake the sender if it left something to send."""
        touched = await self.writer.run(partial(self._swept, job))
        crash_points.at("sweep.after_commit")
        if touched:
            self.sender.wake()
        return touched

    def _swept(self, job: Callable[..., int], session: Session) -> int:
        touched = job(session, self.clock(), self.programme)
        crash_points.at("sweep.before_commit")
        return touched

    @property
    def telegram(self) -> TelegramChannel | None:
        """The Telegram channel, if configured."""
        found = self.channels.get("telegram")
        return found if isinstance(found, TelegramChannel) else None

    @property
    def whatsapp(self) -> WhatsAppChannel | None:
        """The WhatsApp channel, if configured."""
        found = self.channels.get("whatsapp")
        return found if isinstance(found, WhatsAppChannel) else None

    @property
    def simulator(self) -> SimulatorChannel | None:
        """The simulated phones, if switched on."""
        found = self.channels.get("simulator")
        return found if isinstance(found, SimulatorChannel) else None


def build(config: Config, clock: Clock) -> Berdaya:
    """Put the program together. Opens no connection and starts no thread.

    Raises NoModel when there is nothing to understand with (`bot.understanding.model`).
    """
    texts, programme, owner = Texts.load(TEXTS), programme_of(config), secrets.token_hex(8)
    database = connect(config.database.url)
    storage, writer = Storage(database), _writer(database)
    inbox = Inbox(Answering(engine(texts), programme, GATES).answer, texts, owner)
    channels = channels_of(config, texts, clock, storage, writer, programme.public_url)
    lanes = {
        name: Lane(channel, _pacer(config, name), asks_provider=name in ASKED, people_a_day=_people_a_day(config, name))
        for name, channel in channels.items()
    }
    sender = Sender(lanes, writer, Ledger(owner, programme, ASKED), programme, clock, _alarm)
    listening = Listening(Reader(Model.load()), storage, language_model_of(config))
    receiver = Receiver(inbox, writer, sender, clock, config.limits.inbound_per_minute, listening.understand)
    app = Berdaya(
        config,
        clock,
        texts,
        programme,
        database,
        storage,
        writer,
        inbox,
        listening,
        receiver,
        sender,
        channels,
        Ticker({}),
    )
    app.ticker = Ticker(sweeps_of(app))
    return app


def channels_of(
    config: Config, texts: Texts, clock: Clock, storage: Storage, writer: Writer, our_url: str
) -> dict[str, Channel]:
    """The channels a configuration switches on, by name."""
    channels: dict[str, Channel] = {}
    if config.telegram.enabled:
        channels["telegram"] = TelegramChannel(
            token=config.telegram.token.get_secret_value(),
            api_base_url=config.telegram.api_base_url,
            mode=config.telegram.mode,
            paid_broadcast=config.telegram.paid_broadcast,
            secret=config.telegram.secret_token.get_secret_value(),
            public_url=config.web.public_url,
            texts=texts,
            load=storage.load,
            now=clock,
        )
    if config.twilio.enabled:
        channels["whatsapp"] = WhatsAppChannel(
            account_sid=config.twilio.account_sid,
            auth_token=config.twilio.auth_token.get_secret_value(),
            sender=config.twilio.whatsapp_from,
            api_base_url=config.twilio.api_base_url,
            public_url=config.web.public_url,
            templates=config.twilio.templates,
            texts=texts,
            memory=storage.memory(writer, "whatsapp", config.twilio.whatsapp_from),
            known=storage.is_known,
            now=clock,
        )
    if config.simulator_on:
        channels["simulator"] = SimulatorChannel(texts=texts, now=clock, base_url=our_url, history=storage.sent_to)
    return channels


def language_model_of(config: Config) -> LanguageModel | None:
    """The one that may be asked, if one is configured."""
    if not config.llm.enabled:
        return None
    key = config.llm.api_key.get_secret_value()
    return LanguageModel(config.llm.url, config.llm.model, key, gazetteer().is_name)


def _writer(database: sa.Engine) -> Writer:
    kind = Writer if database.dialect.name == "sqlite" else PooledWriter
    return kind(database, watchdog=Watchdog())


def _pacer(config: Config, channel: str) -> Pacer:
    if channel == "telegram":
        return Pacer(config.telegram.rate_per_second, config.telegram.chat_rate_per_second)
    if channel == "whatsapp":
        return Pacer(config.twilio.rate_per_second, chat_rate=1.0)
    return Pacer(0, chat_rate=0)


def _people_a_day(config: Config, channel: str) -> int:
    return config.twilio.daily_people_limit if channel == "whatsapp" else 0


def sweeps_of(app: Berdaya) -> dict[str, Callable[[], Awaitable[Any]]]:
    """What happens by itself, by the names of `bot.jobs.clock.EVERY`."""
    jobs: dict[str, Callable[..., int]] = dict(JOBS)
    jobs["retention"] = partial(JOBS["retention"], retention=retention_of(app.config))
    sweeps: dict[str, Callable[[], Awaitable[Any]]] = {name: partial(app.sweep, job) for name, job in jobs.items()}
    for name in ("broadcasts", "held"):
        sweeps[name] = partial(_until_done, partial(app.sweep, JOBS[name]))
    return sweeps


async def _until_done(sweep: Callable[[], Awaitable[int]]) -> None:
    """Repeat a sweep that works in small steps, so that conversations come in between them."""
    while await sweep():
        continue


def _alarm(channel: str, reason: str) -> None:
    log.error("channel paused", channel=channel, reason=reason)
