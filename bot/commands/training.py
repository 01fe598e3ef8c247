"""`berdaya understanding train`: a new model from the bank and what coordinators labelled, if it is no worse than the old."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.commands.context import REFUSED, ConfigFile, UsageProblem, open_database, settings
from bot.config import Config
from bot.conversation.places import gazetteer
from bot.understanding import bank, measuring
from bot.understanding.anonymous import unmarked
from bot.understanding.bank import Example
from bot.understanding.intents import Intent
from bot.understanding.measuring import Answers, Measures
from bot.understanding.model import FILE, Model, NoModel
from models import learning
from models.database import reading

#: The point of view of what coordinators labelled: kept together, like those of the bank.
LABELLED = "labelled"
_NAMES = {
    "right": "intent right", "among_three": "right one among three", "macro_f1": "macro-F1",
    "danger_heard": "danger heard", "false_alarms": "false alarms",
}  # fmt: skip

app = typer.Typer(help="The model that understands free text: train it anew.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The model that understands free text."""


@app.command()
def train(
    folder: Annotated[
        Path, typer.Option("--bank", help="The messages to learn from, one file for each intent.")
    ] = bank.FOLDER,
    output: Annotated[Path, typer.Option("--output", help="The model's file.")] = FILE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Train and measure, but write nothing.")] = False,
    config: ConfigFile = None,
) -> None:
    """Train a new model from the bank and what coordinators labelled; a worse one does not replace the old (exit 1)."""
    if not output.parent.is_dir():
        raise UsageProblem(f"--output: there is no folder {output.parent}.")
    examples = _examples(folder)
    labelled = _labelled(settings(config))
    _say(f"{len(examples)} messages in the bank, {len(labelled)} labelled by coordinators.")
    model, before, after = _trained(examples, labelled, _present(output))
    _show(before, after)
    if before and (fallen := measuring.worse(before, after)):
        _say(f"The new model is worse ({', '.join(_NAMES[name] for name in fallen)}). The old one stays.")
        raise typer.Exit(REFUSED)
    if dry_run:
        _say("Nothing was written.")
        return
    _replace(output, model)
    _say(f"{output} was written. `berdaya run`, `serve` and `work` use it from their next start on.")


def _trained(
    examples: list[Example], labelled: list[Example], present: Model | None
) -> tuple[Model, Measures | None, Measures]:
    """The new model; how the old and the new do on the fifth of the bank that was not learnt from."""
    from bot.understanding import training  # scikit-learn: seconds and 80 MB that no other command should pay for

    learnt, harmless = [*examples, *labelled], [*bank.answers(), *gazetteer().names]
    rest, fifth = measuring.split(examples)
    with _bar(len({example.view for example in learnt}) + 3) as tell:
        model, _ = training.train(learnt, harmless, tell)
        tell("measuring")
        others = [example for example in labelled if not measuring.is_measured_with(example.text)]
        second = training.made([*rest, *others], harmless, model.sharpness, model.alarm_at)
        after = measuring.answered(second, fifth)
        tell("comparing")
        before = _before(present, examples, after, fifth)
        if not before and labelled:  # what the labels do, against the bank alone
            before = measuring.answered(training.made(rest, harmless, model.sharpness, model.alarm_at), fifth)
    facts = {"bank": bank.fingerprint(examples), "messages": str(len(examples)), "labelled": str(len(labelled))}
    kept = replace(model, facts=facts | {measuring.FACT: measuring.as_fact(after)})
    compared = [example for example in fifth if not before or measuring.mark(example.text) in before]
    old = measuring.measured(before, compared) if before else None
    return kept, old, measuring.measured(after, compared)


def _before(present: Model | None, examples: list[Example], after: Answers, fifth: list[Example]) -> Answers:
    """The old model's answers: those its file keeps of the fifth, else its own. None where it has learnt the fifth itself."""
    if present is None:
        return {}
    kept = measuring.of_model(present)
    if measuring.in_common(kept, after):
        return kept
    if present.facts.get("bank") == bank.fingerprint(examples):
        return {}  # of an older release, without answers: its own would be learnt by heart
    return measuring.answered(present, fifth)


def _examples(folder: Path) -> list[Example]:
    """The bank. Raises UsageProblem for what cannot be learnt from."""
    if not folder.is_dir():
        raise UsageProblem(f"--bank: there is no folder {folder}.")
    try:
        examples = bank.examples(folder)
    except (ValueError, OSError) as problem:
        raise UsageProblem(f"--bank: {problem}") from None
    intents = {example.intent for example in examples}
    if len(intents) < 2 or Intent.VIOLENCE_HELP not in intents or len({example.view for example in examples}) < 2:
        raise UsageProblem(
            f"--bank: {folder} needs messages of several intents, danger among them, by two points of view."
        )
    return examples


def _labelled(config: Config) -> list[Example]:
    """What coordinators labelled; nothing, and a word about it, where the database cannot be reached."""
    url = sa.make_url(config.database.url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return []  # a look must not make a database
    try:
        with reading(open_database(config)) as session:
            rows = learning.labelled(session)
    except (sa.exc.SQLAlchemyError, UsageProblem) as problem:
        _say(f"The database cannot be read ({str(problem).splitlines()[0]}): learning from the bank alone.")
        return []
    known = frozenset(intent.value for intent in Intent)
    pairs = [(unmarked(text), intent) for text, intent in rows if intent in known]
    return [Example(text, Intent(intent), LABELLED) for text, intent in pairs if text]


def _present(file: Path) -> Model | None:
    """The model that would be replaced, if there is one."""
    try:
        return Model.load(file)
    except NoModel:
        return None


def _replace(file: Path, model: Model) -> None:
    """Write it beside the old one, then put it in its place at once. Raises UsageProblem."""
    new = file.with_name(f".{file.stem}.{os.getpid()}.npz")
    try:
        model.save(new)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(file)
    except OSError as problem:
        raise UsageProblem(f"--output: {problem}") from None
    finally:
        new.unlink(missing_ok=True)


def _show(before: Measures | None, after: Measures) -> None:
    table = Table(f"on {after.messages} messages not learnt from", "before", "after")
    for name, words in _NAMES.items():
        old = f"{getattr(before, name):.1%}" if before else "–"
        table.add_row(words, old, f"{getattr(after, name):.1%}")
    Console(width=None if sys.stdout.isatty() else 100).print(table)


@contextmanager
def _bar(steps: int) -> Iterator[Callable[[str], None]]:
    """A progress bar where somebody looks at the terminal; silence elsewhere."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=steps)
        yield lambda step: bar.update(task, description=f"training: {step}", advance=1)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
