"""The sections of a catalogue that are only shown, and what each entry must have to be shown safely."""

from collections.abc import Callable, Collection
from enum import StrEnum

from models.catalogue_checks import CODE, Fields, Known
from models.event_plan import ROW_LETTERS

#: Sections that are one table, not a list.
SINGLE = frozenset({"programme", "capital_warning", "family_support_rules", "violence_policy"})
Check = Callable[[Fields, Collection[str], Known], None]


class Checked(StrEnum):
    """Whether a statement was verified (`domain/README.md`)."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


class CapitalKind(StrEnum):
    """What sort of access to capital."""

    LOAN = "loan"
    MEMBERSHIP = "membership"
    LICENCE = "licence"


def slug_of(section: str, fields: Fields) -> str:
    """The name an entry is known by; what is wrong with it is noted."""
    slug = str(fields.text("code" if section == "topics" else "slug", 60))
    if slug and not CODE.fullmatch(slug):
        fields.wrong(f"{slug!r} may hold only a-z, 0-9, - and _")
    return slug


def check_entry(section: str, fields: Fields, topics: Collection[str], known_region: Known) -> None:
    """Check an entry; what is wrong stands in `fields.problems`."""
    check = SECTIONS.get(section) or _SINGLE_CHECKS.get(section)
    if check is not None:
        check(fields, topics, known_region)


def _topic(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    fields.text("label", ROW_LETTERS)


def _community(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    fields.text("name", 80)
    fields.text("short_name", ROW_LETTERS)
    fields.text("description", 1000)
    fields.topic("topic", topics)
    fields.region("kecamatan", known_region)


def _story(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    fields.text("name", 80)
    fields.text("title", 80)
    fields.text("short_title", ROW_LETTERS)
    fields.text("body", 700)
    fields.topic("topic", topics)


def _capital(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    fields.text("name", 80)
    fields.text("short_name", ROW_LETTERS)
    fields.text("text", 700)
    fields.one_of("kind", CapitalKind)
    facts = fields.data.get("facts", [])
    for fact in facts if isinstance(facts, list) else [facts]:
        inner = Fields(fact if isinstance(fact, dict) else {})
        inner.text("claim", 500)
        inner.one_of("status", Checked)
        fields.problems.extend(f"facts: {problem}" for problem in inner.problems)


def _family_support(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    fields.text("label", ROW_LETTERS)
    fields.text("answer", 700)


def _helpline(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    """Only a verified line with a number may be shown."""
    fields.text("name", 80)
    fields.text("for_what", 200)
    status = fields.one_of("status", Checked)
    if not fields.flag("show", False):
        return
    fields.text("phone", 40)
    if status is not Checked.VERIFIED:
        fields.wrong('show = true needs status = "verified"')


def _programme(fields: Fields, topics: Collection[str], known_region: Known) -> None:
    fields.text("name", 80)


SECTIONS: dict[str, Check] = {
    "topics": _topic,
    "communities": _community,
    "stories": _story,
    "capital": _capital,
    "family_support": _family_support,
    "helplines": _helpline,
}
_SINGLE_CHECKS: dict[str, Check] = {"programme": _programme}
