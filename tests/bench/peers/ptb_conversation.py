"""python-telegram-bot as its documents show it: `ConversationHandler`, kept by `PicklePersistence`.

What was said lives in memory and is written every 60 seconds, the library's default: a crash loses up to a minute. It handles
one update at a time, which `ConversationHandler` requires.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvloop
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from tests.bench.accounts import TOKEN
from tests.bench.script import Answer, Exchange, load

Context = ContextTypes.DEFAULT_TYPE


def keyboard(answer: Answer) -> InlineKeyboardMarkup | None:
    """The buttons of a reply."""
    if not answer.rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=does) for label, does in row] for row in answer.rows]
    )


async def reply(update: Update, exchange: Exchange) -> None:
    """Answer a press, then say what is to be said."""
    if update.callback_query:
        await update.callback_query.answer()
    assert update.effective_chat is not None
    for answer in exchange.answers:
        await update.effective_chat.send_message(answer.text, reply_markup=keyboard(answer))


def said(update: Update) -> str:
    """Her words, or the button's data."""
    if update.callback_query:
        return update.callback_query.data or ""
    return (update.message.text if update.message else "") or ""


def handler(number: int, exchange: Exchange, last: bool) -> Any:
    """What one state does: keep her words, answer, go on to the next."""

    async def step(update: Update, context: Context) -> int:
        assert context.user_data is not None
        context.user_data[f"question {number}"] = said(update)
        await reply(update, exchange)
        return ConversationHandler.END if last else number + 1

    if exchange.action:
        return CallbackQueryHandler(step, pattern=f"^{exchange.action}$")
    return MessageHandler(filters.TEXT & ~filters.COMMAND, step)


async def main(api: str, script: Path) -> None:
    exchanges = load(script)
    steps = [handler(number, exchange, exchange is exchanges[-1]) for number, exchange in enumerate(exchanges)]
    registration = ConversationHandler(
        entry_points=[steps[0]], states={number: [step] for number, step in enumerate(steps) if number},
        fallbacks=[], name="registration", persistent=True, per_message=False,
    )  # fmt: skip
    application = (
        Application.builder().token(TOKEN).base_url(f"{api}/bot")
        .persistence(PicklePersistence("state.pickle")).build()
    )  # fmt: skip
    application.add_handler(registration)
    await poll(application)


async def poll(application: Any) -> None:
    """Run until ended."""
    async with application:
        await application.start()
        await application.updater.start_polling(allowed_updates=["message", "callback_query"])
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2])))
