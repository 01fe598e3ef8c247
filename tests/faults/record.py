"""What was tried so far, kept on disk a line at a time: a long run that was ended goes on where it stood."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from tests.e2e.program import ROOT
from tests.faults.catalogue import CONTROLS, ROWS
from tests.faults.trial import Tally
from tests.faults.trying import Tried

FILE = ROOT / "build" / "faults.jsonl"


class Record:
    """The lines of one run, long or short."""

    def __init__(self, long: bool, anew: bool, file: Path = FILE) -> None:
        """`anew` forgets what an earlier run left."""
        self._long, self._file = long, file
        file.parent.mkdir(parents=True, exist_ok=True)
        if anew:
            file.unlink(missing_ok=True)

    def add(self, tried: Tried) -> None:
        """Keep it."""
        tally = asdict(replace(tried.tally, objections=[]))
        line = {
            "name": tried.what.name, "control": tried.is_control, "database": tried.database, "long": self._long,
            "ok": tried.ok, "seconds": round(tried.seconds, 1), "words": tried.words, "tally": tally,
        }  # fmt: skip
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def known(self) -> list[Tried]:
        """What holds already, in the order of the table; what failed is to be tried again."""
        found = {(one.is_control, one.what.name, one.database): one for one in self._lines() if one.ok}
        return list(found.values())

    def _lines(self) -> Iterator[Tried]:
        if not self._file.exists():
            return
        things = {(False, row.name): row for row in ROWS} | {(True, one.name): one for one in CONTROLS}
        for text in self._file.read_text("utf-8").splitlines():
            line = json.loads(text)
            thing = things.get((line["control"], line["name"]))
            if thing is not None and line["long"] == self._long:
                yield Tried(thing, line["database"], Tally(**line["tally"]), line["ok"], line["seconds"], line["words"])
