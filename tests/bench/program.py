"""The real program, `berdaya run`, as a process against a fast double."""

import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models.programme import WIB
from tests.bench import accounts
from tests.bench.processes import Process, free_port, is_ready


class Program(Process):
    """Started with everything as shipped, except what a measurement needs: the double's address, and no limits."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        """`settings` are config keys with their values, such as `telegram.token`."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        given = {
            "web.port": str(port), "web.public_url": self.url, "limits.inbound_per_minute": "0",
            "programme.quiet_hours": _far_from_now(), "log.level": "warning", **settings,
        }  # fmt: skip
        variables = {f"BERDAYA_{key.upper().replace('.', '__')}": value for key, value in given.items()}
        super().__init__([sys.executable, "-m", "bot", "run"], folder, variables)

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self.folder / "var" / "berdaya.db"

    def ready(self) -> None:
        """Wait until it says that it is ready."""
        self.waits_for(lambda: is_ready(f"{self.url}/readyz"), "ready")

    def asks_rows(self, question: str) -> list[tuple[Any, ...]]:
        """The rows of a question to its database, read beside it."""
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(question).fetchall()


def telegram(api: str, mode: str = "webhook", **more: str) -> dict[str, str]:
    """Settings of a bot at a double."""
    return {
        "telegram.token": accounts.TOKEN, "telegram.api_base_url": api, "telegram.mode": mode,
        "telegram.secret_token": "bench", "telegram.rate_per_second": "0", "telegram.chat_rate_per_second": "0",
    } | {f"telegram.{key}": value for key, value in more.items()}  # fmt: skip


def whatsapp(api: str, **more: str) -> dict[str, str]:
    """Settings of a WhatsApp sender at a double."""
    return {
        "twilio.account_sid": accounts.ACCOUNT, "twilio.auth_token": accounts.AUTH_TOKEN,
        "twilio.whatsapp_from": accounts.SENDER, "twilio.api_base_url": api, "twilio.rate_per_second": "0",
    } | {f"twilio.{key}": value for key, value in more.items()}  # fmt: skip


def _far_from_now() -> str:
    """Quiet hours of a minute, as far from now as they can be: a measurement at night sends as one by day."""
    quiet = datetime.now(WIB) + timedelta(hours=12)
    return f"{quiet:%H:%M},{quiet + timedelta(minutes=1):%H:%M}"
