"""Golden transcripts: a file holds what she does and what she sees; the lines of hers are the script.

`> halo` she types, `> [Boleh]` she presses, `> (sticker)` she sends, `~ 20` so many hours pass. Lines with `#` at the
beginning say what the dialogue is about. Everything else is what the program answered, rewritten by `pytest --update`.
"""

from collections.abc import Callable
from pathlib import Path

from bot.conversation.heard import Kind
from tests.dialogue import Phone, Village

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.txt"))


def remarks(file: Path) -> list[str]:
    """The lines that say what the dialogue is about."""
    return [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]


def script(file: Path) -> list[str]:
    """What she does, in order."""
    return [line for line in file.read_text("utf-8").splitlines() if line.startswith(("> ", "~ "))]


def play(
    file: Path,
    folder: Path,
    channel: str = "telegram",
    between: Callable[[Village], Village] = lambda village: village,
    arrives_times: int = 1,
) -> Phone:
    """Play a file's script on a new database; her phone afterwards. `between` comes before each of her messages."""
    village = Village(folder).sample()
    phone = village.phone("siti", channel, "en" if file.name.endswith(".en.txt") else None)
    phone.arrives_times = arrives_times
    for line in script(file):
        between(phone.village)
        act(phone, line)
    return phone


def act(phone: Phone, line: str) -> None:
    """Do what one line of a script says."""
    what = line[2:]
    if line.startswith("~ "):
        phone.transcript.append(line)
        phone.village.passes(hours=float(what.split()[0]))
    elif what.startswith("["):
        phone.presses(what.strip("[]"))
    elif what.startswith("("):
        phone.sends(Kind(what.strip("()")))
    else:
        phone.says(what)


def written(file: Path, phone: Phone) -> str:
    """The transcript as the file holds it."""
    return "\n".join(remarks(file)) + "\n\n" + "\n\n".join(phone.transcript) + "\n"
