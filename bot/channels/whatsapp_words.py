"""WhatsApp's formatting marks, and fitting words into its lengths. Pure text in, text out.

Which limit holds where is the business of `whatsapp_rendering.py`.
"""

import re

from bot.conversation.texts import Span

#: Marks of WhatsApp's formatting and what stands in for them in somebody's words.
_LOOKALIKES = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_MARKED = re.compile(r"(?<![\w/=&?.-])([*_~`])(?=\S)([^\n]*?\S)\1(?!\w)")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def units(text: str) -> int:
    """Length as WhatsApp counts at its strictest: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(spans: tuple[Span, ...]) -> str:
    """Bold marks around bold text; marks in anybody's words become look-alikes, which format nothing."""
    return "".join(_bold(span.text) if span.bold else harmless(span.text) for span in spans)


def _bold(text: str) -> str:
    plain = text.replace("*", _LOOKALIKES["*"])
    return re.sub(r"\S(?:[^\n]*\S)?", lambda line: f"*{line[0]}*", plain)


def harmless(text: str) -> str:
    """Somebody's words with marks replaced by look-alikes where WhatsApp would format with them."""
    return _MARKED.sub(lambda m: _LOOKALIKES[m[1]] + m[2] + _LOOKALIKES[m[1]], text)


def tidy(text: str) -> str:
    """Lines without spaces at their ends, never two empty lines, no long gaps, nothing invisible."""
    lines = [re.sub(r" {5,}", "    ", _UNSEEN.sub("", line).replace("\t", " ")).strip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """Text on one line, for labels."""
    return " ".join(_UNSEEN.sub("", text).split())


def with_footer(body: str, footer: str | None) -> str:
    """Body and quiet last line, in italics, as one text."""
    if not footer:
        return body
    quiet = "\n".join(f"_{line}_" if line else "" for line in footer.split("\n"))
    return f"{body}\n\n{quiet}" if body else quiet


def fitted(words: str, lines: str, footer: str | None, most: int) -> str:
    """Words and numbered lines; where they are too long for one message, the words give way."""
    rest = (f"\n\n{lines}" if lines else "") if words else lines
    room = most + 1 - units(with_footer(f"x{rest}", footer))
    return _cut_at_paragraph(words, max(room, 1)) + rest


def _cut_at_paragraph(text: str, most: int) -> str:
    if units(text) <= most:
        return text
    short = cut(text, most - 2)[:-1]
    border = short.rfind("\n\n")
    return (short[:border] + "\n\n…") if 2 * border > len(short) else cut(text, most)


def cut(text: str, most: int) -> str:
    """At most so many units, the last of them «…» where something is missing; never half a character."""
    if units(text) <= most:
        return text
    raw = text.encode("utf-16-le", "surrogatepass")[: 2 * (most - 1)]
    return raw.decode("utf-16-le", "ignore").rstrip() + "…"
