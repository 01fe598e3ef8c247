"""Other editions of the registering form, as a next release might bring them: a question more, less, renamed, or stricter."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

STREET = "Di jalan apa {you} tinggal?"


def _edits(change: Callable[[tuple[Any, ...]], tuple[Any, ...]], **more: Any) -> None:
    """Put a changed form into the place of the old."""
    from handlers import register

    old = register._register
    new = replace(old, questions=change(old.questions), **more)
    setattr(register, "FORMS", tuple(new if form is old else form for form in register.FORMS))  # noqa: B010  of any length


def _says(key: str, sentence: str) -> None:
    """A sentence the next release knows, in every language."""
    from bot.conversation.texts import Texts

    load = Texts.load

    def loaded(folder: Any) -> Texts:
        texts = load(folder)
        return Texts({language: {**known, key: sentence} for language, known in texts.sentences.items()})

    Texts.load = staticmethod(loaded)  # type: ignore[method-assign]


def question_added() -> None:
    """After the name it is asked in which street she lives."""
    from bot.conversation.form import Question

    street: Any = Question("street", lambda words: words, reviewed=False)
    _says("register.street.ask", STREET)
    _edits(lambda old: tuple(part for q in old for part in ((q, street) if q.key == "name" else (q,))))


def question_removed() -> None:
    """Nobody is asked for her kelurahan any more."""
    _edits(lambda old: tuple(q for q in old if q.key != "kelurahan"))


def question_renamed() -> None:
    """What was «interests» is «topics» now."""
    from handlers import register

    def finish(visit: Any, answers: Mapping[str, Any]) -> Any:
        return register._welcome(visit, {**answers, "interests": answers["topics"]})

    _says("register.topics.ask", "Bidang apa yang disukai {you}?")
    _says("register.topics.label", "Minat")
    from bot.conversation.form import Question
    from handlers import topics

    renamed: Any = Question("topics", topics.interests, show=topics.listed)
    _edits(lambda old: tuple(renamed if q.key == "interests" else q for q in old), finish=finish)


def question_tightened() -> None:
    """A name has two words now."""
    from bot.conversation.answers import NotUnderstood

    def two_words(parse: Callable[[str], Any]) -> Callable[[str], Any]:
        def strict(words: str) -> Any:
            found = parse(words)
            if " " not in str(found):
                raise NotUnderstood("sentence")
            return found

        return strict

    _edits(lambda old: tuple(replace(q, parse=two_words(q.parse)) if q.key == "name" else q for q in old))


RELEASES = {one.__name__: one for one in (question_added, question_removed, question_renamed, question_tightened)}
