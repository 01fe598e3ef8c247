"""The list of all conversations, and the engine made of them.

Each module offers `ACTIONS` (the name before the first colon of an action → its function) and, if it asks questions,
`FORMS`.
"""

from types import ModuleType

from bot.conversation.engine import Engine
from bot.conversation.texts import Texts
from handlers import (
    ask,
    attending,
    browse,
    coordinator_attendance,
    coordinator_broadcast,
    coordinator_broadcast_missed,
    coordinator_broadcast_send,
    coordinator_broadcasts,
    coordinator_changes,
    coordinator_event_edit,
    coordinator_event_form,
    coordinator_events,
    coordinator_held,
    coordinator_invite,
    coordinator_labels,
    coordinator_meetings,
    coordinator_menu,
    coordinator_people,
    coordinator_questions,
    coordinator_walk_in,
    danger,
    enrol,
    event,
    finding,
    menu,
    my_data,
    other,
    profile,
    register,
    schedule,
    stop,
    unclear,
    understood,
    welcome,
)
from handlers.answering import Gate, blocked_or_let_in, shut_out, too_late
from handlers.visit import Visit

CONVERSATIONS: tuple[ModuleType, ...] = (
    welcome, register, menu, browse, event, enrol, schedule, attending, profile, my_data, stop, ask,
    danger, finding, understood,
    coordinator_menu, coordinator_invite, coordinator_questions, coordinator_events, coordinator_event_form,
    coordinator_event_edit, coordinator_meetings, coordinator_changes, coordinator_people, coordinator_walk_in,
    coordinator_attendance, coordinator_broadcast, coordinator_broadcast_send, coordinator_broadcast_missed,
    coordinator_broadcasts,
    coordinator_held, coordinator_labels, unclear,
)  # fmt: skip
#: Asked in this order before the engine; the first that answers ends it.
GATES: tuple[Gate, ...] = (
    blocked_or_let_in, shut_out, danger.helped, too_late, welcome.too_young, ask.elsewhere, coordinator_questions.written, coordinator_invite.redeem,
)  # fmt: skip


def engine(texts: Texts) -> Engine[Visit]:
    """The engine of the house. Raises ValueError when two conversations claim the same action or form."""
    actions = [item for module in CONVERSATIONS for item in getattr(module, "ACTIONS", {}).items()]
    forms = [form for module in CONVERSATIONS for form in getattr(module, "FORMS", ())]
    for names in ([name for name, _ in actions], [form.name for form in forms]):
        if len(set(names)) != len(names):
            raise ValueError(f"claimed twice: {sorted(name for name in names if names.count(name) > 1)}")
    return Engine(
        texts=texts,
        forms={form.name: form for form in forms},
        actions=dict(actions),
        free_text=other.free_text,
        other=other.not_words,
        stale=other.stale,
    )
