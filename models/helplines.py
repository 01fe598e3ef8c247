"""The numbers of help: only those the catalogue says may be shown, in its order."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.office import CatalogueEntry


@dataclass(frozen=True, slots=True)
class Helpline:
    """One number: what it is called, what to call, what for."""

    slug: str
    name: str
    phone: str
    for_what: str
    whatsapp: str | None = None  #: as shown, "08111-129-129"
    hours: str | None = None
    extension: str | None = None
    cost: str | None = None


def shown(session: Session) -> list[Helpline]:
    """Every helpline that may be shown."""
    listed = sa.select(CatalogueEntry.data).where(CatalogueEntry.section == "helplines").order_by(CatalogueEntry.id)
    entries = session.scalars(listed).all()
    allowed = sorted((data for data in entries if data.get("show")), key=lambda data: data.get("order", 99))
    return [
        Helpline(
            slug=data["slug"],
            name=data["name"],
            phone=data["phone"],
            for_what=data.get("for_what", ""),
            whatsapp=data.get("whatsapp_display"),
            hours=data.get("hours"),
            extension=data.get("phone_extension"),
            cost=data.get("cost"),
        )
        for data in allowed
    ]


def helpline(session: Session, slug: str) -> Helpline | None:
    """One of the shown helplines."""
    return next((line for line in shown(session) if line.slug == slug), None)
