"""The programme's own settings, as the rules need them. Built from the configuration by `bot/app.py`."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """When a reminder goes: either at a time of day some days before, or some time before the meeting's start."""

    name: str  #: as written in the configuration: "H-1 18:00", "-2h"
    days_before: int | None = None
    at: time | None = None
    before: timedelta | None = None

    def due(self, starts_at: datetime) -> datetime:
        """When a meeting's reminder is due (aware), quiet hours not yet considered."""
        if self.before is not None:
            return starts_at - self.before
        day = starts_at.astimezone(WIB).date() - timedelta(days=self.days_before or 0)
        return datetime.combine(day, self.at or time(18), WIB)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of the night in which the program starts nothing, in WIB. May span midnight."""

    start: time = time(21)
    end: time = time(7)

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in the quiet hours. The first minute after them does not."""
        clock = at.astimezone(WIB).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def ends_after(self, at: datetime) -> datetime:
        """The end of the quiet hours that hold at this moment."""
        local = at.astimezone(WIB)
        day = local.date() + timedelta(days=1 if local.time() >= self.end else 0)
        return datetime.combine(day, self.end, WIB)

    def began_before(self, at: datetime) -> datetime:
        """The start of the quiet hours that hold at this moment."""
        local = at.astimezone(WIB)
        day = local.date() - timedelta(days=1 if local.time() < self.start else 0)
        return datetime.combine(day, self.start, WIB)


@dataclass(frozen=True, slots=True)
class Programme:
    """What the rules need to know of this programme."""

    name: str = "Program Pemberdayaan Perempuan di Tangerang"
    regions: tuple[str, ...] = ("36.71", "36.03", "36.74")
    quiet: QuietHours = QuietHours()
    reminders: tuple[ReminderRule, ...] = (
        ReminderRule("H-1 18:00", days_before=1, at=time(18)),
        ReminderRule("-2h", before=timedelta(hours=2)),
    )
    offer_hours: float = 24  #: how long a freed seat is held, at most
    public_url: str = "http://127.0.0.1:8000"  #: where links in messages lead
    windows: tuple[tuple[str, float], ...] = (("whatsapp", 24.0),)  #: channel → hours of free text after her message
    daily_people_limit: int = 0  #: people written to outside their window in 24 hours, at most; 0: any number
    link_days: int = 60  #: how long a link to her calendar or a picture works
    text_version: str = "2026-11"  #: of the consent text, kept with every consent
