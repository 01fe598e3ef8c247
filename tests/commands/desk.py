"""The short commands as somebody types them, in this process, on a database of their own."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import __main__ as command
from models.database import connect, reading, writing

T = TypeVar("T")


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


class Desk:
    """A folder with a database, and the command line."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch
        self.database: sa.Engine
        self.uses(f"sqlite:///{folder / 'desk.db'}")
        self.sets("programme.quiet_hours", "02:00,02:01")

    def uses(self, url: str) -> "Desk":
        """Work on another database from now on."""
        self.sets("database.url", url)
        self.database = connect(url)
        return self

    def sets(self, key: str, value: str) -> None:
        """Change a setting."""
        self._monkeypatch.setenv(f"BERDAYA_{key.upper().replace('.', '__')}", value)

    def runs(self, *arguments: str) -> Done:
        """One command, to its end. Nobody sits there to be asked."""
        out, err = io.StringIO(), io.StringIO()
        self._monkeypatch.setattr("sys.argv", ["berdaya", *arguments])
        self._monkeypatch.setattr("sys.stdin", io.StringIO())
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            command.main()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())

    def written(self, *rows: str, name: str = "list.csv") -> str:
        """A list of participants with every column."""
        heading = "channel,address,name,honorific,kecamatan,interests,language,consented_at,purposes"
        return self.file("\n".join((heading, *rows)).encode(), name)

    def file(self, content: bytes, name: str = "list.csv") -> str:
        """A file; its path."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def looks(self, question: Callable[[Session], T]) -> T:
        """Ask the database."""
        with reading(self.database) as session:
            return question(session)

    def does(self, rule: Callable[..., T], *arguments: Any, **more: Any) -> T:
        """Let one rule act, as a conversation would."""
        with writing(self.database) as session:
            return rule(session, *arguments, **more)

    def everything(self) -> list[tuple[str, list[Any]]]:
        """All rows of all tables."""
        with self.database.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            return [(name, list(connection.execute(sa.text(f"SELECT * FROM {name}")))) for name in sorted(tables)]
