"""Bar charts as pictures: a few bars, each with its name and number, to be read on a phone.

Drawn with Pillow and the font it brings along. What the bars are called is the caller's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

#: Width in pixels. A phone shows it at about half of that, so letters are drawn twice as large as they are to be read.
WIDTH = 800
#: Distance from the edges, in pixels.
_EDGE = 40
#: Heights in pixels: the title with the space below it, one bar with its name, the bar itself.
_TITLE, _ROW, _BAR = 124, 120, 44
_PAPER, _INK, _FAINT = "#ffffff", "#1f2430", "#e8eaef"
#: Bars take these colours in turn; they differ in brightness too, for who does not see the hues.
COLOURS = ("#2a6f97", "#468faf", "#89c2d9", "#c8553d", "#f28f3b", "#8d99ae", "#ced4da")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name as it is read, how many, and the number as it is written."""

    name: str
    count: int
    number: str
    colour: str = COLOURS[0]


def draw(title: str, bars: Sequence[Bar]) -> bytes:
    """A PNG, 800 pixels wide and as high as the bars need. The longest bar fills the width."""
    picture = Image.new("RGB", (WIDTH, _TITLE + _ROW * len(bars) + _EDGE // 2), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((_EDGE, _EDGE), title, _INK, _font(40))
    longest = max((bar.count for bar in bars), default=1) or 1
    for place, bar in enumerate(bars):
        _draw_bar(pen, bar, _TITLE + _ROW * place, longest)
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_bar(pen: ImageDraw.ImageDraw, bar: Bar, top: int, longest: int) -> None:
    """Its name on the left and its number on the right, above the bar on a faint track."""
    right, under = WIDTH - _EDGE, top + 50
    pen.text((_EDGE, top), bar.name, _INK, _font(34))
    pen.text((right, top), bar.number, _INK, _font(34), anchor="ra")
    pen.rounded_rectangle((_EDGE, under, right, under + _BAR), 8, _FAINT)
    length = max(round((right - _EDGE) * bar.count / longest), 12)
    pen.rounded_rectangle((_EDGE, under, _EDGE + length, under + _BAR), 8, bar.colour)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
