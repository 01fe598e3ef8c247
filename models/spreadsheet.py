"""Cells that a spreadsheet program must not take for a formula.

Excel, LibreOffice and Google Sheets calculate what begins with one of these signs, even out of a CSV file, so somebody who
calls herself `=HYPERLINK(…)` could act on the machine of whoever opens the list. An apostrophe before it makes it text
again: what OWASP advises. Telephone numbers («+6281…») calculate nothing, and stay as they are.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_NUMBER = re.compile(r"\+\d{1,20}")


def defused(cell: str) -> str:
    """A cell that no spreadsheet program calculates. `restored` gives back exactly what it was."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def restored(cell: str) -> str:
    """What a defused cell was; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
