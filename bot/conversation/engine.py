"""The engine: a function from one message and the saved state to replies.

It knows no token, no clock, no messenger and no database. It decides in what order a message is understood: words that
always work, choices she saw, the open question, and last whatever the handlers make of free text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from bot.conversation.filling import ASIDE, GIVEN, OK, Filling
from bot.conversation.form import Form, T
from bot.conversation.heard import Kind
from bot.conversation.pages import MENU
from bot.conversation.reply import Choice, Reply
from bot.conversation.talk import SHOWN_FOR, Shown, Turn
from bot.conversation.texts import Texts
from bot.conversation.values import say
from bot.conversation.words import Word, number_of, word_of

Handler = Callable[[T, str], list[Reply]]


#: Actions that answer beside an open form and leave its question open.
_BESIDE = frozenset({"help", "language", "privacy", "answer", "coming", "excused"})
_GO_ON = (Choice("f:_:resume", say("button.go_on")), Choice("f:_:restart", say("button.start_again")), MENU)


class Stale(Exception):
    """A button that no longer means anything here: another's, an old one's, a forged one's."""


class NotThisWord(Exception):
    """A handler's answer to a word that does not concern her after all; the message is then read on as plain text."""


def sent_words(turn: Turn) -> str:
    """A thing she sent, as the words a question keeps: `photo:<ref>` or `geo:<latitude>,<longitude>`."""
    heard = turn.heard
    if heard.location:
        return f"geo:{heard.location.latitude},{heard.location.longitude}"
    return f"{heard.kind}:{heard.media.ref}" if heard.media else heard.kind.value


@dataclass(frozen=True)
class Engine(Generic[T]):
    """All conversations of the house. `actions` maps the part of an action before the first colon to its function."""

    texts: Texts
    forms: Mapping[str, Form[T]]
    actions: Mapping[str, Handler[T]]
    free_text: Callable[[T], list[Reply]]  #: what she typed was none of the above
    other: Callable[[T], list[Reply]]  #: she sent something that is not words
    stale: Callable[[T], list[Reply]]  #: she pressed something that no longer works

    def respond(self, turn: T) -> list[Reply]:
        """Answer one message. Changes `turn.talk`, and through the handlers whatever the message is about."""
        if turn.heard.action is not None:
            return self._pressed(turn, turn.heard.action)
        if turn.heard.kind is not Kind.TEXT or turn.heard.text is None:
            return self._not_words(turn)
        return self._read(turn, turn.heard.text)

    def _pressed(self, turn: T, action: str) -> list[Reply]:
        try:
            return self.act(turn, action)
        except NotThisWord:
            return self.stale(turn)

    def act(self, turn: T, action: str) -> list[Reply]:
        """Do what an action stands for; one that no longer means anything is answered kindly."""
        name, _, argument = action.partition(":")
        try:
            if name == "a":
                return self._pressed_answer(turn, argument)
            if name == "f":
                return self._form_control(turn, argument)
            if name not in self.actions:
                raise Stale(action)
            return self._do(turn, name, argument)
        except Stale:
            return self.stale(turn)

    def open(self, turn: T, name: str, said: Mapping[str, str] | None = None) -> list[Reply]:
        """Begin a form, with what is known already as if she had said it."""
        turn.talk.close()
        turn.talk.form = name
        for key, words in (said or {}).items():
            turn.talk.remember(key, words, turn.now)
        turn.talk.remember(GIVEN, " ".join(said or {}), turn.now)
        return self._filling(name).ask(turn)

    def resume(self, turn: T) -> list[Reply]:
        """Go on with the open form. Raises Stale when there is none."""
        return self._open_form(turn).ask(turn)

    def has_open_form(self, turn: T) -> bool:
        """Whether a form waits for an answer (put aside or not)."""
        return turn.talk.form in self.forms

    def is_asking(self, turn: T) -> bool:
        """Whether a form waits for an answer and was not put aside."""
        return self.has_open_form(turn) and ASIDE not in turn.talk.said

    def _read(self, turn: T, text: str) -> list[Reply]:
        if found := word_of(text):
            answered = self._word(turn, *found)
            if answered is not None:
                return answered
        if action := self._meant_choice(turn, text):
            return self._pressed(turn, action)
        if self.is_asking(turn):
            return self._typed_answer(turn, text)
        if action := self._nearly_choice(turn, text):
            return self._pressed(turn, action)
        return self.free_text(turn)

    def _word(self, turn: T, word: Word, argument: str) -> list[Reply] | None:
        if word in {Word.CANCEL, Word.BACK, Word.SKIP}:
            return self._form_word(turn, word)
        name, _, fixed = word.value.partition(":")
        if name not in self.actions:
            return None
        try:
            return self.act(turn, f"{name}:{fixed or argument}" if fixed or argument else name)
        except NotThisWord:
            return None

    def _form_word(self, turn: T, word: Word) -> list[Reply] | None:
        if not self.has_open_form(turn):
            return self.act(turn, "menu") if word is not Word.SKIP else None
        if word is Word.CANCEL:
            return self._cancel(turn)
        filling = self._open_form(turn)
        return (filling.back(turn) or self._cancel(turn)) if word is Word.BACK else filling.skip(turn)

    def _meant_choice(self, turn: T, text: str) -> str | None:
        newest = self.newest(turn)
        return newest.action_for(text, number_of(text)) if newest else None

    def _nearly_choice(self, turn: T, text: str) -> str | None:
        """Where no question is open, «ya» takes the one choice that is a yes, and «pindah» is «Pindahkan»."""
        newest = self.newest(turn)
        return newest.nearly(text) if newest else None

    def newest(self, turn: T) -> Shown | None:
        """The choices she saw last, unless that was too long ago."""
        newest = next(iter(turn.talk.shown), None)
        return None if newest is None or turn.now - newest.at > SHOWN_FOR else newest

    def _typed_answer(self, turn: T, text: str) -> list[Reply]:
        filling = self._open_form(turn)
        if filling.stale(turn):
            return [Reply("form.stale", choices=_GO_ON)]
        _, question = filling.progress(turn)
        if question is None:
            return filling.review_answer(turn, text)
        return filling.answer(turn, question, text)

    def _pressed_answer(self, turn: T, argument: str) -> list[Reply]:
        form, _, rest = argument.partition(":")
        key, _, words = rest.partition(":")
        filling = self._open_form(turn)
        question = filling.form.question(key)
        if turn.talk.form != form or question is None or not words:
            raise Stale(argument)
        return filling.answer(turn, question, words)

    def _form_control(self, turn: T, argument: str) -> list[Reply]:
        name, _, rest = argument.partition(":")
        verb, _, detail = rest.partition(":")
        if turn.talk.form != name and name != "_":
            raise Stale(argument)
        filling = self._open_form(turn)
        if verb == "ok":
            turn.talk.remember(OK, "", turn.now)
            return filling.ask(turn)
        if verb == "restart":
            return self.open(turn, filling.form.name, filling.carried(turn))
        if verb == "changes":
            return filling.change(turn, "", int(detail) if detail.isdecimal() else 0)
        if verb == "more":
            key, _, number = detail.partition(":")
            return filling.more(turn, key, int(number) if number.isdecimal() else 0)
        simple: dict[str, Callable[[], list[Reply]]] = {
            "resume": lambda: filling.ask(turn),
            "skip": lambda: filling.skip(turn, detail),
            "change": lambda: filling.change(turn, detail),
            "cancel": lambda: self._cancel(turn),
        }
        if verb not in simple:
            raise Stale(argument)
        return simple[verb]()

    def _cancel(self, turn: T) -> list[Reply]:
        form = self._open_form(turn).form
        turn.talk.close()
        return form.cancelled(turn) if form.cancelled else [Reply("form.cancelled", choices=(MENU,))]

    def _not_words(self, turn: T) -> list[Reply]:
        if self.is_asking(turn):
            filling = self._open_form(turn)
            _, question = filling.progress(turn)
            if question and turn.heard.kind in question.accepts:
                return filling.answer(turn, question, sent_words(turn))
        return self.other(turn)

    def _do(self, turn: T, name: str, argument: str) -> list[Reply]:
        aside = ASIDE in turn.talk.said
        self._put_aside(turn, name)
        try:
            return self.actions[name](turn, argument)
        except Exception:
            if not aside:
                turn.talk.said.pop(ASIDE, None)  # nothing was done: the open question stands
            raise

    def _put_aside(self, turn: T, action: str) -> None:
        """Whatever leads elsewhere leaves the form waiting, so that what she types next is not taken for its answer."""
        if self.has_open_form(turn) and action not in _BESIDE:
            turn.talk.remember(ASIDE, "", turn.now)

    def _open_form(self, turn: T) -> Filling[T]:
        if turn.talk.form is None or turn.talk.form not in self.forms:
            raise Stale(turn.talk.form)
        return self._filling(turn.talk.form)

    def _filling(self, name: str) -> Filling[T]:
        return Filling(self.forms[name], self.texts)
