"""A double in a process of its own, led by JSON lines: one order in, one answer out.

{"new": "person", "as": "siti", "with": {"name": "Siti"}}
{"do": "says", "who": "siti", "with": {"text": "halo"}}      without "who" the double itself acts
{"do": "fail_next", "with": {"method": "sendMessage", "kind": "500"}}
{"set": {"rate_limit": 30}}
{"get": "messages", "who": "siti"}
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from typing import Any


class Control:
    """Keeps the names of those it has made."""

    def __init__(self, double: Any) -> None:
        """`double` is a TelegramDouble or TwilioDouble that is open."""
        self._double = double
        self._named: dict[str, Any] = {}

    def answers(self, lines: Iterable[str]) -> Iterator[str]:
        """An answer for each order, until the lines end."""
        for line in lines:
            if line.strip():
                yield json.dumps(self._answer(line), default=plain)

    def _answer(self, line: str) -> dict[str, Any]:
        try:
            return {"ok": self.obey(json.loads(line))}
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as trouble:
            return {"error": f"{type(trouble).__name__}: {trouble}"}

    def obey(self, order: dict[str, Any]) -> Any:
        """Carry one order out; what it gives back."""
        who = self._named[order["who"]] if "who" in order else self._double
        if "new" in order:
            self._named[order["as"]] = getattr(self._double, order["new"])(**order.get("with", {}))
            return order["as"]
        if "do" in order:
            return getattr(who, order["do"])(**order.get("with", {}))
        if "get" in order:
            return getattr(who, order["get"])
        for name, value in order["set"].items():
            getattr(who, name)  # refuses a name that does not exist
            setattr(who, name, value)
        return True


def plain(value: Any) -> Any:
    """What JSON does not know, readably; of a file only how many bytes it has."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return names | ({"buttons": value.buttons} if hasattr(value, "buttons") else {})
    return list(value) if isinstance(value, Iterable) else str(value)
