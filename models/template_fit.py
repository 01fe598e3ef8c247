"""Whether an announcement can travel as a template, to those whom WhatsApp lets us write to by no other way.

Looked at before a broadcast starts. The template's own wording is in `bot/channels/whatsapp_templates.py`; a test holds
the length here and the wording there together.
"""

import json
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.office import ProviderState

#: The template that carries a broadcast.
ANNOUNCEMENT = "announcement"
#: Under this key a channel keeps the names of the templates it can use, as JSON.
USABLE = "usable_templates"
#: Longest text, in UTF-16 units: what WhatsApp takes, less the template's own words and the longest name.
LONGEST = 850


class Trouble(StrEnum):
    """What those who only get the template would miss."""

    NO_TEMPLATE = "no_template"  #: everything: none is approved
    TOO_LONG = "too_long"  #: everything: the text does not fit
    NO_PICTURE = "no_picture"  #: the picture: the template has none


#: Such people get nothing at all.
SILENT = frozenset({Trouble.NO_TEMPLATE, Trouble.TOO_LONG})


def troubles(session: Session, text: str, has_picture: bool) -> tuple[Trouble, ...]:
    """What stands in the way of a text on one line as the announcement's template; nothing where it fits."""
    found = []
    if is_usable(session, ANNOUNCEMENT) is False:
        found.append(Trouble.NO_TEMPLATE)
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST:
        found.append(Trouble.TOO_LONG)
    if has_picture and not SILENT & set(found):
        found.append(Trouble.NO_PICTURE)
    return tuple(found)


def is_usable(session: Session, template: str) -> bool | None:
    """Whether WhatsApp has a template we may use, as the running program last knew it; None where it never ran."""
    kept = session.scalars(
        sa.select(ProviderState.value).where(ProviderState.channel == "whatsapp", ProviderState.key == USABLE)
    ).first()
    return None if kept is None else template in json.loads(kept)
