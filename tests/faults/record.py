"""What was tried so far, kept on disk a line at a time: a long run that was ended goes on where it stood."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.e2e.program import ROOT
from tests.faults.catalogue import CONTROLS, ROWS
from tests.faults.trial import Tally
from tests.faults.trying import Tried

FOLDER = ROOT / "build" / "faults"


class Record:
    """The lines of one run, long or short."""

    def __init__(self, long: bool, anew: bool, folder: Path = FOLDER) -> None:
        """`anew` forgets what an earlier run of that length left."""
        self._file = folder / ("long.jsonl" if long else "short.jsonl")
        folder.mkdir(parents=True, exist_ok=True)
        if anew:
            self._file.unlink(missing_ok=True)

    def add(self, tried: Tried) -> None:
        """Keep it."""
        tally = asdict(replace(tried.tally, objections=[]))
        line = {
            "name": tried.what.name, "control": tried.is_control, "database": tried.database, "code": tried.code,
            "ok": tried.ok, "seconds": round(tried.seconds, 1), "words": tried.words, "tally": tally,
        }  # fmt: skip
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def known(self) -> list[Tried]:
        """What holds already; what failed is to be tried again."""
        found = {(one.is_control, one.what.name, one.database): one for one in self._lines() if one.ok}
        return list(found.values())

    def _lines(self) -> Iterator[Tried]:
        things = {(False, row.name): row for row in ROWS} | {(True, one.name): one for one in CONTROLS}
        for line in self._written():
            thing = things.get((line["control"], line["name"]))
            if thing is not None:
                tally = Tally(**line["tally"])
                yield Tried(thing, line["database"], tally, line["ok"], line["seconds"], line["words"], line["code"])

    def _written(self) -> Iterator[dict[str, Any]]:
        if self._file.exists():
            for text in self._file.read_text("utf-8").splitlines():
                with contextlib.suppress(json.JSONDecodeError):  # the run was ended while it wrote
                    yield json.loads(text)


def code() -> str:
    """Which code is tried: its commit, with a + where it was changed since; empty outside a repository."""
    named = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return named.stdout.strip()
