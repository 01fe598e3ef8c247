"""python-telegram-bot with its state in SQLite: aiosqlite, one commit for each step before it is answered.

Like the program it keeps nothing in memory and is on disk (WAL, synchronous=FULL) before it answers. Updates are handled
side by side, since nothing here keeps it from that.
"""

import json
import sys
from pathlib import Path

import aiosqlite
import uvloop
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from tests.bench.accounts import TOKEN
from tests.bench.peers.ptb_conversation import Context, poll, reply, said
from tests.bench.script import load

_TABLE = "CREATE TABLE IF NOT EXISTS conversations (chat INTEGER PRIMARY KEY, step INTEGER, said TEXT)"
_READ = "SELECT step, said FROM conversations WHERE chat = ?"
_WRITE = "INSERT INTO conversations VALUES (?, ?, ?) ON CONFLICT (chat) DO UPDATE SET step = excluded.step, said = excluded.said"
#: Updates handled side by side; with more its default client gets slower, not faster.
AT_ONCE = 32


async def main(api: str, script: Path) -> None:
    exchanges = load(script)
    async with aiosqlite.connect("state.db") as database:
        await database.execute("PRAGMA journal_mode=WAL")
        await database.execute("PRAGMA synchronous=FULL")
        await database.execute(_TABLE)

        async def step(update: Update, context: Context) -> None:
            assert update.effective_chat is not None
            chat = update.effective_chat.id
            async with database.execute(_READ, (chat,)) as rows:
                row = await rows.fetchone()
            number, kept = (int(row[0]), json.loads(row[1])) if row else (0, {})
            kept[f"question {number}"] = said(update)
            await database.execute(_WRITE, (chat, (number + 1) % len(exchanges), json.dumps(kept)))
            await database.commit()
            await reply(update, exchanges[number])

        application = (
            Application.builder().token(TOKEN).base_url(f"{api}/bot").concurrent_updates(AT_ONCE)
            .connection_pool_size(AT_ONCE).pool_timeout(60).build()
        )  # fmt: skip
        application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, step))
        application.add_handler(CallbackQueryHandler(step))
        await poll(application)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2])))
