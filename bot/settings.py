"""From the configuration to the plain values the rules and jobs are given: below this, nobody knows of config files."""

from datetime import time, timedelta

from bot.config import Config
from models.programme import Programme, QuietHours, ReminderRule
from models.retention import Retention


def programme_of(config: Config) -> Programme:
    """The programme's settings as the rules need them."""
    settings = config.programme
    start, end = (time.fromisoformat(text) for text in settings.quiet_hours)
    return Programme(
        name=settings.name,
        regions=tuple(settings.regions),
        quiet=QuietHours(start, end),
        reminders=tuple(reminder_rule(text) for text in settings.reminders),
        offer_hours=settings.offer_hours,
        public_url=config.web.public_url or f"http://{config.web.host}:{config.web.port}",
        daily_people_limit=config.twilio.daily_people_limit,
    )


def reminder_rule(text: str) -> ReminderRule:
    """«H-1 18:00» or «-2h» or «-90m» as a rule. The configuration has checked the form."""
    if text.startswith("H-"):
        days, _, clock = text[2:].partition(" ")
        return ReminderRule(text, days_before=int(days), at=time.fromisoformat(clock))
    unit = {"h": "hours", "m": "minutes"}[text[-1]]
    return ReminderRule(text, before=timedelta(**{unit: int(text[1:-1])}))


def is_trial(config: Config) -> bool:
    """Whether nothing but the simulator is there, so that an empty database gets the sample programme."""
    return config.simulator_on and not config.has_real_channel


def retention_of(config: Config) -> Retention:
    """How long what is kept (`rules.md`, Privacy)."""
    kept = config.retention
    return Retention(
        unregistered_hours=kept.unregistered_hours,
        inbox_days=kept.inbox_days,
        outbox_values_days=kept.outbox_values_days,
        outbox_rows_days=kept.outbox_rows_days,
        quarantine_hours=kept.quarantine_hours,
        learning_days=kept.learning_days,
    )
