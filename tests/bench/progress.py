"""How far a run has come, on the terminal."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

T = TypeVar("T")


class Progress:
    """Bars on a terminal; plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        columns = TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self._bars = Bars(*columns, TextColumn("{task.fields[now]}"), console=console, disable=not console.is_terminal)

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def over(self, what: str, items: Sequence[T], named: Callable[[T], str] = lambda item: "") -> Iterator[T]:
        """The items one after the other, each counted as done when the next begins."""
        task = self._bars.add_task(what, total=len(items), now="")
        for item in items:
            self._bars.update(task, now=named(item))
            yield item
            self._bars.advance(task)
        self._bars.update(task, now="")

    def says(self, line: str) -> None:
        """One line that stays."""
        self._bars.console.print(line)
