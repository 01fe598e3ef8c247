"""The providers' own specifications, read where they lie beside the repository, never copied into it."""

import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "specs"


class SpecificationMissing(UserWarning):
    """A double runs with its written rules alone."""


def load(name: str) -> dict[str, Any] | None:
    """The document of that file name, or None, said aloud once, where it is absent."""
    return _read(FOLDER / name)


@cache
def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        warnings.warn(f"NO SPECIFICATION CHECK: {path} is absent", SpecificationMissing, stacklevel=3)
        return None
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document
