"""Every table, imported once, so that the metadata is whole."""

from models import broadcasts, enrolments, events, learning, messages, office, people, senders

__all__ = ["broadcasts", "enrolments", "events", "learning", "messages", "office", "people", "senders"]
