"""The witness: triggers in the program's own database that write every change of interest down, in order.

What the tables hold at the end cannot show that a seat was given twice for a moment, or that a status went back and came forward
again. The witness can. The program knows nothing of it.
"""

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a table entered or left a state. `about` is whom or what it belongs to; `more` depends on the kind."""

    seq: int
    kind: str
    row: int
    about: str
    old: str | None
    new: str | None
    more: str | None


#: kind → table, event, condition under which it counts, and the values: row, about, old, new, more.
_WATCHED = (
    ("inbox", "inbox", "INSERT", "true", ("0", "NEW.channel || ' ' || NEW.message_id", "NULL", "'handled'", "NULL")),
    ("outbox", "outbox", "INSERT", "true", ("NEW.id", "NEW.contact_id", "NULL", "NEW.status", "NEW.message_class")),
    ("outbox", "outbox", "UPDATE", "OLD.status <> NEW.status",
     ("NEW.id", "NEW.contact_id", "OLD.status", "NEW.status", "NEW.message_class")),
    ("opt_out", "contacts", "UPDATE", "OLD.opt_out <> NEW.opt_out",
     ("NEW.id", "NEW.id", "OLD.opt_out", "NEW.opt_out", "NULL")),
    ("enrolment", "enrolments", "INSERT", "true",
     ("NEW.id", "NEW.event_id", "NULL", "NEW.status", "NEW.person_id || ' ' || coalesce(NEW.position, 0)")),
    ("enrolment", "enrolments", "UPDATE", "OLD.status <> NEW.status",
     ("NEW.id", "NEW.event_id", "OLD.status", "NEW.status", "NEW.person_id || ' ' || coalesce(NEW.position, 0)")),
    ("broadcast", "broadcasts", "UPDATE", "OLD.status <> NEW.status",
     ("NEW.id", "NEW.id", "OLD.status", "NEW.status", "NULL")),
)  # fmt: skip
_COLUMNS = "kind, row_id, about, old, new, more"


def install(database: sa.Engine) -> None:
    """Make the table and the triggers."""
    statements = _sqlite() if database.dialect.name == "sqlite" else _postgresql()
    with database.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def changes(connection: sa.Connection) -> list[Change]:
    """Everything witnessed so far, in order."""
    rows = connection.exec_driver_sql(f"SELECT seq, {_COLUMNS} FROM witness ORDER BY seq")
    return [Change(*row) for row in rows]


def _sqlite() -> list[str]:
    made = [
        "CREATE TABLE witness (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, row_id INTEGER, about TEXT, old TEXT, new TEXT,"
        " more TEXT)"
    ]
    for place, (kind, table, event, when, values) in enumerate(_WATCHED):
        made.append(
            f"CREATE TRIGGER witness_{place} AFTER {event} ON {table} WHEN {when} BEGIN "
            f"INSERT INTO witness ({_COLUMNS}) VALUES ('{kind}', {', '.join(values)}); END"
        )
    return made


def _postgresql() -> list[str]:
    made = [
        "CREATE TABLE witness (seq BIGSERIAL PRIMARY KEY, kind TEXT, row_id BIGINT, about TEXT, old TEXT, new TEXT, more TEXT)"
    ]
    for place, (kind, table, event, when, values) in enumerate(_WATCHED):
        made.append(
            f"CREATE FUNCTION witness_{place}() RETURNS trigger AS $$ BEGIN "
            f"INSERT INTO witness ({_COLUMNS}) VALUES ('{kind}', {', '.join(values)}); RETURN NULL; END $$ LANGUAGE plpgsql"
        )
        made.append(
            f"CREATE TRIGGER witness_{place} AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) "
            f"EXECUTE FUNCTION witness_{place}()"
        )
    return made
