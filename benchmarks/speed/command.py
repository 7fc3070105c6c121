"""The benches of speed on the command line: `python -m benchmarks train|step|batch|load|serve`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from benchmarks.results_page import RESULTS, replace_section
from benchmarks.speed.benches import (
    LOAD_CASES,
    STEP_CASES,
    TRAIN_CASES,
    ContestSettings,
    batch_contest,
    corpus_contest,
    load_contests,
    step_contests,
    train_contests,
)
from benchmarks.speed.contest import Contest
from benchmarks.speed.report import markdown, notes, table, to_json
from benchmarks.speed.server_load import (
    HEADING,
    ServerLoad,
    measure_server_load,
    server_load_json,
    server_load_markdown,
    server_load_table,
)
from turncast.cli.options import AsJson, CorpusOptions, with_option_groups
from turncast.cli.output import note, show, show_json
from turncast.policy import Policy

_ROUNDS = 7
_QUICK_ROUNDS = 2
_QUICK_SERVER: dict[str, Any] = {"conversations": (1, 4), "seconds": 0.2}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")


def _examples(*commands: str) -> str:
    """Return an epilog for `--help`."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"python -m benchmarks {one}" for one in commands)])


TRAIN_EXAMPLES = _examples(
    "train",
    "train --case flat --batch 128 --contenders turncast,torch",
    "train star/ --where happy=true     (whole trainings on your dialogues)",
)
STEP_EXAMPLES = _examples(
    "step", "step model/ dialogs.jsonl --case turn --json", "step --case start --rounds 3"
)
BATCH_EXAMPLES = _examples("batch", "batch --conversations 4096 --write")
LOAD_EXAMPLES = _examples("load", "load --case flat --rounds 5")
SERVE_EXAMPLES = _examples(
    "serve",
    "serve model/ dialogs.jsonl --conversations 64",
    "serve --store postgresql://me@localhost/trial --seconds 30 --json",
)


@dataclass(frozen=True, slots=True)
class ResultOptions:
    """The size of a bench, and where its results go."""

    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes and few rounds: only to see that it runs.")
    ] = False
    write: Annotated[
        bool, typer.Option("--write", help="Replace this benchmark's section of the results page.")
    ] = False
    page: Annotated[Path, typer.Option(help="The results page.")] = RESULTS
    as_json: AsJson = False

    def write_section(self, heading: str, section: str) -> None:
        """Replace a section of the results page."""
        replace_section(heading, section, self.page)
        note(f"Wrote the section {heading.removeprefix('## ')!r} of {self.page}.")


@dataclass(frozen=True, slots=True)
class ContestOptions(ResultOptions):
    """The contenders and the rounds of contests, and where the results go."""

    contenders: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Only these contenders; all are compared with the first."),
    ] = None
    rounds: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help=f"The number of rounds of each contender ({_ROUNDS})."),
    ] = None

    def settings(self) -> ContestSettings:
        """Return how the contests are run."""
        names = tuple(name.strip() for name in self.contenders.split(",")) if self.contenders else ()
        rounds = self.rounds or (_QUICK_ROUNDS if self.quick else _ROUNDS)
        return ContestSettings(names, rounds, self.quick, log=note)

    def publish(self, heading: str, command: str, contests: list[Contest], **others: Any) -> None:
        """Write the results of contests to the page, where that is asked for, and show them.

        Args:
            heading: the heading of the section.
            command: the command that was run.
            contests: the results.
            others: further figures for `--json`.
        """
        if self.write and contests:
            self.write_section(heading, markdown(heading, command, contests, self.settings().rounds))
        if self.as_json:
            show_json({**others, **to_json(contests)})
            return
        for contest in contests:
            _show_table(contest.task.title, *table(contest), *notes(contest))


def main(name: str, arguments: Sequence[str]) -> int:
    """Run one bench."""
    app(args=[name, *arguments], prog_name="python -m benchmarks", obj=_command_text(name, arguments))
    return 0


def _command_text(name: str, arguments: Sequence[str]) -> str:
    """Return the command as it was given, without folders, which differ between machines.

    >>> _command_text("train", ["/home/me/star/dialogues", "--write"])
    'python -m benchmarks train dialogues --write'
    """
    texts = (Path(text).name if "/" in text else text for text in arguments)
    return f"python -m benchmarks {shlex.join([name, *texts])}"


@app.command("train", epilog=TRAIN_EXAMPLES)
@with_option_groups
def train(
    context: typer.Context,
    contest: ContestOptions,
    reading: CorpusOptions,
    corpus: Annotated[
        list[str] | None,
        typer.Argument(help="Files or folders with dialogues, as one corpus.", metavar="[CORPUS]"),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join(TRAIN_CASES)}; all without a corpus (repeatable)."),
    ] = None,
    batch: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Dialogues in a batch of flat: 128 and 32 (repeatable)."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over a corpus.")] = 8,
) -> None:
    """Train on dense numbers, on a growing vocabulary, on the words of each turn, or on your dialogues."""
    settings = contest.settings()
    contests, heading = [], "## Contest: train"
    if corpus:
        dialogues = reading.open(corpus).load()
        contests.append(corpus_contest(settings, dialogues, 2 if contest.quick else epochs))
        heading = f"{heading} {dialogues.name}"
    if case or not corpus:
        contests += train_contests(settings, case or TRAIN_CASES, batch or (128, 32))
    contest.publish(heading, context.obj, contests)


@app.command("step", epilog=STEP_EXAMPLES)
@with_option_groups
def step(
    context: typer.Context,
    contest: ContestOptions,
    reading: CorpusOptions,
    model: Annotated[
        Path | None,
        typer.Argument(help="The folder of a model; by default one is trained.", metavar="[MODEL]"),
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="Dialogues with the users' texts.", metavar="[CORPUS]")
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(STEP_CASES)}; all by default (repeatable).")
    ] = None,
) -> None:
    """Step one conversation: a live turn, the network alone, and the start of a process."""
    settings = contest.settings()
    policy = Policy.load(model) if model else None
    dialogues = reading.open(corpus).load() if corpus else None
    contests = step_contests(settings, case or STEP_CASES, policy, dialogues)
    contest.publish("## Contest: step", context.obj, contests)


@app.command("batch", epilog=BATCH_EXAMPLES)
@with_option_groups
def batch(
    context: typer.Context,
    contest: ContestOptions,
    conversations: Annotated[int, typer.Option(min=2, help="Conversations in a step.")] = 1024,
) -> None:
    """Step many conversations at once."""
    contests = [batch_contest(contest.settings(), conversations)]
    contest.publish("## Contest: batch", context.obj, contests)


@app.command("load", epilog=LOAD_EXAMPLES)
@with_option_groups
def load(
    context: typer.Context,
    contest: ContestOptions,
    case: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(LOAD_CASES)}; all by default (repeatable).")
    ] = None,
) -> None:
    """Train and step while another process keeps one core busy; ask a server from many conversations."""
    settings, cases = contest.settings(), case or LOAD_CASES
    contests, loads = load_contests(settings, cases), list[ServerLoad]()
    if "server" in cases:
        loads = measure_server_load(log=note, **(_QUICK_SERVER if contest.quick else {}))
    if contest.write and loads:
        contest.write_section(HEADING, server_load_markdown(context.obj, None, loads))
    if loads and not contest.as_json:
        _show_server_load(loads)
    contest.publish("## Contest: load", context.obj, contests, **server_load_json(loads))


@app.command("serve", epilog=SERVE_EXAMPLES)
@with_option_groups
def serve(
    context: typer.Context,
    results: ResultOptions,
    reading: CorpusOptions,
    model: Annotated[
        Path | None,
        typer.Argument(help="The folder of a model; random weights by default.", metavar="[MODEL]"),
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="Dialogues with the users' texts.", metavar="[CORPUS]")
    ] = None,
    conversations: Annotated[
        list[int] | None,
        typer.Option(min=1, max=900, help="Conversations at once: 1, 16 and 256 (repeatable)."),
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="The length of each run (10).")] = None,
    pace: Annotated[
        float | None,
        typer.Option(
            min=0, help="Turns a second of one more run with the most conversations (1500; 0: no such run)."
        ),
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="The store of conversations; a new SQLite file by default.")
    ] = None,
) -> None:
    """Ask one server process from 1, 16 and 256 conversations at once: turns a second, p50 and p99."""
    options: dict[str, Any] = dict(_QUICK_SERVER) if results.quick else {}
    options |= {"conversations": conversations} if conversations else {}
    options |= {"seconds": seconds} if seconds else {}
    options |= {"pace": pace or None} if pace is not None else {}
    policy = Policy.load(model) if model else None
    dialogues = reading.open(corpus).load() if corpus else None
    loads = measure_server_load(policy, dialogues, store=store, log=note, **options)
    if results.write:
        results.write_section(HEADING, server_load_markdown(context.obj, store, loads))
    if results.as_json:
        show_json(server_load_json(loads))
    else:
        _show_server_load(loads)


def _show_server_load(loads: list[ServerLoad]) -> None:
    _show_table("A server under load", *server_load_table(loads))


def _show_table(title: str, heads: list[str], rows: list[list[str]], *lines: str) -> None:
    shown = Table(*heads, title=title, title_justify="left")
    for row in rows:
        shown.add_row(*row)
    show(shown, *lines, "")
