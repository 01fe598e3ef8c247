"""Filling in a form: one answer in, the next question out. The engine decides *whether* an answer is meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic

from bot.conversation.answers import Ambiguous, NotUnderstood, Option, Unfinished, yes_no
from bot.conversation.form import Answers, Form, Question, T
from bot.conversation.pages import page
from bot.conversation.reply import BUTTONS, Choice, Reply
from bot.conversation.talk import Parsed
from bot.conversation.texts import Texts
from bot.conversation.values import Value, joined, say
from bot.conversation.words import plain

#: A form untouched for longer asks whether to go on (`rules.md`, Conversation).
FRESH = timedelta(hours=24)
#: Words that leave an optional question empty, and words that say a review is right, beside a plain yes.
SKIPS = frozenset(
    {"lewat", "lewatin", "ga usah", "gak usah", "tidak usah", "tidak ada", "ga ada", "don't know", "i don't know", "none"}
)  # fmt: skip
#: «ga tau», «lupa», «ga tau kelurahannya bu»: the same.
NO_IDEA = re.compile(
    r"(?:saya |sy |aku |maaf )?(?:ga|gak|gk|ngga|nggak|tidak|tdk|kurang|teu|kagak|ndak|mboten|belum|blm) ?"
    r"(?:tau|tahu|taw|apal|hafal|hapal|ngerti|terang)\b.{0,30}|lupa\b.{0,25}"
)
DONE = frozenset({"selesai", "sudah", "udah", "sudah benar", "udah bener", "cukup", "done", "correct"})
OK, ASIDE, TOUCHED, GIVEN = "_ok", "_aside", "_touched", "_given"


@dataclass(frozen=True)
class Filling(Generic[T]):
    """A form, and the sentences it is asked in."""

    form: Form[T]
    texts: Texts

    def ask(self, turn: T) -> list[Reply]:
        """The next thing to say: the open question, the review screen, or what `finish` answers."""
        turn.talk.remember(TOUCHED, "", turn.now)
        turn.talk.said.pop(ASIDE, None)
        answers, question = self.progress(turn)
        if question:
            return [self._asking(turn, question, answers)]
        if self.form.review and turn.talk.words(OK) is None:
            return [self._reviewing(turn, answers)]
        answers |= self.carried(turn)
        turn.talk.close()
        return self.form.finish(turn, answers)

    def carried(self, turn: T) -> dict[str, str]:
        """What the form was opened with and only passes on, such as the event a poster named."""
        return {key: words for key in self.form.carries if (words := turn.talk.words(key)) is not None}

    def progress(self, turn: T) -> tuple[dict[str, Any], Question[T] | None]:
        """The answers that stand, and the open question if there is one."""
        answers: dict[str, Any] = {}
        for question in self.form.questions:
            if not question.asked_if(answers):
                continue
            words = turn.talk.words(question.key)
            if words is None:
                return answers, question
            if words == "" and question.optional:
                answers[question.key] = None
                continue
            try:
                answers[question.key] = _read(turn, self.form.name, question, answers, words)
            except (NotUnderstood, Ambiguous, Unfinished):
                return answers, question
        return answers, None

    def answer(self, turn: T, question: Question[T], words: str) -> list[Reply]:
        """Take her words for a question and say what comes next. Words that do not parse change nothing."""
        if question.optional and (plain(words) in SKIPS or NO_IDEA.fullmatch(plain(words))):
            return self.skip(turn, question.key)
        before = {key: value for key, value in self.progress(turn)[0].items() if key != question.key}
        words = question.joining(turn.talk.words(question.key) or "", words)
        try:
            value = question.parser(before, turn.now)(words)
        except NotUnderstood as problem:
            return [self._again(turn, question, before, problem)]
        except Ambiguous as several:
            return [self._which(turn, question, before, several)]
        except Unfinished:
            turn.talk.remember(question.key, words, turn.now)
            return [replace(reply, replaces=True) for reply in self.ask(turn)]
        if question.stop_if(value) and self.form.stopped:
            turn.talk.close()
            return self.form.stopped(turn, question.key, value)
        turn.talk.remember(question.key, words, turn.now)
        turn.talk.said.pop(OK, None)
        return self.ask(turn)

    def review_answer(self, turn: T, words: str) -> list[Reply]:
        """What she types at the review screen: a yes goes on, a no asks what to change, anything else is asked again."""
        try:
            is_right = plain(words) in DONE or yes_no(words)
        except NotUnderstood:
            answers, _ = self.progress(turn)
            return [Reply("form.review_again"), self._reviewing(turn, answers)]
        if not is_right:
            return self.change(turn, "")
        turn.talk.remember(OK, "", turn.now)
        return self.ask(turn)

    def skip(self, turn: T, key: str = "") -> list[Reply]:
        """LEWATI: leave an optional question empty, the open one or the one of the button; any other is asked again."""
        _, asked = self.progress(turn)
        question = self.form.question(key) if key else asked
        if question and question.optional:
            turn.talk.remember(question.key, "", turn.now)
        return self.ask(turn)

    def back(self, turn: T) -> list[Reply]:
        """KEMBALI: ask again what was answered last. Empty where the form began in its middle and she is back there."""
        given = (turn.talk.words(GIVEN) or "").split()
        answered = [q.key for q in self.form.questions if q.key in turn.talk.said and q.key not in given]
        if not answered and any(self.form.question(key) for key in given):
            return []
        if answered:
            latest = max(answered, key=lambda key: (turn.talk.said_at(key), answered.index(key)))
            del turn.talk.said[latest]
        turn.talk.said.pop(OK, None)
        return self.ask(turn)

    def change(self, turn: T, key: str, number: int = 0) -> list[Reply]:
        """«Ubah» on the review screen: without a key, ask which; with one, ask that question again."""
        answers, _ = self.progress(turn)
        if key in turn.talk.said:
            del turn.talk.said[key]
            turn.talk.said.pop(OK, None)
            return self.ask(turn)
        shown = [q for q in self.form.questions if q.reviewed and q.key in answers]
        choices = [Choice(f"f:{self.form.name}:change:{q.key}", say(f"{self.form.name}.{q.key}.label")) for q in shown]
        return [Reply("form.which", choices=page(choices, number, f"f:{self.form.name}:changes"))]

    def stale(self, turn: T) -> bool:
        """Whether the form was last touched more than 24 hours ago."""
        return TOUCHED in turn.talk.said and turn.now - turn.talk.said_at(TOUCHED) > FRESH

    def more(self, turn: T, key: str, number: int) -> list[Reply]:
        """Another page of a question's options."""
        answers, _ = self.progress(turn)
        question = self.form.question(key)
        if question is None:
            return self.ask(turn)
        return [replace(self._asking(turn, question, answers, number), replaces=True)]

    def _asking(self, turn: T, question: Question[T], answers: Answers, number: int = 0) -> Reply:
        return Reply(
            f"{self.form.name}.{question.key}.ask",
            self.form.values(turn, answers),
            self._choices(turn, question, answers, number),
            footer=self._footer(question),
        )

    def _choices(self, turn: T, question: Question[T], answers: Answers, number: int) -> tuple[Choice, ...]:
        options = question.options(turn, answers) if callable(question.options) else question.options
        return self._pressable(question, options, number)

    def _pressable(self, question: Question[T], options: Any, number: int = 0) -> tuple[Choice, ...]:
        prefix = f"a:{self.form.name}:{question.key}:"
        choices = [Choice(prefix + option.value, option.label, option.description) for option in options]
        if question.optional and len(choices) < BUTTONS:
            choices.append(Choice(f"f:{self.form.name}:skip:{question.key}", say("button.skip")))
        return page(choices, number, f"f:{self.form.name}:more:{question.key}")

    def _footer(self, question: Question[T]) -> Value | None:
        if question is self.form.questions[0]:
            return None
        return say("form.footer_optional") if question.optional else say("form.footer")

    def _again(self, turn: T, question: Question[T], answers: Answers, problem: NotUnderstood) -> Reply:
        own = f"{self.form.name}.{question.key}.{problem.reason}"
        key = own if self.texts.has(own) else f"answer.{problem.reason}"
        values: Mapping[str, Any] = {**self.form.values(turn, answers), **problem.values}
        choices = self._choices(turn, question, answers, 0)
        return Reply(key, values, choices, footer=self._footer(question))

    def _which(self, turn: T, question: Question[T], answers: Answers, several: Ambiguous) -> Reply:
        own = f"{self.form.name}.{question.key}.which"
        options: tuple[Option, ...] = several.options
        key = own if self.texts.has(own) else "answer.which"
        values = self.form.values(turn, answers)
        return Reply(key, values, self._pressable(question, options[:9]), footer=self._footer(question))

    def _reviewing(self, turn: T, answers: Answers) -> Reply:
        lines = [
            say("form.line", label=say(f"{self.form.name}.{q.key}.label"), answer=self._shown(q, answers))
            for q in self.form.questions
            if q.reviewed and q.key in answers
        ]
        choices = (
            Choice(f"f:{self.form.name}:ok", say("button.correct")),
            Choice(f"f:{self.form.name}:change", say("button.change")),
            Choice(f"f:{self.form.name}:cancel", say("button.cancel")),
        )
        values = {**self.form.values(turn, answers), "lines": joined(lines)}
        return Reply(f"{self.form.name}.review", values, choices)

    def _shown(self, question: Question[T], answers: Answers) -> Value:
        answer = answers[question.key]
        return say("form.skipped") if answer is None else question.show(answer)


def _read(turn: T, form: str, question: Question[T], answers: dict[str, Any], words: str) -> Any:
    """Her answer, read once while a message is handled: a form is gone through before and after it."""
    key, said_at = f"{form}.{question.key}", turn.talk.said_at(question.key)
    kept = turn.parsed.get(key)
    if kept is not None and (kept.words, kept.said_at) == (words, said_at) and kept.before == answers:
        return kept.value
    value = question.parser(answers, said_at)(words)
    turn.parsed[key] = Parsed(words, said_at, dict(answers), value)
    return value
