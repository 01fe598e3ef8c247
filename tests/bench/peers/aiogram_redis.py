"""aiogram 3 with its state machine in Redis: polling, each update a task of its own, as its documents show it."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from tests.bench.accounts import TOKEN
from tests.bench.script import Answer, Exchange, load

#: To Redis; its client refuses work beyond 100, which is its default.
CONNECTIONS = 1000


class Registration(StatesGroup):  # type: ignore[misc]  # aiogram is not installed where types are checked
    """One state for each question after the greeting."""

    consent = State()
    honorific = State()
    name = State()
    kecamatan = State()
    kelurahan = State()
    interests = State()
    review = State()
    news = State()


def keyboard(answer: Answer) -> InlineKeyboardMarkup | None:
    """The buttons of a reply."""
    if not answer.rows:
        return None
    rows = [[InlineKeyboardButton(text=label, callback_data=does) for label, does in row] for row in answer.rows]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def step(number: int, exchange: Exchange, then: State | None) -> Callable[..., Awaitable[Any]]:
    """What one state does: keep her words, answer, go on to the next."""

    async def go_on(message: Message, state: FSMContext, said: str) -> None:
        if then is None:
            await state.clear()
        else:
            await state.update_data({f"question {number}": said})
            await state.set_state(then)
        for answer in exchange.answers:
            await message.answer(answer.text, reply_markup=keyboard(answer))

    async def on_words(message: Message, state: FSMContext) -> None:
        await go_on(message, state, message.text or "")

    async def on_press(query: CallbackQuery, state: FSMContext) -> None:
        await query.answer()
        assert isinstance(query.message, Message)
        await go_on(query.message, state, query.data or "")

    return on_press if exchange.action else on_words


async def main(api: str, script: Path, redis: str) -> None:
    exchanges = load(script)
    states = [None, *Registration.__states__]
    assert len(states) == len(exchanges)
    dispatcher = Dispatcher(storage=RedisStorage.from_url(redis, connection_kwargs={"max_connections": CONNECTIONS}))
    for number, exchange in enumerate(exchanges):
        then = states[number + 1] if number + 1 < len(states) else None
        what = step(number, exchange, then)
        if exchange.action:
            dispatcher.callback_query(StateFilter(states[number]), F.data == exchange.action)(what)
        else:
            dispatcher.message(StateFilter(states[number]), F.text)(what)
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    await dispatcher.start_polling(bot, handle_signals=False)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
