"""What happens by itself: one file per job, each a sweep that turns due rows into what follows."""

from collections.abc import Callable, Mapping

from bot.jobs import broadcasts, events, handovers, held, leases, offers, reminders, retention, summaries

#: Every sweep by its name. Each takes a session, now and the programme, and says how many rows it touched.
JOBS: Mapping[str, Callable[..., int]] = {
    "reminders": reminders.run,
    "offers": offers.run,
    "summaries": summaries.run,
    "broadcasts": broadcasts.run,
    "leases": leases.run,
    "held": held.run,
    "handovers": handovers.run,
    "events": events.run,
    "retention": retention.run,
}
