"""The ten topics: how they are offered, named, and chosen one by one."""

from collections.abc import Iterable, Sequence

from bot.conversation.answers import Option, Unfinished, some_of
from bot.conversation.values import Value, joined, say
from bot.conversation.words import number_of, plain

#: Codes in the order in which they are offered; `lainnya` is no interest.
TOPICS = (
    "menjahit", "memasak", "kerajinan", "kewirausahaan", "pemasaran", "keuangan", "kesehatan", "hak_perempuan",
    "pertanian_organik",
)  # fmt: skip
#: What people write → the topic.
WORDS = {code: code for code in TOPICS} | {
    "jahit": "menjahit", "jait": "menjahit", "menjait": "menjahit", "bordir": "menjahit", "sewing": "menjahit",
    "masak": "memasak", "kue": "memasak", "katering": "memasak", "kuliner": "memasak", "cooking": "memasak",
    "kerajinan tangan": "kerajinan", "anyaman": "kerajinan", "crafts": "kerajinan", "craft": "kerajinan",
    "usaha": "kewirausahaan", "wirausaha": "kewirausahaan", "bisnis": "kewirausahaan", "business": "kewirausahaan",
    "jualan": "pemasaran", "marketing": "pemasaran", "selling": "pemasaran",
    "uang": "keuangan", "pembukuan": "keuangan", "money": "keuangan", "finance": "keuangan",
    "sehat": "kesehatan", "gizi": "kesehatan", "health": "kesehatan",
    "hak perempuan": "hak_perempuan", "hak": "hak_perempuan", "hukum": "hak_perempuan",
    "women's rights": "hak_perempuan", "rights": "hak_perempuan",
    "pertanian organik": "pertanian_organik", "pertanian": "pertanian_organik", "tani": "pertanian_organik",
    "bertani": "pertanian_organik", "berkebun": "pertanian_organik", "organic farming": "pertanian_organik",
    "farming": "pertanian_organik",
}  # fmt: skip
#: Words that end the choosing, and what is kept when nothing was chosen.
_ENOUGH = frozenset(
    {"selesai", "cukup", "sudah", "udah", "itu saja", "itu aja", "tidak ada", "done", "that's all", "enough"}
)
_NONE = "-"
_written = some_of(WORDS)


def label(code: str) -> Value:
    """A topic's name in her language."""
    return say(f"topic.{code}")


def listed(codes: Iterable[str]) -> Value:
    """Several topics in a row: «Menjahit, Memasak»; a word for none."""
    found = list(codes)
    return joined([label(code) for code in found], ", ") if found else say("register.interests.none")


def interests(words: str) -> tuple[str, ...]:
    """Her interests as topic codes, possibly none. Raises Unfinished while she chooses, NotUnderstood."""
    if words.endswith(","):
        raise Unfinished(*chosen(words))
    return () if words == _NONE else _written(words)


def joining(so_far: str, words: str) -> str:
    """Her choice after one more row pressed, or a few numbers or words typed.

    A row ends with a comma and keeps the choice open; pressing it again takes the topic back. The rest ends it.
    """
    if words.endswith(",") and words[:-1] in TOPICS:
        code, before = words[:-1], chosen(so_far)
        return ",".join([c for c in before if c != code] + [code] * (code not in before)) + ","
    draft = chosen(so_far) if so_far.endswith(",") else []
    if plain(words) in _ENOUGH:
        return ",".join(draft) or _NONE
    numbered = [TOPICS[number - 1] for number in _numbers(words) if 1 <= number <= len(TOPICS)]
    return ",".join([*draft, *(numbered or [words.rstrip(", ")])])


def _numbers(words: str) -> list[int]:
    parts = [number_of(part) for part in plain(words).replace(",", " ").replace("dan", " ").split()]
    return [part for part in parts if part is not None] if None not in parts else []


def chosen(so_far: str) -> list[str]:
    """The topics among her words so far."""
    return [code for code in so_far.split(",") if code in TOPICS]


def options(so_far: str) -> Sequence[Option]:
    """A row for each topic, ticked where it is chosen, and «Selesai»."""
    ticked = chosen(so_far)
    rows = [
        Option(f"{code},", say("register.interests.chosen", topic=label(code)) if code in ticked else label(code))
        for code in TOPICS
    ]
    return (*rows, Option("selesai", say("button.done")))


def asking(so_far: str) -> Value:
    """The question, or what is chosen already."""
    codes = chosen(so_far)
    return say("register.interests.so_far", topics=listed(codes)) if codes else say("register.interests.first")
