"""People by the million, made inside the database: for tests and measurements of what a large programme costs.

What somebody is like follows from her number alone, so that every count can be said beforehand. Of 20 people
one has no contact, one did not agree to news, one has blocked us, one has stopped announcements; every third contact is on
WhatsApp, and half of those wrote more than 24 hours ago.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

#: Kecamatan and interests people have, in turns.
PLACES = ("36.71.05", "36.71.06", "36.03.01", "36.74.02", "luar")
TOPICS = ("menjahit", "memasak", "kewirausahaan", "kesehatan")

_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(CAST(:first AS integer), CAST(:last AS integer)))",
}
_FALSE = {"sqlite": "0", "postgresql": "false"}
_JSON = {"sqlite": "{}", "postgresql": "CAST({} AS json)"}
_PEOPLE = """
INSERT INTO people (id, name, honorific, language, kecamatan, interests, discreet, news_asked, blocked, created_at)
{numbers} SELECT n, 'Ibu ' || n, 'Ibu', 'id', {place}, {interests}, {no}, {no}, {no}, :now FROM numbers
"""
_INTERESTS = "INSERT INTO interests (person_id, topic) {numbers} SELECT n, {topic} FROM numbers"
_CONSENTS = """
INSERT INTO consents (person_id, purpose, text_version, channel, at)
{numbers} SELECT n, '{purpose}', 'test', 'telegram', :now FROM numbers WHERE n % 20 <> {without}
"""
_CONTACTS = """
INSERT INTO contacts (id, person_id, channel, address, language, created_at, last_heard_at, opt_out, blocked_at)
{numbers} SELECT n, n, CASE WHEN n % 3 = 0 THEN 'whatsapp' ELSE 'telegram' END, CAST(628000000000 + n AS TEXT), 'id', :now,
CASE WHEN n % 6 = 0 THEN :long_ago ELSE :now END,
CASE WHEN n % 20 = 3 THEN 'broadcasts' ELSE 'none' END, CASE WHEN n % 20 = 2 THEN :now END
FROM numbers WHERE n % 20 <> 0
"""


def populate(database: sa.Engine, people: int, now: datetime, first: int = 1) -> None:
    """Write so many people with their contacts, consents and interests, numbered from `first`; empty tables assumed."""
    with database.begin() as connection:
        write(connection, people, now, first)


def write(connection: sa.Connection, people: int, now: datetime, first: int = 1) -> None:
    """The same inside a transaction of the caller's."""
    naive = now.astimezone(UTC).replace(tzinfo=None)
    values = {"first": first, "last": first + people - 1, "now": naive, "long_ago": naive - timedelta(days=3)}
    backend = connection.dialect.name
    parts = {
        "numbers": _NUMBERS[backend], "no": _FALSE[backend], "place": _turns(PLACES), "topic": _turns(TOPICS),
        "interests": _JSON[backend].format(f"""'["' || {_turns(TOPICS)} || '"]'"""),
    }  # fmt: skip
    moments = [sa.bindparam("now", type_=sa.DateTime()), sa.bindparam("long_ago", type_=sa.DateTime())]
    for template, more in (
        (_PEOPLE, {}), (_INTERESTS, {}), (_CONTACTS, {}),
        (_CONSENTS, {"purpose": "programme", "without": "99"}), (_CONSENTS, {"purpose": "news", "without": "1"}),
    ):  # fmt: skip
        text = template.format(**parts, **more)
        types = [moment for moment in moments if f":{moment.key}" in text]
        connection.execute(sa.text(text).bindparams(*types), values)
    if backend == "postgresql":
        for table in ("people", "contacts"):
            connection.execute(sa.text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))


def expected(people: int) -> dict[str, int]:
    """How `people` numbered from 1 divide over the states of a broadcast to all that goes when they were written."""
    numbers = range(1, people + 1)
    state = {0: "no_contact", 1: "no_consent", 2: "blocked", 3: "opted_out"}
    counts: dict[str, int] = {}
    for n in numbers:
        name = state.get(n % 20, "window_closed" if n % 6 == 0 else "reachable")
        counts[name] = counts.get(name, 0) + 1
    return counts


def _turns(values: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN {place} THEN '{value}'" for place, value in enumerate(values))
    return f"CASE n % {len(values)} {cases} END"
