"""Many women on the Telegram double, registered in the database, and what became of an announcement to them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcasting, notices
from models.broadcasts import Broadcast
from models.database import connect, reading, writing
from models.messages import OutboxMessage, Status
from models.people import Consent, Contact, Person, Purpose
from models.roles import COMMAND_LINE
from tests.doubles.telegram import TelegramDouble

#: No quiet hours: broadcasts go at any time of the day these tests run.
AWAKE = {"programme.quiet_hours": "00:00,00:00"}
_FIRST = 5_300_000_000


@dataclass
class Village:
    """So many women who agreed to announcements, and the announcements sent to them."""

    telegram: TelegramDouble
    database_url: str
    size: int
    database: sa.Engine = field(init=False)

    def __post_init__(self) -> None:
        self.database = connect(self.database_url)

    def settles(self) -> None:
        """Everybody has the bot, and is registered."""
        self.telegram.in_loop(self._take_up_phones)
        now = datetime.now(UTC)
        with writing(self.database) as session:
            for table, rows in self._registrations(now):
                session.execute(sa.insert(table), rows)
            session.execute(sa.text("SELECT setval('people_id_seq', :last)"), {"last": self.size})
            session.execute(sa.text("SELECT setval('contacts_id_seq', :last)"), {"last": self.size})

    def announces(self, text: str) -> int:
        """A broadcast to all, as a coordinator makes it; its id."""
        now = datetime.now(UTC)
        with writing(self.database) as session:
            content = notices.announcement(text)
            return broadcasting.create(session, COMMAND_LINE, "all", content, now, now).id

    def received(self, text: str) -> Counter[int]:
        """How often each of them has it on her screen, by chat id."""
        return self.telegram.in_loop(
            lambda: Counter(message.chat_id for message in self.telegram.sent if text in message.text)
        )

    def statuses(self, broadcast_id: int) -> Counter[str]:
        """How many rows of a broadcast stand where."""
        return self._count(broadcast_id, OutboxMessage.status)

    def uncertain_episodes(self, broadcast_id: int) -> int:
        """How many sends of a broadcast had an unknown outcome, all rows together."""
        with reading(self.database) as session:
            episodes = sa.select(sa.func.sum(OutboxMessage.uncertain_episodes))
            return session.scalar(episodes.where(OutboxMessage.broadcast_id == broadcast_id)) or 0

    def is_over(self, broadcast_id: int) -> bool:
        """Whether every row of it has an end."""
        counts = self.statuses(broadcast_id)
        waiting = sum(counts[status] for status in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN, Status.HELD))
        return counts.total() == self.size and waiting == 0

    def progress(self, broadcast_id: int) -> Counter[str]:
        """The same by the broadcast's own counters, which are never a scan."""
        with reading(self.database) as session:
            counts = session.get_one(Broadcast, broadcast_id).counts
        return Counter({status: count for status, count in counts.items() if count})

    def leaves(self) -> None:
        """Let go of the database."""
        self.database.dispose()

    def _count(self, broadcast_id: int, column: "sa.SQLColumnExpression[Status]") -> Counter[str]:
        counted = sa.select(column, sa.func.count()).where(OutboxMessage.broadcast_id == broadcast_id)
        with Session(self.database) as session:
            return Counter({status.value: count for status, count in session.execute(counted.group_by(column)).all()})

    def _take_up_phones(self) -> None:
        for number in range(1, self.size + 1):
            self.telegram.person(f"Ibu {number}", _FIRST + number)

    def _registrations(self, now: datetime) -> "list[tuple[type[object], list[dict[str, object]]]]":
        numbers = range(1, self.size + 1)
        people: list[dict[str, object]] = [
            {"id": n, "name": f"Ibu {n}", "honorific": "Ibu", "language": "id", "kecamatan": "36.71.05", "interests": [],
             "discreet": False, "news_asked": True, "blocked": False, "created_at": now} for n in numbers
        ]  # fmt: skip
        contacts: list[dict[str, object]] = [
            {"id": n, "person_id": n, "channel": "telegram", "address": str(_FIRST + n), "language": "id",
             "created_at": now, "last_heard_at": now, "opt_out": "none"} for n in numbers
        ]  # fmt: skip
        consents: list[dict[str, object]] = [
            {"person_id": n, "purpose": purpose, "text_version": "1", "channel": "telegram", "at": now}
            for n in numbers for purpose in (Purpose.PROGRAMME, Purpose.NEWS)
        ]  # fmt: skip
        return [(Person, people), (Contact, contacts), (Consent, consents)]
