"""Forms: a tuple of questions, like a paper form. There is no cursor.

What is saved is the form's name and her own words by question key. The open question is the first whose answer is
missing or does not parse any more, so a restart or a changed form costs at most one repeated question.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.conversation.answers import Option
from bot.conversation.heard import Kind
from bot.conversation.reply import Reply
from bot.conversation.talk import Turn
from bot.conversation.values import Value

T = TypeVar("T", bound=Turn)
Answers = Mapping[str, Any]
Parser = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Depends:
    """A parser that needs the answers before it, or the moment she spoke («besok»)."""

    bind: Callable[[Answers, datetime], Parser]


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One question. Its sentence is `<form>.<key>.ask`, its name on the review screen `<form>.<key>.label`."""

    key: str
    parse: Parser | Depends
    options: Sequence[Option] | Callable[[T, Answers], Sequence[Option]] = ()
    optional: bool = False  #: may be skipped; its answer is then None
    asked_if: Callable[[Answers], bool] = lambda answers: True
    stop_if: Callable[[Any], bool] = lambda answer: False  #: an answer that ends the form (`Form.stopped`)
    accepts: frozenset[Kind] = frozenset()  #: things other than words that answer it, such as a photo
    reviewed: bool = True  #: stands on the review screen
    show: Callable[[Any], Value] = str  #: its answer as the review screen shows it
    joining: Callable[[str, str], str] = lambda before, words: words  #: what to keep of her words so far and these

    def parser(self, answers: Answers, at: datetime) -> Parser:
        """The parser to use after these answers, for words said at this moment."""
        return self.parse.bind(answers, at) if isinstance(self.parse, Depends) else self.parse


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A conversation of questions. `finish` acts on the parsed answers and says what comes next."""

    name: str
    questions: tuple[Question[T], ...]
    finish: Callable[[T, Answers], list[Reply]]
    stopped: Callable[[T, str, Any], list[Reply]] | None = None  #: after a `stop_if`: question key and answer
    cancelled: Callable[[T], list[Reply]] | None = None  #: what is said after BATAL
    review: bool = True
    carries: tuple[str, ...] = ()  #: words given at opening that answer no question; `finish` finds them as answers
    values: Callable[[T, Answers], Mapping[str, Value]] = field(default=lambda turn, answers: {})  #: for its sentences

    def __post_init__(self) -> None:
        keys = [question.key for question in self.questions]
        if len(set(keys)) != len(keys):
            raise ValueError(f"form {self.name}: two questions have the same key")

    def question(self, key: str) -> Question[T] | None:
        """The question with this key, or None: a button may come from an older edition of the form."""
        return next((q for q in self.questions if q.key == key), None)
